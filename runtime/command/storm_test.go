package command_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/store"
)

// Whatever is commanded by many at the same moment, nothing fails but for a reason,
// and what is in the store belongs together.
func TestStorm(t *testing.T) {
	l := lab.Start(t)
	connect(l, lab.Erin, lab.Frank, lab.Gina)
	policies := []lab.Policy{lab.Grab, lab.Realert, lab.WrapUp, lab.Reopen, lab.Enforce}
	ctx, at := patient(t), either(l)
	var wg sync.WaitGroup
	for worker := range 8 {
		random := rand.New(rand.NewPCG(1, uint64(worker)))
		wg.Go(func() {
			for n := range 60 {
				p := policies[random.IntN(len(policies))]
				customer := fmt.Sprint("c", random.IntN(2))
				var id string
				if e := l.View.Slot(keyspace.Slot(p.Channel(), customer)); e != nil {
					id = e.Doc.ID
				}
				if err := oneOf(ctx, l, at(worker), random, p, customer, id, fmt.Sprintf("m%d-%d", worker, n)); err != nil {
					var e *command.Error
					if !errors.As(err, &e) || e.Reason == command.StoreUnavailable || e.Message == "" {
						t.Errorf("%v", err)
					}
				}
			}
		})
	}
	wg.Wait()
	consistent(t, l)
}

// oneOf does one thing or another.
func oneOf(ctx context.Context, l *lab.Lab, x *command.Executor, random *rand.Rand, p lab.Policy, customer, id, message string) error {
	agent := []inbox.Agent{lab.Erin, lab.Frank, lab.Gina}[random.IntN(3)]
	other := []string{"erin", "frank", "gina"}[random.IntN(3)]
	as := func(do act, id string) error { _, err := do(ctx, agent, id, ""); return err }
	switch random.IntN(16) {
	case 0, 1, 2, 3:
		_, err := x.Receive(ctx, p.Channel(), protocol.PostMessage{ID: message, Customer: protocol.Customer{ID: customer}, Text: message})
		return err
	case 4, 5, 6:
		return as(x.Join, id)
	case 7:
		return as(saying(x, message), id)
	case 8:
		return as(x.Leave, id)
	case 9:
		return as(x.Close, id)
	case 10:
		return as(target(x.Transfer, toList([]lab.Policy{lab.Grab, lab.WrapUp, lab.Realert}[random.IntN(3)].List())), id)
	case 11:
		return as(target(x.Invite, toAgent(other)), id)
	case 12, 13:
		for _, o := range inbox.Of(l.View, agent).Offers(l.Clock.Now()) {
			if err := as(x.Accept, o.ID); err != nil {
				return err
			}
		}
		return nil
	case 14:
		return x.Dismiss(ctx, agent, id)
	}
	return as(removing(x, other), id)
}

// consistent checks that every request has what belongs to it, and nothing is there
// that belongs to none.
func consistent(t *testing.T, l *lab.Lab) {
	t.Helper()
	alerts, messages := map[string]int64{}, map[string]bool{}
	var open []*request.Document
	_, err := l.Store.Load(ctx, []string{keyspace.Slots, keyspace.Alerts, keyspace.Messages}, func(kv store.KV) error {
		switch {
		case strings.HasPrefix(kv.Key, keyspace.Slots):
			d := &request.Document{}
			open = append(open, d)
			return json.Unmarshal(kv.Value, d)
		case strings.HasPrefix(kv.Key, keyspace.Alerts):
			var record keyspace.AlertRecord
			id, _ := keyspace.RequestOfAlert(kv.Key)
			err := json.Unmarshal(kv.Value, &record)
			alerts[id] = record.Generation
			return err
		}
		messages[kv.Key] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wantAlerts, wantMessages := map[string]int64{}, map[string]bool{}
	for _, d := range open {
		wantAlerts[d.ID] = d.Alert.Generation
		for _, n := range d.Messages.Numbers() {
			wantMessages[keyspace.Message(d.MessageThread(), n)] = true
		}
	}
	if diff := cmp.Diff(wantAlerts, alerts); diff != "" {
		t.Errorf("N6: alerts: %s", diff)
	}
	if diff := cmp.Diff(wantMessages, messages); diff != "" {
		t.Errorf("decision 9: messages: %s", diff)
	}
}
