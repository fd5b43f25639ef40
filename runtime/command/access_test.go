package command_test

import (
	"testing"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/request"
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
