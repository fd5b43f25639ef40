package server_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/hub"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// Who is not trusted any more makes no calls, also while they have not read what says
// so, nor what comes before.
func TestLateCalls(t *testing.T) {
	s := start(t, time.Hour, func(o *hub.Options) { o.QueueFrames, o.QueueBytes = 1<<20, 1<<30 })
	busy, other := s.Message("john", "m").Request, s.Message("mary", "m").Request
	if _, err := s.Do.Join(ctx, lab.Alice, busy, ""); err != nil {
		t.Fatal(err)
	}
	p := s.socket(t, "alice", "")
	p.wants(protocol.EventSnapshot)
	text := strings.Repeat("x", 60<<10)
	for n := range 400 { // 24 MB: more than the kernel holds
		if _, err := s.Do.Receive(ctx, "facebook", protocol.PostMessage{ID: fmt.Sprint("n", n), Customer: protocol.Customer{ID: "john"}, Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	config := site.Config(s.issuer.URL())
	config.Authentication.Issuers[0].URL += "/another"
	s.Program(config)
	s.Hub.Stats() // waits until the hub is done with it
	p.call("late", "POST", "/v1/requests/"+other+"/join", "")
	p.closed(protocol.CloseTokenRefused)
	if d := s.View.Request(other).Doc; d.State != request.Unread || len(p.answers) > 0 {
		t.Errorf("the request is %s, answers: %+v", d.State, p.answers)
	}
}
