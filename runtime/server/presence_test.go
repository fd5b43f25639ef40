package server_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/protocol"
)

func presenceOf(p lab.Policy, customer, body string) sent {
	return sent{
		method: "PUT", path: "/v1/channels/" + p.Channel() + "/customers/" + customer + "/presence",
		body: body, header: bearer(site.Key(p.Channel())),
	}
}

// What a connector says of a customer is shown with the request, told to its
// members, and can be asked for.
func TestCustomerPresence(t *testing.T) {
	s := site.Start(t)
	erin, _, _ := team(t, s)
	john := waiting(t, s, lab.Reopen, "john/1", erin)
	mary := waiting(t, s, lab.Warn, "mary")
	feed := erin.online()
	erin.act("POST", of(john, "join"), "")
	for range 2 {
		wantOK(t, s.URL, presenceOf(lab.Reopen, "john%2F1", `{"online":true,"location":"Checkout"}`), nil)
	}
	var told protocol.Event
	if err := json.Unmarshal([]byte(feed.wait(protocol.EventPresence).Data), &told); err != nil || told.RequestID != john || !told.Presence.Online {
		t.Errorf("%+v: %v", told, err)
	}
	var c protocol.Conversation
	erin.get(of(john), &c)
	if p := c.Request.Presence; p == nil || !p.Online || p.Location != "Checkout" {
		t.Errorf("%+v", p)
	}
	for name, tc := range map[string]struct {
		query string
		want  []string
	}{
		"there":                  {"online=true", []string{john}},
		"not there":              {"online=false&channel=" + lab.Warn.Channel(), []string{mary}},
		"of a channel":           {"channel=" + lab.Warn.Channel(), []string{mary}},
		"of none":                {"channel=nothing", nil},
		"somebody looks after":   {"coverage=Pending", []string{john}},
		"nobody looks after, of": {"coverage=RepNeeded&channel=" + lab.Warn.Channel(), []string{mary}},
	} {
		t.Run(name, func(t *testing.T) {
			var p protocol.Page
			at(t, s, "erin").get("/requests?"+tc.query, &p)
			var got []string
			for _, r := range p.Requests {
				got = append(got, r.ID)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	wantProblem(t, s.URL, presenceOf(lab.Reopen, "john", `{}`), answered{Status: 422, Type: protocol.ProblemInvalid})
	wrong := presenceOf(lab.Reopen, "john", `{"online":true}`)
	wrong.header = bearer(site.Key("web"))
	wantProblem(t, s.URL, wrong, answered{Status: http.StatusUnauthorized, Type: protocol.ProblemInvalidKey})
	erin.refused("GET", "/requests?coverage=Some", "", 422, protocol.ProblemInvalid)
}
