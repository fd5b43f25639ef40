package server_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

func wantAlerts(d *desk, want ...string) {
	d.t.Helper()
	var all protocol.Alerts
	d.get("/alerts", &all)
	var got []string
	for _, r := range all.Alerts {
		got = append(got, r.ID)
		if r.Alert == nil || r.Alert.Generation != 1 || r.Alert.RaisedAt.IsZero() {
			d.t.Errorf("%s without its alert: %+v", r.ID, r.Alert)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || all.Cursor == "" {
		d.t.Errorf("%s has alerts (-want +got):\n%s", d.name, diff)
	}
}

// N5: a dismissed alert is dismissed for one agent and for good, the request stays.
func TestDismiss(t *testing.T) {
	s := site.Start(t)
	erin, frank, gina := team(t, s)
	a := waiting(t, s, lab.Grab, "a", erin, frank, gina)
	b, c := waiting(t, s, lab.Grab, "b"), waiting(t, s, lab.Reopen, "c")
	device := erin.online()
	wantAlerts(erin, a, b, c)
	wantAlerts(gina) // N11, and she is not subscribed to the other list
	for _, body := range []string{"", "{}", ""} {
		erin.gone("DELETE", "/alerts/"+a, body)
	}
	if e := device.wait(protocol.EventAlertWithdrawn); e.ID == "" {
		t.Errorf("%+v", e)
	}
	erin.gone("DELETE", "/alerts/01NOSUCH", "")
	wantAlerts(erin, b, c)
	wantAlerts(frank, a, b, c)
	for _, body := range []string{"", "{}"} {
		erin.gone("DELETE", "/alerts", body)
	}
	wantAlerts(erin)
	if r := erin.act("POST", of(a, "join"), ""); r.Outcome != request.Joined {
		t.Errorf("%+v", r)
	}
	wantAlerts(frank, b, c) // N6: on a Grab list the others' are over
}
