package snapshot_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/snapshot"
)

// always are the fields that every snapshot of format 1 has said from its first
// release on. A field that comes later is none of them: it is left out where it has
// its default, or else every runtime that is a version older refuses the whole.
var always = []string{
	"authentication", "authentication.issuers[].audience", "authentication.issuers[].groupsClaim",
	"authentication.issuers[].url", "authentication.issuers[].usernameClaim",
	"channels[].anonymousName", "channels[].name", "channels[].routingMode", "channels[].serviceIdentifier", "channels[].type",
	"channels[].outbound.url", "eventSink.url",
	"formatVersion",
	"lists[].autoCloseAfter", "lists[].closePolicy", "lists[].displayName", "lists[].name", "lists[].overdueAfter", "lists[].soonAfter",
	"lists[].wrapUp.defaultReason", "lists[].wrapUp.reasons", "lists[].wrapUp.reasons[].name", "lists[].wrapUp.timeout",
	"mediaRoutingDomains[].channelTypes", "mediaRoutingDomains[].displayName", "mediaRoutingDomains[].maxRequests", "mediaRoutingDomains[].name",
	"rateLimits.agent.burst", "rateLimits.agent.perSecond",
	"retention", "retention.closed", "retention.feed",
	"runtime", "runtime.name",
	"subscriptions[].capacity[].maxRequests", "subscriptions[].capacity[].mediaRoutingDomain", "subscriptions[].name", "subscriptions[].role",
}

// besides are those that are said where they have something to say, also by the first
// release.
var besides = []string{
	"authentication.issuers", "channels", "channels[].list", "lists", "lists[].deletion", "lists[].deletion.policy",
	"mediaRoutingDomains", "subscriptions", "subscriptions[].agents", "subscriptions[].lists",
}

// Of every struct, each field that can be left out is: walked by its type, so that a
// new field is found that nobody thought of here.
func TestOnlyOldFieldsAreAlwaysSaid(t *testing.T) {
	parts := map[string]any{
		"": snapshot.Snapshot{}, "rateLimits.": snapshot.RateLimits{}, "rateLimits.agent.": snapshot.Rate{}, "authentication.issuers[].": snapshot.Issuer{}, "channels[].": snapshot.Channel{},
		"channels[].outbound.": snapshot.Webhook{}, "eventSink.": snapshot.Webhook{}, "lists[].": snapshot.List{},
		"lists[].wrapUp.": snapshot.WrapUp{}, "lists[].wrapUp.reasons[].": snapshot.WrapUpReason{},
		"mediaRoutingDomains[].": snapshot.MediaRoutingDomain{}, "subscriptions[].": snapshot.Subscription{},
		"subscriptions[].capacity[].": snapshot.Capacity{},
	}
	var said []string
	for prefix, part := range parts {
		said = append(said, fieldsIn(t, part, prefix)...)
	}
	slices.Sort(said)
	want := slices.Clone(always)
	slices.Sort(want)
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("a field is said that has nothing to say: give it omitempty or omitzero (-want +got)\n%s", diff)
	}
}

