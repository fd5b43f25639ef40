package replica_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/replica"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store/etcdtest"
)

// Any replica takes any command, whoever did the one before it, at once (R2); and
// they all have one feed, whose cursor is good at any of them (R1).
func TestTwoReplicas(t *testing.T) {
	a, b := site.StartTwo(t)
	patience, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	message := func(n int) protocol.PostMessage {
		return protocol.PostMessage{ID: fmt.Sprint("m", n), Customer: protocol.Customer{ID: "john"}, Text: "hi"}
	}
	agents := map[*site.Site]*client.Agent{a: a.Agent("alice"), b: b.Agent("alice")}
	begin := collect(patience, t, agents[a], "", 1)[0] // a snapshot of nothing

	receipt, err := a.Connector("facebook").Post(ctx, message(1))
	if err != nil {
		t.Fatal(err)
	}
	joined, err := agents[b].Join(ctx, receipt.Request)
	if err != nil || joined.Request.State != request.Active || len(joined.Messages) != 1 {
		t.Fatalf("joined at the other replica: %+v, %v", joined, err)
	}
	again, err := b.Connector("facebook").Post(ctx, message(1))
	if err != nil || !again.Duplicate || again.Request != receipt.Request {
		t.Errorf("the same message at the other replica: %+v, %v", again, err)
	}
	if second, err := b.Connector("facebook").Post(ctx, message(2)); err != nil || second.Request != receipt.Request {
		t.Errorf("the next message at the other replica: %+v, %v", second, err)
	}
	closed, err := agents[a].Close(ctx, receipt.Request)
	if err != nil || closed.Request.State != request.Closed {
		t.Errorf("closed at the first one: %+v, %v", closed, err)
	}

	want := []protocol.EventType{protocol.EventReceived, protocol.EventStateChanged, protocol.EventMessage, protocol.EventStateChanged}
	for s, agent := range agents {
		for n, cursor := range map[int]string{0: begin.Cursor, 2: joined.Cursor} {
			if diff := cmp.Diff(want[n:], types(collect(patience, t, agent, cursor, len(want)-n))); diff != "" {
				t.Errorf("resumed at %s from %s (-want +got):\n%s", s.Options.Name, cursor, diff)
			}
		}
	}

	// One goes; the other goes on with everything.
	a.Stop()
	if _, err := b.Connector("facebook").Post(ctx, message(3)); err != nil {
		t.Error(err)
	}
}

// collect follows the feed from a cursor until there are n events.
func collect(ctx context.Context, t *testing.T, agent *client.Agent, cursor string, n int) []client.Event {
	t.Helper()
	var got []client.Event
	for e, err := range agent.Events(ctx, client.Follow{Cursor: cursor}) {
		if err != nil {
			t.Fatalf("%v after %v", err, types(got))
		}
		if e.Type == protocol.EventBookmark {
			continue
		}
		if got = append(got, e); len(got) == n {
			break
		}
	}
	return got
}

func types(events []client.Event) (types []protocol.EventType) {
	for _, e := range events {
		types = append(types, e.Type)
	}
	return types
}

// What is programmed at one replica is served by all of them.
func TestProgramEither(t *testing.T) {
	a, b := site.StartTwo(t)
	config := a.Config()
	config.Lists[0].DisplayName = "by the second one"
	b.Program(config)
	a.Eventually(func() bool { return a.Replica.Snapshot().Lists[0].DisplayName == "by the second one" })
	if a, b := a.Replica.Report(), b.Replica.Report(); a.Sequence != b.Sequence || a.Digest != b.Digest || a.Epoch != b.Epoch {
		t.Errorf("they serve different things:\n%+v\n%+v", a, b)
	} else if a.Store != snapshot.StoreEtcd || a.StartedAt.IsZero() {
		t.Errorf("the report does not say what they stand on: %+v", a)
	}
}

// The members of the cluster ask for a certificate, and the replica for theirs.
func TestEtcdTLS(t *testing.T) {
	authority, dir := site.NewAuthority(t), t.TempDir()
	authority.Both(dir)
	config := authority.TLS(authority)
	config.ServerName = ""
	cluster := etcdtest.StartTLS(t, 1, etcdtest.TLS{Dir: dir, Client: config})
	s := site.StartOn(t, cluster, 1, func(o *replica.Options) { o.Etcd.TLSDir = dir })[0]
	if _, err := s.Connector("facebook").Post(ctx, protocol.PostMessage{ID: "m1", Customer: protocol.Customer{ID: "john"}, Text: "hi"}); err != nil {
		t.Error(err)
	}
}

// In an etcd that others write to, whose changes are none of ours, a replica comes
// up to date all the same: whoever asks for what there is not is told so, at once.
func TestSharedEtcd(t *testing.T) {
	cluster := etcdtest.Start(t, 1)
	s := site.StartOn(t, cluster, 1)[0]
	if _, err := cluster.Client().Put(ctx, "/others/key", "value"); err != nil {
		t.Fatal(err)
	}
	_, err := s.Agent("alice").Join(ctx, "01M823E0ND2332KNF0628DS8V0")
	var problem *protocol.Problem
	if !errors.As(err, &problem) || problem.Type != protocol.ProblemUnknownRequest {
		t.Errorf("got %v", err)
	}
}
