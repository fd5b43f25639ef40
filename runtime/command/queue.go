package command

import (
	"context"
	"sync"
)

// queues let those who write one request at the same moment do so one after the
// other. Each of them would otherwise lose to whoever is faster, and a hundred
// joins at once would be five thousand commits (G4). What other replicas write is
// met by compares.
type queues struct {
	mu sync.Mutex
	of map[string]*queue
}

type queue struct {
	turn chan struct{}
	in   int
}

// enter waits for the caller's turn; waited says whether somebody else was there
// before. Leave ends it.
func (q *queues) enter(ctx context.Context, name string) (leave func(), waited bool, err error) {
	q.mu.Lock()
	if q.of == nil {
		q.of = map[string]*queue{}
	}
	mine := q.of[name]
	if mine == nil {
		mine = &queue{turn: make(chan struct{}, 1)}
		q.of[name] = mine
	}
	mine.in++
	waited = mine.in > 1
	q.mu.Unlock()
	select {
	case mine.turn <- struct{}{}:
		return func() { <-mine.turn; q.leave(name, mine) }, waited, nil
	case <-ctx.Done():
		q.leave(name, mine)
		return nil, waited, ofStore(context.Cause(ctx))
	}
}

func (q *queues) leave(name string, mine *queue) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if mine.in--; mine.in == 0 {
		delete(q.of, name)
	}
}
