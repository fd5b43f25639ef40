package story_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/pullmode/operator/hack/story"
	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/issuer"
	"github.com/pullmode/operator/runtime/replica"
	"github.com/pullmode/operator/runtime/snapshot"
)

const key = "a-key-for-tests-only"

// The story holds against a runtime in this process too, so that a mistake shows
// in seconds and not only on a cluster.
func TestStory(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	server := httptest.NewUnstartedServer(nil)
	tokens, err := issuer.New(issuer.Options{URL: "http://" + server.Listener.Addr().String(), Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = tokens
	server.Start()
	defer server.Close()
	r, err := replica.Start(t.Context(), replica.Options{Name: "story", DataDir: t.TempDir(), Addr: "127.0.0.1:0", Log: log})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := r.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	if refusal, err := r.Program(t.Context(), config(tokens.URL())); err != nil || refusal != nil {
		t.Fatal(err, refusal)
	}
	err = story.Stage{
		Runtime: "http://" + r.Addr().String(), Issuer: tokens.URL(), Channel: "c2", Key: key, List: "l1",
		Agents: [2]string{"alice", "bob"}, Out: t.Output(),
	}.Play(t.Context())
	if err != nil {
		t.Error(err)
	}
}

func config(url string) snapshot.Snapshot {
	named := func(name string) snapshot.Source { return snapshot.Source{Name: name, UID: name, Generation: 1} }
	return snapshot.Snapshot{
		FormatVersion: snapshot.FormatVersion, Runtime: named("main"),
		Authentication: snapshot.Authentication{Issuers: []snapshot.Issuer{{
			URL: url, Audience: issuer.DefaultAudience, UsernameClaim: "sub", GroupsClaim: "groups", AllowHTTP: true,
		}}},
		Retention:           snapshot.Retention{Closed: snapshot.Duration(time.Hour), Feed: snapshot.Duration(time.Hour)},
		MediaRoutingDomains: []snapshot.MediaRoutingDomain{{Source: named("social"), MaxRequests: 5, ChannelTypes: []string{"FACEBOOK"}}},
		Lists: []snapshot.List{{Source: named("l1"), DisplayName: "L1", ClosePolicy: snapshot.CloseMembers,
			SoonAfter: snapshot.Duration(time.Minute), OverdueAfter: snapshot.Duration(time.Hour), AutoCloseAfter: snapshot.Duration(time.Hour)}},
		Channels: []snapshot.Channel{{Source: named("c2"), Type: "FACEBOOK", ServiceIdentifier: "page", RoutingMode: snapshot.RoutingPull,
			List: "l1", AnonymousName: "Jane Doe", KeyHashes: []string{auth.HashKey(key)}}},
		Subscriptions: []snapshot.Subscription{{Source: named("reps"), Agents: []string{"alice", "bob"}, Lists: []string{"l1"},
			Role: snapshot.Representative, AutoSubscribe: true}},
	}
}
