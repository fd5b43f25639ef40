package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/protocol"
)

// desk is an agent who calls the API.
type desk struct {
	t     *testing.T
	s     *site.Site
	name  string
	token string
}

func at(t *testing.T, s *site.Site, name string, groups ...string) *desk {
	t.Helper()
	return &desk{t: t, s: s, name: name, token: s.Token(name, groups...)}
}

// team are the agents of the policies' lists: two Representatives and an Admin.
func team(t *testing.T, s *site.Site) (erin, frank, gina *desk) {
	t.Helper()
	return at(t, s, "erin"), at(t, s, "frank"), at(t, s, "gina", "leads")
}

func (d *desk) sent(method, path, body string, key ...string) sent {
	header := bearer(d.token)
	if len(key) > 0 {
		header["Idempotency-Key"] = key[0]
	}
	return sent{method: method, path: "/v1" + path, body: body, header: header}
}

// get reads something that there is.
func (d *desk) get(path string, into any) {
	d.t.Helper()
	wantOK(d.t, d.s.URL, d.sent("GET", path, ""), into)
}

// act gives a command that succeeds.
func (d *desk) act(method, path, body string, key ...string) (r protocol.Result) {
	d.t.Helper()
	wantOK(d.t, d.s.URL, d.sent(method, path, body, key...), &r)
	return r
}

// twice gives a command, and again with the same key: the second time finds the
// first one's answer (G2).
func (d *desk) twice(method, path, body string) protocol.Result {
	d.t.Helper()
	first := d.act(method, path, body, "twice")
	again := d.act(method, path, body, "twice")
	if first.Repeated || !again.Repeated || again.Outcome != first.Outcome {
		d.t.Errorf("%s %s: %s and then %s (repeated %v)", method, path, first.Outcome, again.Outcome, again.Repeated)
	}
	return first
}

// refused gives a command that is refused.
func (d *desk) refused(method, path, body string, status int, kind protocol.ProblemType) protocol.Problem {
	d.t.Helper()
	return wantProblem(d.t, d.s.URL, d.sent(method, path, body), answered{Status: status, Type: kind})
}

// gone asks for something that is answered with no body.
func (d *desk) gone(method, path, body string) {
	d.t.Helper()
	resp, answer := send(d.t, d.s.URL, d.sent(method, path, body))
	wantDocumented(d.t, d.sent(method, path, body), resp, answer)
	if resp.StatusCode != http.StatusNoContent {
		d.t.Errorf("%s %s: %d %s", method, path, resp.StatusCode, answer)
	}
}

// online connects the agent, so that places can be offered to them.
func (d *desk) online() *stream {
	d.t.Helper()
	feed := (&stand{Lab: &lab.Lab{T: d.t}, url: d.s.URL}).open("/v1/events", d.token, "")
	feed.skip()
	other := at(d.t, d.s, "somebody-else")
	d.s.Eventually(func() bool {
		var targets protocol.TransferTargets
		other.get("/transfer-targets", &targets)
		for _, a := range targets.Agents {
			if a.Name == d.name {
				return true
			}
		}
		return false
	})
	return feed
}

// wait reads the feed up to an event.
func (s *stream) wait(kind protocol.EventType) event {
	s.t.Helper()
	for {
		switch e := s.next(); e.Name {
		case string(kind):
			return e
		case "":
			s.t.Fatalf("the feed ended before a %s", kind)
		}
	}
}

// waiting opens a request of a customer on a policy's channel, for those who are
// subscribed by then.
func waiting(t *testing.T, s *site.Site, p lab.Policy, customer string, subscribed ...*desk) string {
	t.Helper()
	for _, d := range subscribed {
		d.get("/me", nil)
	}
	var r protocol.Receipt
	wantOK(t, s.URL, post(p.Channel(), message("m-"+customer, customer, "hi")), &r)
	return r.Request
}

// of is the path of a request's command.
func of(id string, command ...string) string {
	return strings.Join(append([]string{"/requests", id}, command...), "/")
}
