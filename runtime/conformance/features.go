package conformance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// untouched is what goes through the runtime as it is.
var untouched = map[string]any{
	"text": "", "kind": "template",
	"attachments": []request.Attachment{{URL: "https://files.example.com/a.png", Name: "a.png", ContentType: "image/png", Size: 1234}},
	"attributes":  map[string]string{"template": "welcome"},
}

// featureCases are what desks and connectors count on: F1 to F6.
var featureCases = []Case{
	{Rule: "F1", Name: "inbox", Run: func(t *T) {
		d := t.Rep(collab, other)
		one, two, three := t.Customer(collab), t.Customer(other), t.Customer(collab)
		ids := []string{one.Open(), two.Open(), three.Open()}
		d.Join(ids[2])
		for _, id := range ids {
			d.Hears(id, protocol.EventReceived)
		}
		mine := func(query url.Values) (found []string) {
			for _, r := range d.Page(query) {
				if slices.Contains(ids, r.ID) {
					found = append(found, r.ID)
				}
			}
			return found
		}
		for query, want := range map[string][]string{
			"":                              ids,
			"list=" + collab:                {ids[0], ids[2]},
			"channel=" + other:              {ids[1]},
			"state=UNREAD":                  {ids[0], ids[1]},
			"state=UNREAD&list=" + collab:   {ids[0]},
			"state=ACTIVE&state=INACTIVE":   {ids[2]},
			"joined=true":                   {ids[2]},
			"joined=false&channel=" + other: {ids[1]},
			"coverage=Pending":              {ids[2]},
			"limit=2":                       ids, // page by page
		} {
			values, _ := url.ParseQuery(query)
			t.Check(slices.Equal(mine(values), want), "asking for %q finds %v, and should find %v", query, mine(values), want)
		}
		r := d.Row(ids[1])
		t.Check(r.List == other && r.Channel == other && r.ChannelType == "CONFORMANCE" && r.Customer.ID == two.ID && r.Customer.Name == two.Name && !r.OpenedAt.IsZero(), "the row is %+v", r)
	}},
	{Rule: "F2", Name: "presence", Run: func(t *T) {
		in, out, c := t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		in.Join(id)
		online := func(d *Desk, want bool) {
			t.Eventually("the customer's presence", func() string {
				r := d.Row(id)
				if r.Presence == nil || r.Presence.Online != want || d.Lists(id, url.Values{"online": {"true"}}) != want {
					return fmt.Sprintf("the row says %+v", r.Presence)
				}
				return ""
			})
		}
		seen := time.Now().UTC().Truncate(time.Second)
		c.Present(protocol.PutPresence{Online: true, Location: "Zürich", LastActiveAt: &seen})
		e := in.Hears(id, protocol.EventPresence)
		t.Check(e.Presence != nil && e.Presence.Online, "the member was told %+v", e.Presence)
		t.Check(e.Presence.Location == "Zürich" && e.Presence.LastActiveAt != nil && e.Presence.LastActiveAt.Equal(seen), "the member was told %+v", e.Presence)
		online(in, true)
		p := in.Row(id).Presence
		t.Check(p.Location == "Zürich" && p.LastActiveAt != nil && p.LastActiveAt.Equal(seen), "the row says %+v", p)
		online(out, true)
		c.Present(protocol.PutPresence{})
		in.Await("that the customer has gone", 0, func(e *Event) bool { return e.about(id) && e.Presence != nil && !e.Presence.Online })
		online(out, false)
		out.Told(id, "received", "ACTIVE")
	}},
	{Rule: "F3", Name: "from-the-customer", Run: func(t *T) {
		d, c := t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.Join(id)
		message := map[string]any{"id": t.Name("message"), "customer": protocol.Customer{ID: c.ID, Name: c.Name}}
		for k, v := range untouched {
			message[k] = v
		}
		wrote := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
		message["at"] = wrote
		_, problem := c.Send(message)
		t.Check(problem == nil, "a message with attachments was answered %s", said(problem))
		got := d.Hears(id, protocol.EventMessage).Message
		t.whole(got)
		t.Check(got.SentAt != nil && got.SentAt.Equal(wrote) && got.At.After(wrote), "the customer wrote at %s, and the member was told %v, taken at %s", wrote, got.SentAt, got.At)
		var open protocol.Conversation
		d.Must(http.MethodGet, "/v1/requests/"+id, nil, &open)
		t.whole(&open.Messages[len(open.Messages)-1])
	}},
	{Rule: "F3", Name: "to-the-customer", Needs: []Need{Receive}, Run: func(t *T) {
		d, c := t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.Join(id)
		t.whole(d.Does(id, "messages", untouched, "sent").Message)
		t.whole(d.Hears(id, protocol.EventMessage).Message)
		var sent request.Message
		post := t.Delivered("/outbound/"+collab, c.ID)
		t.Check(json.Unmarshal(post.Body, &struct {
			Kind        *string
			Attachments *[]request.Attachment
			Attributes  *map[string]string
		}{&sent.Kind, &sent.Attachments, &sent.Attributes}) == nil, "the connector was sent %s", post.Body)
		t.whole(&sent)
	}},
	{Rule: "F4", Name: "transfer-targets", Run: func(t *T) {
		d, there, away := t.Rep(collab), t.Rep(other), t.Rep(other)
		d.targets(away, true)
		away.Feed.Drop()
		d.targets(away, false)
		lists := d.targets(there, true).Lists
		t.Check(slices.ContainsFunc(lists, func(l protocol.TargetList) bool { return l.Name == other && l.DisplayName != "" }), "the lists to transfer to are %v", lists)
	}},
	{Rule: "F5", Name: "record", Needs: []Need{Receive}, Run: func(t *T) {
		d, also, c := t.Rep(wrapupSlow), t.Rep(wrapupSlow), t.Customer(wrapupSlow)
		id := c.Open()
		d.Join(id)
		c.Again(id)
		o := d.Offer(id, "invite", "agent", also.Name)
		also.HearsOffer(o.ID, request.OfferMade)
		also.Answer(o, "decline")
		d.Leave(id)
		d.Does(id, "wrap-up", protocol.WrapUp{Reasons: []string{"solved"}}, string(request.WrappedUp))
		c.End()
		type event struct {
			SpecVersion, Type, Subject, ID, Source string
			Data                                   struct {
				Request struct {
					Version int64
					State   request.State
				}
				Change  struct{ Actor request.Actor }
				Message *request.Message
			}
		}
		var version int64
		t.Eventually("the record up to the close", func() string {
			version = 0
			var kinds, texts []string
			seen := map[string]bool{}
			for _, p := range t.Posts("/sink", id) {
				var e event
				t.Check(p.Signed && p.Decode(&e) == nil && e.SpecVersion == "1.0" && e.Source != "" && e.ID != "", "the sink was posted %.300s, signed %t", p.Body, p.Signed)
				if e.Subject != id || seen[e.Source+e.ID] {
					continue // at least once
				}
				seen[e.Source+e.ID] = true
				if e.Data.Message != nil {
					texts = append(texts, e.Data.Message.Text)
				}
				if cause, ok := strings.CutPrefix(e.Type, "io.pullmode.request."); ok {
					t.Check(e.Data.Request.Version > version && e.Data.Change.Actor.Name != "", "version %d by %q came behind version %d", e.Data.Request.Version, e.Data.Change.Actor.Name, version)
					version = e.Data.Request.Version
					kinds = append(kinds, cause)
				}
			}
			if want := []string{"message", "join", "message", "invite", "decline", "leave", "wrapUp", "endSession"}; !slices.Equal(kinds, want) {
				return fmt.Sprintf("the transitions are %v", kinds)
			}
			if len(texts) != 2 {
				return fmt.Sprintf("the messages are %q", texts)
			}
			return ""
		})
	}},
	{Rule: "F6", Name: "last-messages", Run: func(t *T) {
		d, late, c := t.Rep(collab), t.Rep(collab), t.Customer(collab)
		id := c.Open()
		d.Join(id)
		for i := range request.KeptMessages + 5 {
			c.Write(fmt.Sprint("message ", i))
		}
		messages := late.Join(id).Messages
		t.Check(len(messages) == request.KeptMessages, "the joiner was shown %d messages, and %d are kept", len(messages), request.KeptMessages)
		for i, m := range messages {
			t.Check(m.Text == fmt.Sprint("message ", i+5), "message %d is %q", i, m.Text)
		}
	}},
}

// targets waits until an agent is, or is not, shown to transfer to.
func (d *Desk) targets(agent *Desk, want bool) (targets protocol.TransferTargets) {
	d.t.Eventually("the targets", func() string {
		targets = protocol.TransferTargets{}
		d.Must(http.MethodGet, "/v1/transfer-targets", nil, &targets)
		if got := slices.ContainsFunc(targets.Agents, func(a protocol.TargetAgent) bool { return a.Name == agent.Name }); got != want {
			return fmt.Sprintf("%s is there: %t", agent.Name, got)
		}
		return ""
	})
	return targets
}

// whole holds a message to what was given.
func (t *T) whole(m *request.Message) {
	got, err := json.Marshal(map[string]any{"text": m.Text, "kind": m.Kind, "attachments": m.Attachments, "attributes": m.Attributes})
	want, _ := json.Marshal(untouched)
	t.Check(err == nil && string(got) == string(want), "the message is %s, and should be %s", got, want)
}
