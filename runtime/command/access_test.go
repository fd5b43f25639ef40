package command_test

import (
	"strings"
	"testing"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/store"
)

// withoutAlice takes alice's access away while she is a member.
func withoutAlice(t *testing.T) (l *lab.Lab, id string) {
	t.Helper()
	l = lab.Start(t)
	id = l.Message("john", "m1").Request
	if _, err := l.Do.Join(ctx, lab.Alice, id, ""); err != nil {
		t.Fatal(err)
	}
	config := lab.Config()
	config.Subscriptions = config.Subscriptions[1:]
	l.Program(config)
	return l, id
}

// A member whose access is gone may finish what they are in (N3), and that is all.
func TestMemberWithoutAccess(t *testing.T) {
	l, id := withoutAlice(t)
	if got, err := l.Do.Leave(ctx, lab.Alice, id, "k1"); err != nil || got.Outcome != request.Left {
		t.Fatalf("T15: %v, %+v", err, got)
	}
	if got, err := l.Do.Leave(ctx, lab.Alice, id, "k1"); err != nil || !got.Repeated {
		t.Errorf("G2: the repeat of her leave: %v, %+v", err, got)
	}
	if _, err := l.Do.Join(ctx, lab.Alice, id, ""); reason(err) != command.UnknownRequest {
		t.Errorf("she joined a request of a list that is not hers: %v", err)
	}
	if doc := l.View.Request(id).Doc; doc.State != request.Inactive {
		t.Errorf("the request is %s", doc.State)
	}
}

// T17, T20: a late leave and close of who was in until the close are no errors.
func TestLateCommandsWithoutAccess(t *testing.T) {
	l, id := withoutAlice(t)
	if _, err := l.Do.Close(ctx, lab.Carol, id, ""); err != nil {
		t.Fatal(err)
	}
	if got, err := l.Do.Leave(ctx, lab.Alice, id, ""); err != nil || got.Outcome != request.AlreadyClosed {
		t.Errorf("T17: %v, %+v", err, got)
	}
	if got, err := l.Do.Close(ctx, lab.Alice, id, ""); err != nil || got.Outcome != request.AlreadyClosed {
		t.Errorf("T20: %v, %+v", err, got)
	}
	if _, err := l.Do.Leave(ctx, lab.Dave, id, ""); reason(err) != command.UnknownRequest {
		t.Errorf("for an agent who never had access the request is there: %v", err)
	}
}

// What customers said goes with their request (decision 9).
func TestCloseForgetsTheMessages(t *testing.T) {
	l := lab.Start(t)
	id := l.Message("john", "m1").Request
	l.Message("john", "m2")
	if _, err := l.Do.Close(ctx, lab.Carol, id, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Store.Load(ctx, []string{keyspace.Messages}, func(kv store.KV) error {
		t.Errorf("%s is still there", kv.Key)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if c, err := l.Do.Conversation(ctx, lab.Carol, id); err != nil || c.Messages == nil || len(c.Messages) > 0 {
		t.Errorf("%v: %+v", err, c)
	}
}

// A request that is not an agent's does not exist for them, open or closed.
func TestForeignConversations(t *testing.T) {
	l := lab.Start(t)
	open := l.Message("john", "m1").Request
	closed := l.Message("mary", "m2").Request
	if _, err := l.Do.Close(ctx, lab.Carol, closed, ""); err != nil {
		t.Fatal(err)
	}
	_, nothing := l.Do.Conversation(ctx, lab.Dave, "nothing")
	for name, id := range map[string]string{"open": open, "closed": closed} {
		_, err := l.Do.Conversation(ctx, lab.Dave, id)
		if reason(err) != command.UnknownRequest || strings.ReplaceAll(err.Error(), id, "nothing") != nothing.Error() {
			t.Errorf("%s: %v, and what is not there: %v", name, err, nothing)
		}
	}
}
