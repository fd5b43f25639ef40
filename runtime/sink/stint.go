package sink

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/record"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

// stint is one stretch of posting, from a cursor on.
type stint struct {
	*Sink
	saved   keyspace.SinkRecord // the cursor as it is stored,
	written int64               // the revision of its key,
	at      time.Time           // when it was written by us,
	taken   int64               // and how many events had been taken then
	backlog *backlog
	meter   *meter
	derive  deriver
	posts   *semaphore.Weighted
	tasks   *errgroup.Group

	mu      sync.Mutex
	target  *snapshot.Webhook
	changed chan struct{} // closed when target is another one
	failing bool          // whether the last attempt failed
}

// What ends a stint though nothing is wrong.
var (
	errRemoved   = errors.New("the event sink was removed")
	errElsewhere = errors.New("another replica posts to the event sink, too")
)

// tooFarError ends a stint whose backlog is over its bounds.
type tooFarError struct {
	head   int64
	reason string
}

func (e *tooFarError) Error() string { return "the event sink is too far behind: " + e.reason }

func newStint(s *Sink, written int64) *stint {
	config := s.View.Config()
	return &stint{
		Sink: s, written: written, at: s.Now(), target: config.EventSink, changed: make(chan struct{}),
		posts: semaphore.NewWeighted(s.Concurrency),
		derive: deriver{
			source: record.SourceOf(config.Runtime.Name), epoch: s.Store.Epoch(), now: s.Now,
			objects: func(digest string) []snapshot.Object {
				if c := s.View.Config(); c.Digest == digest {
					return c.Objects()
				}
				return nil
			},
		},
	}
}

// start sets out from the cursor. The event that tells of a gap stands in the place
// of the last revision that is part of it.
func (t *stint) start() {
	t.meter = newMeter(t.saved.Revision, max(1, t.MaxBytes/512))
	t.backlog = newBacklog(t.saved.Revision)
	if t.saved.Gap != nil {
		t.backlog = newBacklog(t.saved.Revision - 1)
	}
}

// run posts until it cannot go on, and says why.
func (t *stint) run(ctx context.Context) error {
	t.tasks, ctx = errgroup.WithContext(ctx)
	from := t.saved.Revision
	if g := t.saved.Gap; g != nil {
		at := record.GapAt(t.derive.epoch, g.To)
		event := record.New(t.derive.source, at, record.TypeGap, "", t.Now(), gap(*g))
		if err := t.add(ctx, from, []record.Event{event}); err != nil {
			return err
		}
	}
	t.tasks.Go(func() error { return t.read(ctx, from+1) })
	t.tasks.Go(func() error { return t.measure(ctx, from+1) })
	t.tasks.Go(func() error { return t.follow(ctx) })
	t.tasks.Go(func() error { return t.tend(ctx) })
	return t.tasks.Wait()
}

// end leaves the cursor as the next stint has to find it.
func (t *stint) end(ctx context.Context, why error) error {
	// What was taken is noted also when nobody waits for it any more.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	var far *tooFarError
	var compacted *store.CompactedError
	switch {
	case errors.Is(why, errRemoved): // and with it the cursor, see configured
		t.Log.Info("the event sink was removed")
		return nil
	case errors.Is(why, store.ErrClosed), errors.Is(why, errElsewhere):
		return why
	case errors.As(why, &far):
		return t.giveUp(ctx, far.head, far.reason)
	case errors.As(why, &compacted):
		return t.giveUp(ctx, compacted.Floor-1, "the store does not keep the history any more")
	}
	return errors.Join(why, t.save(ctx, true))
}

// giveUp moves the cursor to a revision over what was not taken.
func (t *stint) giveUp(ctx context.Context, to int64, reason string) error {
	position, _, _ := t.backlog.progress()
	lost := keyspace.SinkGap{From: position + 1, To: to, Reason: reason}
	if t.saved.Gap != nil && position < t.saved.Revision {
		lost.From = t.saved.Gap.From // of which the sink has not heard either
	}
	if err := t.write(ctx, keyspace.SinkRecord{Revision: to, Gap: &lost}); err != nil {
		return err
	}
	t.Counted(record.TypeGap, GivenUp)
	t.Log.Error("events for the event sink were given up", "from", lost.From, "to", lost.To, "reason", reason)
	return nil
}

// behind is how far the sink is behind, and the newest revision.
func (t *stint) behind() (bytes, head int64, age time.Duration) {
	position, _, oldest := t.backlog.progress()
	bytes, head = t.meter.behind(position)
	if !oldest.IsZero() {
		age = max(0, t.Now().Sub(oldest))
	}
	return bytes, head, age
}

// bounded says that the sink is too far behind.
func (t *stint) bounded() error {
	bytes, head, age := t.behind()
	switch {
	case age > t.MaxAge:
		return &tooFarError{head, fmt.Sprintf("it was more than %s behind", t.MaxAge)}
	case bytes > t.MaxBytes:
		return &tooFarError{head, fmt.Sprintf("it was more than %d MiB behind", t.MaxBytes>>20)}
	}
	return nil
}

// follow looks at every snapshot that comes into force: another sink is posted to
// at once.
func (t *stint) follow(ctx context.Context) error {
	for {
		revision := t.View.Revision()
		now := t.webhook()
		if now == nil {
			return errRemoved
		}
		t.mu.Lock()
		if !same(now, t.target) {
			t.target = now
			close(t.changed)
			t.changed = make(chan struct{})
		}
		t.mu.Unlock()
		if err := t.View.WaitFor(ctx, revision+1); err != nil {
			return err
		}
	}
}
