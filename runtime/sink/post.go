package sink

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/pullmode/operator/runtime/outbound/webhook"
	"github.com/pullmode/operator/runtime/record"
)

// work posts the events of one lane, one after the other.
func (t *stint) work(ctx context.Context, lane string) error {
	for p := t.backlog.first(lane); p != nil; p = t.backlog.first(lane) {
		if err := t.deliver(ctx, p); err != nil {
			return err
		}
		t.backlog.done(p)
	}
	return nil
}

// deliver posts an event until it is taken, for ever: only the sink's own word that
// it will not have this one ends that.
func (t *stint) deliver(ctx context.Context, p *parcel) error {
	wait := webhook.Backoff{Least: t.Least, Most: t.Most}
	for {
		to, changed := t.aim()
		err := t.post(ctx, p, to)
		if err == nil {
			t.Counted(p.kind, Taken)
			t.fine()
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		var refused *webhook.Error
		asked := time.Duration(0)
		if errors.As(err, &refused) {
			if refused.Rejected() && !ofTarget[refused.Status] {
				t.Counted(p.kind, Rejected)
				t.Log.Error("the event sink does not take an event, which is skipped", "event", p.id, "type", p.kind, "request", p.lane, "answer", err)
				return nil
			}
			asked = min(refused.RetryAfter, t.Most)
		}
		t.Counted(p.kind, Retried)
		t.fails(err)
		if err := pause(ctx, max(wait.Next(), asked), changed); err != nil {
			return err
		}
	}
}

// ofTarget are the answers that are about the sink as it is configured, and not about
// the event: a wrong path or key must not cost what happens until it is mended.
var ofTarget = map[int]bool{
	http.StatusUnauthorized: true, http.StatusForbidden: true, http.StatusNotFound: true,
	http.StatusMethodNotAllowed: true, http.StatusGone: true,
}

// aim is the sink as it is now, and what is closed when it is another one.
func (t *stint) aim() (webhook.Target, <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return webhook.Target{URL: t.target.URL, Keys: t.target.SigningKeys}, t.changed
}

func (t *stint) post(ctx context.Context, p *parcel, to webhook.Target) error {
	if err := t.posts.Acquire(ctx, 1); err != nil {
		return err
	}
	defer t.posts.Release(1)
	return t.Poster.Post(ctx, to, p.id, record.ContentType, p.body)
}

// pause waits, at most until something is different.
func pause(ctx context.Context, d time.Duration, changed <-chan struct{}) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-changed:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}

// fails and fine say once that the sink has begun to fail, and that it is well
// again.
func (t *stint) fails(why error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.failing {
		t.failing = true
		t.Log.Warn("the event sink does not take events; they are kept and posted again", "error", why)
	}
}

func (t *stint) fine() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.failing {
		t.failing = false
		t.Log.Info("the event sink takes events again")
	}
}
