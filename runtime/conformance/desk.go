package conformance

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// Desk is one agent at work: the calls they make, and the feed that tells them.
type Desk struct {
	t *T
	caller
	Name string
	Feed *Feed
}

// The groups that the configuration gives each list.
func reps(list string) string   { return list + "-reps" }
func guests(list string) string { return list + "-guests" }
func adms(list string) string   { return list + "-admins" }

// Rep seats a new Representative who is subscribed to the lists.
func (t *T) Rep(lists ...string) *Desk { return t.seated(reps, lists) }

// Admin seats a new Admin who is subscribed to the lists.
func (t *T) Admin(lists ...string) *Desk { return t.seated(adms, lists) }

// Guest seats a new Representative who may subscribe to the lists and has not.
func (t *T) Guest(lists ...string) *Desk { return t.seated(guests, lists) }

// Reps seats several Representatives at once.
func (t *T) Reps(n int, list string) []*Desk {
	desks := make([]*Desk, n)
	t.Together(n, func(i int) { desks[i] = t.Rep(list) })
	return desks
}

func (t *T) seated(role func(string) string, lists []string) *Desk {
	var groups []string
	for _, l := range lists {
		groups = append(groups, role(l))
	}
	d := t.Agent(t.Name("agent"), groups...)
	t.Eventually("the agent's access to "+strings.Join(lists, ", "), func() string {
		me := d.Me()
		for _, l := range lists {
			if i := slices.IndexFunc(me.Lists, func(m protocol.List) bool { return m.Name == l }); i < 0 {
				return "the runtime serves no list " + l + " for them: is the suite's configuration in force?"
			}
		}
		return ""
	})
	d.Connect()
	return d
}

// Agent gives an agent a place, without a feed.
func (t *T) Agent(name string, groups ...string) *Desk {
	token, err := t.Target.Agent(t.Context, name, append(groups, guests(beacon))...)
	if err != nil {
		t.Fatalf("no token for %s: %v", name, err)
	}
	d := &Desk{t: t, Name: name, caller: caller{http: t.run.http, bases: t.bases(), token: token, binding: t.run.options.Binding}}
	d.Feed = newFeed(&d.caller)
	t.Cleanup(func(context.Context) { d.Feed.Drop() })
	return d
}

// Another seats the same agent at a second place, without a feed.
func (d *Desk) Another() *Desk {
	second := &Desk{t: d.t, Name: d.Name, caller: d.caller}
	second.bases = d.t.bases()
	second.Feed = newFeed(&second.caller)
	d.t.Cleanup(func(context.Context) { second.Feed.Drop() })
	return second
}

// Connect begins the feed, and waits until the snapshot has come.
func (d *Desk) Connect() {
	from := d.Feed.Len()
	d.Feed.Connect("")
	d.Await("the snapshot of a new feed", from, func(e *Event) bool { return e.Snapshot != nil && !e.Snapshot.More })
}

// Await waits for an event at or behind a place in the feed.
func (d *Desk) Await(what string, from int, meant func(*Event) bool) *Event {
	ctx, cancel := context.WithTimeout(d.t.Context, d.t.run.options.Patience)
	defer cancel()
	e, _, err := d.Feed.wait(ctx, from, meant)
	if err != nil {
		d.t.Fatalf("%s did not get %s: %v; the last they got: %s", d.Name, what, err, d.last())
	}
	return e
}

func (d *Desk) last() string {
	var out []string
	for _, e := range d.Feed.All(max(0, d.Feed.Len()-5)) {
		out = append(out, strings.TrimSpace(e.String()+" "+e.RequestID))
	}
	return strings.Join(out, ", ")
}

// About are the events so far about a request, but those that came again.
func (d *Desk) About(id string) []*Event {
	return slices.DeleteFunc(d.Feed.All(0), func(e *Event) bool { return !e.about(id) || e.Repeated })
}

// Hears waits for an event of a kind about a request.
func (d *Desk) Hears(id string, kind protocol.EventType) *Event {
	return d.Await(string(kind)+" of "+id, 0, func(e *Event) bool { return e.about(id) && e.Type == kind })
}

