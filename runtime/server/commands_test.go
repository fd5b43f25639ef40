package server_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// T09, N12: who is too late is told who has the request and since when, and sees it
// no more; an Admin does.
func TestGrabbed(t *testing.T) {
	s := site.Start(t)
	erin, frank, gina := team(t, s)
	id := waiting(t, s, lab.Grab, "john", erin, frank, gina)
	if r := erin.twice("POST", of(id, "join"), ""); r.Outcome != request.Joined || !r.Request.Members[0].Owner || !r.Request.Grab {
		t.Errorf("%+v", r)
	}
	p := frank.refused("POST", of(id, "join"), "", 409, protocol.ProblemGrabbed)
	when, err := time.Parse(time.RFC3339, fmt.Sprint(p.Details["grabbedAt"]))
	if p.Details["grabbedBy"] != "erin" || err != nil || time.Since(when).Abs() > time.Hour {
		t.Errorf("%+v: %v", p.Details, err)
	}
	frank.refused("GET", of(id), "", 404, protocol.ProblemUnknownRequest)
	gina.get(of(id), nil)
	if r := gina.act("POST", of(id, "join"), ""); len(r.Request.Members) != 2 || !r.Request.Members[1].Admin { // T10
		t.Errorf("%+v", r.Request.Members)
	}
}

// Decision 4: what the limit does to a join is the list's to say.
func TestCapacity(t *testing.T) {
	s := site.Start(t)
	config := s.Config()
	config.MediaRoutingDomains[0].MaxRequests = 1
	s.Program(config)
	erin, _, _ := team(t, s)
	erin.act("POST", of(waiting(t, s, lab.Enforce, "one", erin), "join"), "")
	erin.refused("POST", of(waiting(t, s, lab.Enforce, "two"), "join"), "", 409, protocol.ProblemAtCapacity)
	if r := erin.act("POST", of(waiting(t, s, lab.Warn, "three"), "join"), ""); !slices.Equal(r.Warnings, []protocol.Warning{protocol.OverCapacity}) {
		t.Errorf("%+v", r)
	}
}

// T32 and what else there is to an answer.
func TestSay(t *testing.T) {
	s := site.Start(t)
	erin, frank, _ := team(t, s)
	id := waiting(t, s, lab.Grab, "john", erin, frank)
	erin.refused("POST", of(id, "messages"), `{"text":"hi"}`, 409, protocol.ProblemNotAMember)
	erin.act("POST", of(id, "join"), "")
	text := strings.Repeat("ß", 4096)
	r := erin.twice("POST", of(id, "messages"), `{"text":"`+text+`","kind":"note","attachments":[{"url":"https://x.example/a.pdf","size":3}],"attributes":{"a":"b"}}`)
	if r.Outcome != request.Sent || r.Message == nil || r.Message.Number != 2 || r.Message.From.Name != "erin" {
		t.Errorf("%+v", r)
	}
	var c protocol.Conversation
	erin.get(of(id), &c)
	if len(c.Messages) != 2 || c.Messages[1].Text != text || c.Messages[1].Kind != "note" || c.Messages[1].Attachments[0].Size != 3 {
		t.Errorf("%+v", c)
	}
	erin.act("POST", of(id, "messages"), `{"attachments":[{"url":"https://x.example/a.pdf"}]}`)

	attachments, _ := json.Marshal(slices.Repeat([]request.Attachment{{URL: "https://x.example"}}, 11))
	for name, tc := range map[string]struct {
		body   string
		status int
		want   protocol.ProblemType
	}{
		"one code point too many":   {`{"text":"` + text + `!"}`, 422, protocol.ProblemTooLong},
		"over what is kept":         {`{"text":"` + strings.Repeat("x", 64<<10+1) + `"}`, 413, protocol.ProblemTooLarge},
		"a body over the limit":     {`{"text":"` + strings.Repeat("x", 200<<10) + `"}`, 413, protocol.ProblemTooLarge},
		"nothing":                   {`{}`, 422, protocol.ProblemInvalid},
		"a misspelled field":        {`{"txet":"hi"}`, 422, protocol.ProblemInvalid},
		"too many attachments":      {`{"attachments":` + string(attachments) + `}`, 422, protocol.ProblemInvalid},
		"an attachment of no place": {`{"text":"hi","attachments":[{"name":"a"}]}`, 422, protocol.ProblemInvalid},
		"no JSON":                   {`hi`, 400, protocol.ProblemMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			erin := at(t, s, "erin")
			erin.refused("POST", of(id, "messages"), tc.body, tc.status, tc.want)
		})
	}

	alice := at(t, s, "alice")
	var facebook protocol.Receipt
	wantOK(t, s.URL, post("facebook", message("m1", "john", "hi")), &facebook)
	alice.act("POST", of(facebook.Request, "join"), "")
	alice.refused("POST", of(facebook.Request, "messages"), `{"text":"hi"}`, 422, protocol.ProblemNoOutbound)
	alice.act("POST", of(facebook.Request, "close"), "")
	alice.refused("POST", of(facebook.Request, "messages"), `{"text":"hi"}`, 410, protocol.ProblemGone)
}

