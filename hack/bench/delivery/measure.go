package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/pullmode/operator/runtime/issuer"
	"github.com/pullmode/operator/runtime/protocol"
)

type options struct {
	agents, idle, rounds, events, rate int
	profile                            string
}

// stage is what there is to measure with.
type stage struct {
	options
	issuer  *issuer.Issuer
	payload []byte // a message of events, as the runtime sends it
	posted  int
}

// measure does it all.
func measure(ctx context.Context, o options) (r report, err error) {
	s := &stage{options: o}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return r, err
	}
	if s.issuer, err = issuer.New(issuer.Options{URL: "http://" + l.Addr().String(), Logger: slog.New(slog.DiscardHandler)}); err != nil {
		return r, err
	}
	tokens := &http.Server{Handler: s.issuer}
	defer tokens.Close()
	go func() { _ = tokens.Serve(l) }()
	r = report{Agents: o.agents, Rounds: o.rounds, Events: o.events, Rate: o.rate, Idle: o.idle, Delivery: map[string][]time.Duration{}, Connection: map[string]int64{}}
	if err := s.deliveries(ctx, &r); err != nil {
		return r, err
	}
	r.Bytes = len(s.payload)
	if o.idle > 0 {
		for _, kind := range kinds {
			if r.Connection[kind], err = s.idleMemory(ctx, kind); err != nil {
				return r, err
			}
		}
	}
	return r, nil
}

// deliveries measures rounds of every server in turn, with all servers and all their
// connections there throughout.
func (s *stage) deliveries(ctx context.Context, r *report) error {
	servers, audiences := map[string]*server{}, map[string]*audience{}
	for _, kind := range kinds {
		profile := ""
		if kind == kindRuntime {
			profile = s.profile
		}
		one, err := start(ctx, kind, s.issuer.URL(), profile)
		if err != nil {
			return err
		}
		defer one.stop()
		all, err := gather(ctx, one, s.issuer, s.agents)
		if err != nil {
			return err
		}
		defer all.leave()
		servers[kind], audiences[kind] = one, all
	}
	// The first round is nobody's, and gives the bytes.
	product := audiences[kindRuntime]
	for s.payload == nil {
		if _, err := s.round(ctx, servers[kindRuntime], product, loud, 1); err != nil {
			return err
		}
		if message := product.last.Load(); message != nil {
			s.payload = *message
		}
	}
	for range s.rounds {
		for _, kind := range kinds {
			before := audiences[kind].messages.Load()
			cpu, err := s.round(ctx, servers[kind], audiences[kind], loud, s.events)
			if err != nil {
				return err
			}
			r.Delivery[kind] = append(r.Delivery[kind], cpu/time.Duration(s.events*s.agents))
			if kind == kindRuntime {
				r.Messages += audiences[kind].messages.Load() - before
			}
		}
		cpu, err := s.round(ctx, servers[kindRuntime], nil, quiet, s.events)
		if err != nil {
			return err
		}
		r.Post = append(r.Post, cpu/time.Duration(s.events))
	}
	return nil
}

// round posts events at the rate, waits until everybody has had them, and says what
// that cost the server.
func (s *stage) round(ctx context.Context, to *server, all *audience, channel string, events int) (time.Duration, error) {
	var want int64
	if all != nil {
		want = all.events.Load() + int64(events*len(all.conns))
	}
	before, err := to.usage()
	if err != nil {
		return 0, err
	}
	errs := make([]error, events)
	var posts sync.WaitGroup
	tick := time.NewTicker(time.Second / time.Duration(s.rate))
	defer tick.Stop()
	for n := range events {
		<-tick.C
		s.posted++
		id := fmt.Sprint("m", s.posted)
		posts.Go(func() { errs[n] = s.post(ctx, to, channel, id) })
	}
	posts.Wait()
	for _, err := range errs {
		if err != nil {
			return 0, err
		}
	}
	if all != nil {
		if err := all.had(ctx, want); err != nil {
			return 0, fmt.Errorf("the %s server: %w", to.Kind, err)
		}
	}
	after, err := to.usage()
	return after.CPU - before.CPU, err
}

// post has one event happen.
func (s *stage) post(ctx context.Context, to *server, channel, id string) error {
	body := s.payload
	if to.Kind == kindRuntime {
		body, _ = json.Marshal(protocol.PostMessage{ID: id, Customer: protocol.Customer{ID: "customer-" + id, Name: "John Williams"}, Text: "Do you deliver on Sundays?"})
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.URL+"/v1/channels/"+channel+"/messages", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the %s server answers %d %s: %w", to.Kind, resp.StatusCode, answer, err)
	}
	return nil
}

// idleMemory is what one idle connection holds. The agents have been there before, so
// that what is kept of an agent who is not connected is not counted.
func (s *stage) idleMemory(ctx context.Context, kind string) (int64, error) {
	one, err := start(ctx, kind, s.issuer.URL(), "")
	if err != nil {
		return 0, err
	}
	defer one.stop()
	var memory [2]int64
	for i, connected := range []bool{false, true} {
		all, err := gather(ctx, one, s.issuer, s.idle)
		if err != nil {
			return 0, err
		}
		if !connected {
			all.leave()
		} else {
			defer all.leave()
		}
		// Goroutines that have ended and garbage go in their own time.
		for range 3 {
			if err := one.settle(); err != nil {
				return 0, err
			}
			time.Sleep(time.Second)
		}
		u, err := one.usage()
		if err != nil {
			return 0, err
		}
		memory[i] = u.Memory
	}
	return (memory[1] - memory[0]) / int64(s.idle), nil
}
