package replica

import (
	"context"
	"log/slog"
	"sync"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/inbox"
)

// sights are the connected agents whom a new snapshot subscribes to further lists.
// The hub names them while it holds its lock, so they wait here to be written.
type sights struct {
	mu     sync.Mutex
	agents map[string]inbox.Agent
	some   chan struct{}
}

func newSights() *sights {
	return &sights{agents: map[string]inbox.Agent{}, some: make(chan struct{}, 1)}
}

func (s *sights) add(agent inbox.Agent) {
	s.mu.Lock()
	s.agents[agent.Name] = agent
	s.mu.Unlock()
	select {
	case s.some <- struct{}{}:
	default:
	}
}

func (s *sights) take() map[string]inbox.Agent {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.agents
	s.agents = map[string]inbox.Agent{}
	return taken
}

// run writes them down until ctx ends.
func (s *sights) run(ctx context.Context, do *command.Executor, log *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.some:
		}
		for _, agent := range s.take() {
			if err := do.See(ctx, agent); err != nil && ctx.Err() == nil {
				log.Warn("could not subscribe an agent to the lists of a new snapshot; their next call will", "agent", agent.Name, "error", err)
			}
		}
	}
}
