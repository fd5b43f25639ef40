package outbound

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pullmode/operator/runtime/outbound/webhook"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

// deliver does not return before a message is out of the outbox: delivered, failed
// for good, or gone. An error says that the Run is over.
func (l *lines) deliver(i *item) error {
	p := l.pump
	wait := l.backoff()
	for l.has(i) {
		config, err := l.config()
		if err != nil {
			return err
		}
		begun := time.Now()
		err = l.attempt(config, i)
		if l.ctx.Err() != nil && err != nil {
			return context.Cause(l.ctx)
		}
		var refused *webhook.Error
		age := p.Now().Sub(i.at)
		switch {
		case err == nil:
			p.Attempted(i.channel, Delivered, time.Since(begun))
			return l.finish(i)
		case !errors.As(err, &refused) || refused.Final || age >= p.GiveUpAfter:
			p.Attempted(i.channel, Failed, time.Since(begun))
			return l.fail(i, err)
		}
		p.Attempted(i.channel, Retried, time.Since(begun))
		p.Log.Debug("a message could not be delivered, trying again", "message", i.id(), "channel", i.channel, "error", err)
		pause := max(wait.Next(), min(refused.RetryAfter, p.Most))
		if err := sleep(l.ctx, min(pause, p.GiveUpAfter-age)); err != nil {
			return err
		}
	}
	return nil
}

// attempt posts a message once. An error that is no *webhook.Error is about the
// configuration and final.
func (l *lines) attempt(config *snapshot.Index, i *item) error {
	channel := config.Channel(i.channel)
	switch {
	case channel == nil: // L4
		return fmt.Errorf("the channel %s has been deleted", i.channel)
	case channel.Outbound == nil:
		return fmt.Errorf("the channel %s has no outbound URL any more", i.channel)
	}
	// The channel's first: who waits for it must not keep others from theirs.
	of := l.channel(channel.Name)
	if err := of.Acquire(l.ctx, 1); err != nil {
		return err
	}
	defer of.Release(1)
	if err := l.all.Acquire(l.ctx, 1); err != nil {
		return err
	}
	defer l.all.Release(1)
	return l.post(i, channel)
}

// post reads a message and sends it. One that is out of the outbox already needs
// neither.
func (l *lines) post(i *item, channel *snapshot.Channel) error {
	var kv store.KV
	err := l.insist("read a message of the outbox", func() (err error) {
		kv, err = l.pump.Store.Get(l.ctx, i.key)
		return err
	})
	if err != nil || kv.Revision != i.revision {
		return err
	}
	record, err := decode(kv)
	if err != nil {
		return err
	}
	body, err := json.Marshal(compose(record, channel))
	if err != nil {
		return fmt.Errorf("the message cannot be written as JSON: %w", err)
	}
	to := webhook.Target{URL: channel.Outbound.URL, Keys: channel.Outbound.SigningKeys}
	return l.pump.Poster.Post(l.ctx, to, i.id(), "application/json", body)
}

// fail notes on the request that a message did not reach the customer.
func (l *lines) fail(i *item, why error) error {
	l.pump.Log.Warn("a message was not delivered and is given up", "message", i.id(), "request", i.request, "channel", i.channel, "error", why)
	err := l.insist("note a failed message", func() error {
		return l.pump.Failed(l.ctx, i.request, i.thread, i.number, why.Error())
	})
	if err != nil {
		return err
	}
	return l.finish(i)
}

// finish takes a message out of the outbox.
func (l *lines) finish(i *item) error {
	return l.insist("take a message out of the outbox", func() error {
		_, err := l.pump.Store.Commit(l.ctx, store.Txn{
			Compares: []store.Compare{{Key: i.key, Revision: i.revision}}, // otherwise it is out already
			Ops:      []store.Op{store.Delete(i.key)},
		})
		return err
	})
}

// insist repeats what has to be done until it is, or the Run is over.
func (l *lines) insist(what string, do func() error) error {
	wait := l.backoff()
	for {
		err := do()
		switch {
		case err == nil:
			return nil
		case l.ctx.Err() != nil:
			return context.Cause(l.ctx)
		case errors.Is(err, store.ErrClosed):
			return err
		}
		l.pump.Log.Warn("could not "+what+", trying again", "error", err)
		if err := sleep(l.ctx, wait.Next()); err != nil {
			return err
		}
	}
}

// config waits for the snapshot in force: a replica that starts has none for a
// moment, and that is no reason to give up a message.
func (l *lines) config() (*snapshot.Index, error) {
	for {
		if config := l.pump.Config(); config != nil {
			return config, nil
		}
		if err := sleep(l.ctx, l.pump.Least); err != nil {
			return nil, err
		}
	}
}

func (l *lines) backoff() webhook.Backoff {
	return webhook.Backoff{Least: l.pump.Least, Most: l.pump.Most}
}