// A snapshot of which everything is at its default says nothing that the first
// release of the format did not know.
func TestDefaultsAreOmitted(t *testing.T) {
	source := func(name string) snapshot.Source { return snapshot.Source{Name: name} }
	s := snapshot.Snapshot{
		FormatVersion: snapshot.FormatVersion, Runtime: source("main"),
		Authentication: snapshot.Authentication{Issuers: []snapshot.Issuer{{
			URL: "https://issuer", Audience: "desk", ClientID: "desk", Scopes: []string{"openid", "profile"},
		}}},
		Sessions:            snapshot.Sessions{Policy: snapshot.SessionAllow, DisconnectGrace: snapshot.Duration(time.Minute)},
		TransferTimeout:     snapshot.Duration(time.Minute),
		RateLimits:          snapshot.RateLimits{Agent: &snapshot.Rate{PerSecond: 50, Burst: 100}, Connector: &snapshot.Rate{PerSecond: 1000, Burst: 2000}},
		MediaRoutingDomains: []snapshot.MediaRoutingDomain{{Source: source("d1"), ChannelTypes: []string{"WEB"}}},
		Lists: []snapshot.List{{
			Source: source("l1"), ClosePolicy: snapshot.CloseMembers, JoinPolicy: snapshot.JoinCollaboration, ReopenPolicy: snapshot.ReopenNewRequest,
			RealertPolicy: snapshot.RealertNever, CapacityPolicy: snapshot.CapacityIgnore, Deletion: snapshot.Deletion{Policy: snapshot.DeletionDrain},
		}},
		Channels:      []snapshot.Channel{{Source: source("c1"), RoutingMode: snapshot.RoutingPull, List: "l1", MessageMaxLength: 4096}},
		Subscriptions: []snapshot.Subscription{{Source: source("s1"), Agents: []string{"alice"}, Lists: []string{"l1"}, Role: snapshot.Representative}},
	}
	s.OmitDefaults()
	known := map[string]bool{}
	for _, field := range slices.Concat(always, besides) {
		known[field] = true
	}
	for _, field := range fieldsIn(t, s, "") {
		if !known[field] {
			t.Errorf("%s is at its default and is said", field)
		}
	}
}

// What is left out means what it would have said.
func TestOmittedDefaultsMeanTheSame(t *testing.T) {
	s := full(t)
	s.OmitDefaults()
	want := full(t)
	want.Authentication.Issuers[0].ClientID = "" // everything has the same name here, and the client is the audience then
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("something else than a default was left out:\n%s", diff)
	}
	said := snapshot.Snapshot{
		Sessions:        snapshot.Sessions{Policy: snapshot.SessionAllow, DisconnectGrace: snapshot.Duration(snapshot.DefaultDisconnectGrace)},
		RateLimits:      snapshot.RateLimits{Agent: &snapshot.DefaultAgentRate, Connector: &snapshot.DefaultConnectorRate},
		TransferTimeout: snapshot.Duration(snapshot.DefaultTransferTimeout),
		Lists:           []snapshot.List{{JoinPolicy: snapshot.JoinCollaboration}},
		Channels:        []snapshot.Channel{{MessageMaxLength: snapshot.DefaultMessageMaxLength}},
	}
	omitted := said
	omitted.Lists, omitted.Channels = slices.Clone(said.Lists), slices.Clone(said.Channels)
	omitted.OmitDefaults()
	if said.AgentRate() != omitted.AgentRate() || said.ConnectorRate() != omitted.ConnectorRate() || said.Grace() != omitted.Grace() || said.OfferTimeout() != omitted.OfferTimeout() ||
		said.Lists[0].Grab() != omitted.Lists[0].Grab() || said.Channels[0].MaxLength() != omitted.Channels[0].MaxLength() {
		t.Errorf("%+v", omitted)
	}
}

// fieldsIn are the paths of the fields that the encoding of a value has.
func fieldsIn(t *testing.T, value any, prefix string) []string {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var decoded any
	if err := json.Unmarshal(encoded, &decoded); err != nil {
		t.Fatal(err)
	}
	var fields []string
	var walk func(v any, prefix string)
	walk = func(v any, prefix string) {
		switch v := v.(type) {
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(v)) {
				fields = append(fields, prefix+name)
				walk(v[name], prefix+name+".")
			}
		case []any:
			for _, element := range v {
				walk(element, prefix[:len(prefix)-1]+"[].")
			}
		}
	}
	walk(decoded, prefix)
	return fields
}

// full is a snapshot in which every field says something that is no default.
func full(t *testing.T) *snapshot.Snapshot {
	t.Helper()
	s := &snapshot.Snapshot{}
	fill(t, reflect.ValueOf(s).Elem())
	return s
}

func fill(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(t, v.Index(0))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem())
	case reflect.String:
		v.SetString("something")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(7)
	default:
		t.Fatalf("a field of kind %s: fill it here", v.Kind())
	}
}
