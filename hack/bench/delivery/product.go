package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/issuer"
	"github.com/pullmode/operator/runtime/replica"
	"github.com/pullmode/operator/runtime/snapshot"
)

const (
	loud  = "loud"  // the channel whose list every agent is subscribed to
	quiet = "quiet" // the channel whose list nobody is: what a post costs without deliveries
	group = "bench"
	key   = "the-key-of-a-connector-that-measures"
)

// product serves the runtime, on a store of its own, until ctx ends.
func product(ctx context.Context, issuerURL string, say func(url string) error) error {
	dir, err := os.MkdirTemp("", "delivery")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	r, err := replica.Start(ctx, replica.Options{
		Name: "bench", DataDir: dir, Addr: "127.0.0.1:0", DrainTimeout: 5 * time.Second,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		return err
	}
	defer func() { _ = r.Stop(context.Background()) }()
	refusal, err := r.Program(ctx, routing(issuerURL))
	if err != nil || refusal != nil {
		return fmt.Errorf("program: %w, %+v", err, refusal)
	}
	for r.Ready() != nil {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
	if err := say("http://" + r.Addr().String()); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// routing is two channels and their lists.
func routing(issuerURL string) snapshot.Snapshot {
	source := func(name string) snapshot.Source { return snapshot.Source{Name: name, UID: name, Generation: 1} }
	s := snapshot.Snapshot{
		FormatVersion: snapshot.FormatVersion, Runtime: source("bench"),
		Retention: snapshot.Retention{Closed: snapshot.Duration(time.Hour), Feed: snapshot.Duration(10 * time.Minute)},
		MediaRoutingDomains: []snapshot.MediaRoutingDomain{{
			Source: source("chat"), DisplayName: "Chat", MaxRequests: 5, ChannelTypes: []string{"WEB"},
		}},
		Subscriptions: []snapshot.Subscription{{
			Source: source("agents"), Groups: []string{group}, Lists: []string{loud}, Role: snapshot.Representative, AutoSubscribe: true,
		}},
	}
	for _, name := range []string{loud, quiet} {
		s.Lists = append(s.Lists, snapshot.List{
			Source: source(name), DisplayName: name, ClosePolicy: snapshot.CloseMembers,
			SoonAfter: snapshot.Duration(3 * time.Minute), OverdueAfter: snapshot.Duration(5 * time.Minute), AutoCloseAfter: snapshot.Duration(24 * time.Hour),
		})
		s.Channels = append(s.Channels, snapshot.Channel{
			Source: source(name), Type: "WEB", ServiceIdentifier: name, RoutingMode: snapshot.RoutingPull, List: name, AnonymousName: "Jane Doe",
			KeyHashes: []string{auth.HashKey(key)},
		})
	}
	s.Authentication.Issuers = []snapshot.Issuer{{
		URL: issuerURL, Audience: issuer.DefaultAudience,
		UsernameClaim: auth.DefaultUsernameClaim, GroupsClaim: auth.DefaultGroupsClaim, AllowHTTP: true,
	}}
	return s
}
