package hub_test

import (
	"testing"

	"github.com/pullmode/operator/runtime/hub"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/protocol"
)

// A call may show a token with other groups than that of the feed: whoever refreshes
// tokens has the new one for the next call, and for the next connection. What that
// changes is told there, wherever the feed has come to meanwhile.
func TestResumeWithGroupsThatACallHasShown(t *testing.T) {
	nobody := inbox.Agent{Name: lab.Carol.Name}
	for name, tc := range map[string]struct {
		before, after inbox.Agent
		want          []protocol.EventType
		subscribed    bool
	}{
		"gained": {nobody, lab.Carol, []protocol.EventType{protocol.EventListsChanged, protocol.EventSnapshot}, true},
		"lost":   {lab.Carol, nobody, []protocol.EventType{protocol.EventListsChanged, protocol.EventSnapshot}, false},
	} {
		t.Run(name, func(t *testing.T) {
			l := lab.Start(t)
			carol(t, l).Close()
			open := l.Message("john", "m1").Request
			c := l.Connect(tc.before, "")
			next(t, c)

			see(t, l, tc.after)
			c.Bookmark()
			cursor := next(t, c).Cursor
			c.Close()

			resumed := l.Connect(tc.after, cursor)
			frames := next(t, resumed).Frames
			wantTypes(t, "resumed", frames, tc.want...)
			s := snapshotOf(t, frames[len(frames)-1])
			if shown := len(s.Requests) == 1 && s.Requests[0].ID == open; shown != tc.subscribed {
				t.Errorf("shown %+v", s)
			}
		})
	}
}

// Once the connection has the groups that were shown, or they are again those that it
// has, its cursors go on.
func TestCursorsGoOnWithTheGroupsShown(t *testing.T) {
	nobody := inbox.Agent{Name: lab.Carol.Name}
	for name, mend := range map[string]func(*testing.T, *lab.Lab, *hub.Conn){
		"renewed":    func(_ *testing.T, _ *lab.Lab, c *hub.Conn) { c.Renew(nobody) },
		"shown anew": func(t *testing.T, l *lab.Lab, _ *hub.Conn) { see(t, l, lab.Carol) },
	} {
		t.Run(name, func(t *testing.T) {
			l := lab.Start(t)
			c := carol(t, l)
			see(t, l, nobody)
			mend(t, l, c)
			c.Bookmark()
			got := next(t, c).Cursor
			if want := l.View.Cursor(l.View.Revision()); got != want {
				t.Errorf("the cursor is %s, and the feed is at %s", got, want)
			}
		})
	}
}