// T33: reasons of the list, once, by who is or was in the request.
func TestWrapUp(t *testing.T) {
	s := site.Start(t)
	erin, frank, _ := team(t, s)
	var me protocol.Me
	erin.get("/me", &me)
	i := slices.IndexFunc(me.Lists, func(l protocol.List) bool { return l.Name == lab.WrapUp.List() })
	if i < 0 || me.Lists[i].WrapUp == nil || len(me.Lists[i].WrapUp.Reasons) != 3 {
		t.Errorf("the reasons are not told: %+v", me.Lists)
	}
	id := waiting(t, s, lab.WrapUp, "john", erin, frank)
	wrapUp := of(id, "wrap-up")
	frank.refused("POST", wrapUp, `{"reasons":["sale"]}`, 409, protocol.ProblemNotAMember)
	erin.act("POST", of(id, "join"), "")
	if r := erin.act("POST", of(id, "leave"), ""); r.Request.WrapUp == nil || r.Request.WrapUp.AppliedAt != nil {
		t.Errorf("none is awaited: %+v", r.Request.WrapUp)
	}
	for _, body := range []string{`{"reasons":["sale","nonsense"]}`, `{"reasons":[]}`, `{}`, `{"reasons":["sale","sale"]}`, `{"reasons":["a","b","c","d","e","f"]}`} {
		erin.refused("POST", wrapUp, body, 422, protocol.ProblemInvalid)
	}
	r := erin.twice("POST", wrapUp, `{"reasons":["sale","support"],"note":"calls back"}`)
	if r.Outcome != request.WrappedUp || r.Request.State != request.Inactive || r.Request.WrapUp == nil ||
		!slices.Equal(r.Request.WrapUp.Reasons, []string{"sale", "support"}) || r.Request.WrapUp.Note != "calls back" {
		t.Errorf("%+v", r.Request)
	}
	erin.refused("POST", wrapUp, `{"reasons":["sale"]}`, 409, protocol.ProblemWrapUpOver)
	other := waiting(t, s, lab.Reopen, "john")
	erin.act("POST", of(other, "join"), "")
	erin.refused("POST", of(other, "wrap-up"), `{"reasons":["sale"]}`, 409, protocol.ProblemNoWrapUp)
}

// Section 4: an Admin may remove members, nobody else.
func TestRemoveMember(t *testing.T) {
	s := site.Start(t)
	erin, frank, gina := team(t, s)
	id := waiting(t, s, lab.Reopen, "john", erin, frank, gina)
	erin.act("POST", of(id, "join"), "")
	frank.refused("DELETE", of(id, "members", "erin"), "", 403, protocol.ProblemForbidden)
	if r := gina.twice("DELETE", of(id, "members", "erin"), ""); r.Outcome != request.Removed || r.Request.State != request.Inactive {
		t.Errorf("%+v", r)
	}
	gina.refused("DELETE", of(id, "members", "erin"), "", 409, protocol.ProblemNotAMember)
	gina.refused("DELETE", of("01NOSUCH", "members", "erin"), "", 404, protocol.ProblemUnknownRequest)
}

// T27: a logout leaves everything, once.
func TestLogout(t *testing.T) {
	s := site.Start(t)
	erin, _, _ := team(t, s)
	var want []string
	for _, customer := range []string{"john", "mary"} {
		id := waiting(t, s, lab.Reopen, customer, erin)
		erin.act("POST", of(id, "join"), "")
		want = append(want, id)
	}
	for _, want := range [][]string{want, {}} {
		var out protocol.LoggedOut
		wantOK(t, s.URL, erin.sent("POST", "/logout", ""), &out)
		slices.Sort(out.Left)
		if diff := cmp.Diff(want, out.Left); diff != "" {
			t.Error(diff)
		}
	}
}
