package change

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/runtime/snapshot"
)

// nobody is the name of the RoutingRuntime that stands in where there is none, so
// that routing can be compared before there is something to serve it. No object can
// be called that.
const nobody = ""

// runtime notes who serves, and puts a stand-in where nobody does.
func (r *Report) runtime(before, after *compile.Input) {
	if rt := compile.Elected(after.Runtimes); rt != nil {
		r.Runtime = rt.Name
	} else {
		note := "there is no RoutingRuntime, neither in the namespace nor in the folder, so nothing would serve this yet"
		if len(before.Runtimes) > 0 {
			note = "the folder has no RoutingRuntime, so nothing would serve this any more"
		}
		r.Notes = append(r.Notes, note)
		after.Runtimes = append(after.Runtimes, standIn())
	}
	if compile.Elected(before.Runtimes) == nil {
		before.Runtimes = append(slices.Clone(before.Runtimes), standIn())
	}
}

func standIn() v1alpha1.RoutingRuntime {
	rt := v1alpha1.RoutingRuntime{ObjectMeta: metav1.ObjectMeta{Name: nobody}}
	rt.Spec.Retention.Closed, rt.Spec.Retention.Feed = metav1.Duration{Duration: time.Hour}, metav1.Duration{Duration: time.Hour}
	rt.Spec.Authentication.Issuers = []v1alpha1.Issuer{{URL: "https://nobody.invalid", Audience: "nobody", UsernameClaim: "sub", GroupsClaim: "groups"}}
	return rt
}

// settings compares what concerns the whole runtime.
func (c *comparison) settings(was, will *snapshot.Snapshot) {
	if will.Runtime.Name == nobody {
		return
	}
	if was.Runtime.Name != will.Runtime.Name {
		what := words{"it begins to serve the namespace"}
		if was.Runtime.Name != nobody {
			what = words{"it serves the namespace instead of " + was.Runtime.Name}
		}
		c.add(runtimes, Add, will.Runtime.Name, what)
		return
	}
	var what words
	each(was.Authentication.Issuers, will.Authentication.Issuers, func(i *snapshot.Issuer) string { return i.URL }, func(url string, was, will *snapshot.Issuer) {
		switch {
		case was == nil:
			what.say("tokens of %s are trusted", url)
		case will == nil:
			what.say("tokens of %s are not trusted any more: its agents are signed out", url)
		default:
			what.field("audience of "+url, was.Audience, will.Audience)
			what.field("usernameClaim of "+url, was.UsernameClaim, will.UsernameClaim)
			what.field("groupsClaim of "+url, was.GroupsClaim, will.GroupsClaim)
			what.field("usernamePrefix of "+url, was.UsernamePrefix, will.UsernamePrefix)
			what.field("groupsPrefix of "+url, was.GroupsPrefix, will.GroupsPrefix)
			what.field("clientID of "+url, cmp.Or(was.ClientID, was.Audience), cmp.Or(will.ClientID, will.Audience))
			what.field("scopes of "+url, scopes(was), scopes(will))
			if was.CABundle != will.CABundle || was.AllowHTTP != will.AllowHTTP {
				what.say("the way to %s is checked otherwise", url)
			}
		}
	})
	what.duration("retention.closed", was.Retention.Closed, will.Retention.Closed)
	what.duration("retention.feed", was.Retention.Feed, will.Retention.Feed)
	what.field("sessionPolicy", or(was.Sessions.Policy, snapshot.SessionAllow), or(will.Sessions.Policy, snapshot.SessionAllow))
	what.duration("disconnectGrace", snapshot.Duration(was.Grace()), snapshot.Duration(will.Grace()))
	what.duration("transferTimeout", snapshot.Duration(was.OfferTimeout()), snapshot.Duration(will.OfferTimeout()))
	what.field("allowedOrigins", strings.Join(was.AllowedOrigins, ", "), strings.Join(will.AllowedOrigins, ", "))
	what.field("rateLimits.agent", calls(was.AgentRate()), calls(will.AgentRate()))
	what.field("rateLimits.connector", calls(was.ConnectorRate()), calls(will.ConnectorRate()))
	what.hook("eventSink", was.EventSink, will.EventSink)
	if len(what) > 0 {
		c.add(runtimes, Modify, will.Runtime.Name, what)
	}
}

func scopes(i *snapshot.Issuer) string {
	if len(i.Scopes) == 0 {
		return strings.Join(snapshot.DefaultScopes, " ")
	}
	return strings.Join(i.Scopes, " ")
}

func calls(r snapshot.Rate) string {
	return fmt.Sprintf("%d a second and %d at once", r.PerSecond, r.Burst)
}

// routed are the fields of a RoutingRuntime's spec that the snapshot has; all others
// are about its pods and the way to them.
var routed = []string{"authentication", "retention", "sessionPolicy", "disconnectGrace", "transferTimeout", "eventSink", "allowedOrigins", "rateLimits"}

// pods says what changes of a RoutingRuntime beside its routing.
func (c *comparison) pods(before, after []v1alpha1.RoutingRuntime) {
	each(before, after, func(rt *v1alpha1.RoutingRuntime) string { return rt.Name }, func(name string, was, will *v1alpha1.RoutingRuntime) {
		switch {
		case will != nil || name == nobody:
		case compile.Elected(before).Name == name:
			c.add(runtimes, Remove, name, []string{deletedRuntime(was)}, slices.Sorted(maps.Keys(c.counts))...)
		default:
			c.add(runtimes, Remove, name, []string{"it serves nobody: an older one serves the namespace"})
		}
		if was == nil || will == nil || name == nobody {
			return
		}
		old, _ := specOf(was).(map[string]any)
		now, _ := specOf(will).(map[string]any)
		all := maps.Clone(old)
		maps.Copy(all, now)
		var what words
		for _, field := range slices.Sorted(maps.Keys(all)) {
			if slices.Contains(routed, field) || reflect.DeepEqual(old[field], now[field]) {
				continue
			}
			switch old[field].(type) {
			case string, float64, bool:
				what.field(field, fmt.Sprint(old[field]), fmt.Sprint(now[field]))
			default:
				what.say("%s", field)
			}
		}
		if len(what) == 0 {
			return
		}
		what = words{"its pods or the way to them: " + strings.Join(what, ", ")}
		i := slices.IndexFunc(c.report.Changes, func(one Change) bool { return one.Of == runtimes && one.Names[0] == name })
		if i < 0 {
			c.add(runtimes, Modify, name, what)
			return
		}
		c.report.Changes[i].What = append(c.report.Changes[i].What, what...)
	})
}

// deletedRuntime says what becomes of what a RoutingRuntime holds when it is deleted.
func deletedRuntime(rt *v1alpha1.RoutingRuntime) string {
	const ends = "its pods go: connectors are refused, and agents sent away; "
	switch {
	case rt.Spec.Storage.Etcd != nil:
		return ends + "what is open stays in its etcd"
	case rt.Spec.Storage.Embedded != nil && rt.Spec.Storage.Embedded.WhenDeleted == v1alpha1.VolumeDelete:
		return ends + "its volume is deleted, with everything that is open"
	}
	return ends + "its volume is kept, with everything that is open"
}