// HearsState waits until the desk is told of a state.
func (d *Desk) HearsState(id string, s request.State) *Event {
	return d.Await("the state "+string(s)+" of "+id, 0, func(e *Event) bool {
		return e.about(id) && e.Type == protocol.EventStateChanged && e.Request.State == s
	})
}

// Flush waits until the feed has told everything that happened before: what an
// agent does to their own subscription to the beacon comes behind it.
func (d *Desk) Flush() {
	method := http.MethodPut
	for _, l := range d.Me().Lists {
		if l.Name == beacon && l.Subscribed {
			method = http.MethodDelete
		}
	}
	from := d.Feed.Len()
	d.Must(method, "/v1/lists/"+beacon+"/subscription", nil, nil)
	d.Await("the marker behind everything that happened", from, func(e *Event) bool {
		return e.Lists != nil && slices.ContainsFunc(e.Lists.Lists, func(l protocol.List) bool {
			return l.Name == beacon && l.Subscribed == (method == http.MethodPut)
		})
	})
}

// Told holds the events about a request to a list of kinds, after everything that
// happened before has been told.
func (d *Desk) Told(id string, want ...string) {
	d.Flush()
	var got []string
	for _, e := range d.About(id) {
		got = append(got, e.short())
	}
	if !slices.Equal(got, want) {
		d.t.Fatalf("%s was told %v of the request, and should have been told %v", d.Name, got, want)
	}
}

// Must makes a call that has to be answered as wanted.
func (d *Desk) Must(method, path string, body, out any) http.Header {
	header, problem, err := d.call(d.t.Context, method, path, d.t.Name("key"), body, out)
	if err != nil {
		d.t.Fatalf("%v", err)
	}
	if problem != nil {
		d.t.Fatalf("%s of %s was answered %s", method+" "+path, d.Name, said(problem))
	}
	return header
}

// Try makes a call and gives the problem that it was answered, nil where none.
func (d *Desk) Try(method, path string, body, out any) *protocol.Problem {
	_, problem, err := d.call(d.t.Context, method, path, d.t.Name("key"), body, out)
	if err != nil {
		d.t.Fatalf("%v", err)
	}
	return problem
}

// Me is who the agent is to the runtime.
func (d *Desk) Me() (me protocol.Me) {
	d.Must(http.MethodGet, "/v1/me", nil, &me)
	return me
}

// Subscribe and Unsubscribe choose a list, and wait for the feed to say so.
func (d *Desk) Subscribe(list string) { d.choose(http.MethodPut, list) }

// Unsubscribe ends that.
func (d *Desk) Unsubscribe(list string) { d.choose(http.MethodDelete, list) }

func (d *Desk) choose(method, list string) {
	from := d.Feed.Len()
	d.Must(method, "/v1/lists/"+list+"/subscription", nil, nil)
	d.Await("the change of their lists", from, func(e *Event) bool { return e.Type == protocol.EventListsChanged })
}

// Row is a request as the agent sees it now; nil where it does not exist for them.
func (d *Desk) Row(id string) *Row {
	var c struct{ Request *Row }
	if problem := d.Try(http.MethodGet, "/v1/requests/"+id, nil, &c); problem != nil {
		if !is(problem, protocol.ProblemUnknownRequest) {
			d.t.Fatalf("GET of a request was answered %s", said(problem))
		}
		return nil
	}
	return c.Request
}

// Page are the open requests that a query finds.
func (d *Desk) Page(query url.Values) (rows []*Row) {
	if !query.Has("limit") {
		query.Set("limit", "500")
	}
	for {
		var page struct {
			Requests []*Row
			Continue string
		}
		d.Must(http.MethodGet, "/v1/requests?"+query.Encode(), nil, &page)
		rows = append(rows, page.Requests...)
		if page.Continue == "" {
			return rows
		}
		query.Set("continue", page.Continue)
	}
}

// Lists says whether a request is in what a query finds.
func (d *Desk) Lists(id string, query url.Values) bool {
	return slices.ContainsFunc(d.Page(query), func(r *Row) bool { return r.ID == id })
}

// tale is what the desk was told of a request, for people.
func (d *Desk) tale(id string) string {
	var out []string
	for _, e := range d.About(id) {
		out = append(out, e.String()+" at "+e.At.Format("04:05.000"))
	}
	return strings.Join(out, ", ")
}
