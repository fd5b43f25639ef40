package outbound

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/store"
)

// item is one message in the outbox. What it says is read when it is its turn: behind
// a receiver that does not answer very many wait.
type item struct {
	key      string
	revision int64
	channel  string
	request  string
	thread   string
	number   int64
	at       time.Time
}

func newItem(kv store.KV) (*item, error) {
	r, err := decode(kv)
	if err != nil {
		return nil, err
	}
	return &item{
		key: kv.Key, revision: kv.Revision,
		channel: r.Channel, request: r.Request, thread: r.Thread, number: r.Message.Number, at: r.Message.At,
	}, nil
}

func decode(kv store.KV) (r keyspace.OutboxRecord, err error) {
	if err = json.Unmarshal(kv.Value, &r); err != nil {
		err = fmt.Errorf("read %q of revision %d: %w", kv.Key, kv.Revision, err)
	}
	return r, err
}

func (i *item) id() string { return idOf(i.thread, i.number) }

// lines are the messages that wait, one line a thread: the first of a line is on
// its way, and the others are behind it (in order per request).
type lines struct {
	pump *Pump
	ctx  context.Context // of the Run that these lines belong to
	all  *semaphore.Weighted

	mu sync.Mutex
	// byThread has a line exactly as long as somebody works it off, so that nobody
	// else begins to.
	byThread  map[string][]*item
	byKey     map[string]*item
	byChannel map[string]*semaphore.Weighted
	workers   sync.WaitGroup
}

func newLines(p *Pump, ctx context.Context) *lines {
	return &lines{
		pump: p, ctx: ctx, all: semaphore.NewWeighted(p.Concurrency),
		byThread: map[string][]*item{}, byKey: map[string]*item{}, byChannel: map[string]*semaphore.Weighted{},
	}
}

func (l *lines) wait() { l.workers.Wait() }

// add puts a message into its line, and sets the line going if it was not.
func (l *lines) add(i *item) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byKey[i.key] != nil {
		return
	}
	l.byKey[i.key] = i
	thread := i.thread
	line, going := l.byThread[thread]
	at, _ := slices.BinarySearchFunc(line, i, func(a, b *item) int {
		return cmp.Compare(a.number, b.number)
	})
	l.byThread[thread] = slices.Insert(line, at, i)
	if !going {
		l.workers.Go(func() { l.work(thread) })
	}
}

// drop takes out a message that is not in the outbox any more.
func (l *lines) drop(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dropLocked(key)
}

func (l *lines) dropLocked(key string) {
	i := l.byKey[key]
	if i == nil {
		return
	}
	delete(l.byKey, key)
	thread := i.thread
	l.byThread[thread] = slices.DeleteFunc(l.byThread[thread], func(o *item) bool { return o == i })
}

// retain drops what is not there any more.
func (l *lines) retain(there map[string]bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key := range l.byKey {
		if !there[key] {
			l.dropLocked(key)
		}
	}
}

// has says whether a message is still in the outbox, as far as is known.
func (l *lines) has(i *item) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.byKey[i.key] == i
}

// first is the message that is next in a line; the line ends with nil.
func (l *lines) first(thread string) *item {
	l.mu.Lock()
	defer l.mu.Unlock()
	line := l.byThread[thread]
	if len(line) == 0 {
		delete(l.byThread, thread)
		return nil
	}
	return line[0]
}

// work brings a line's messages out, one after the other.
func (l *lines) work(thread string) {
	for i := l.first(thread); i != nil; i = l.first(thread) {
		if err := l.deliver(i); err != nil {
			return // the Run is over
		}
		l.drop(i.key)
	}
}

// channel bounds how many messages of a channel are on their way.
func (l *lines) channel(name string) *semaphore.Weighted {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.byChannel[name]
	if s == nil {
		s = semaphore.NewWeighted(l.pump.PerChannel)
		l.byChannel[name] = s
	}
	return s
}
