package program_test

import (
	"testing"
	"time"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/program"
	"github.com/pullmode/operator/controllers/workload"
)

// What a replica did instead of answering stands in conditions. It must be the
// same words each time, or a namespace in which nothing changes is written to.
func TestSilenceIsStable(t *testing.T) {
	f := newFixture(t)
	rt := &v1alpha1.RoutingRuntime{}
	rt.Name = "main"
	// The operator was away for longer than the certificates live.
	expired, err := workload.Renew(rt, workload.Credentials{Authority: f.credentials.Authority}, time.Now().Add(-365*24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	good := f.credentials.Server
	f.credentials.Server = expired.Server
	outdated := f.serve(t, "main-0", f.store.replica("main-0"))
	f.credentials.Server = good
	current := f.serve(t, "main-0", f.store.replica("main-0"))
	for name, tc := range map[string]struct {
		target program.Target
		client *program.Client
		want   string
	}{
		"it reports":                       {current, f.client, ""},
		"its certificate has expired":      {outdated, f.client, "shows a certificate that is not valid now"},
		"it does not know our certificate": {current, f.clientWith(t, expired), "cannot be reached: tls: expired certificate"},
		"nobody listens":                   {program.Target{Addr: "127.0.0.1:1"}, f.client, "refuses the connection"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tc.client.Read(t.Context(), []program.Target{tc.target})[0].Silence(); got != tc.want {
				t.Errorf("it %q, want %q", got, tc.want)
			}
		})
	}
}
