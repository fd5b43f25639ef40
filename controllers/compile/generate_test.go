package compile_test

import (
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"pgregory.net/rapid"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/runtime/snapshot"
)

// The generators draw from few names, types and numbers, so that objects meet:
// most inputs have conflicts, missing references and forms that were not accepted.

// anyInput draws the next state of a namespace: about half of its objects are as
// they were before.
func anyInput(t *rapid.T, before compile.Input) compile.Input {
	in := compile.Input{
		Runtimes:            objects(t, "runtime", 2, before.Runtimes, anyRuntime),
		MediaRoutingDomains: objects(t, "domain", 3, before.MediaRoutingDomains, anyDomain),
		Worklists:           objects(t, "list", 3, before.Worklists, anyList),
		Channels:            objects(t, "channel", 4, before.Channels, anyChannel),
		AgentSubscriptions:  objects(t, "subscription", 3, before.AgentSubscriptions, anySubscription),
		Keys:                map[string]compile.SecretKeys{},
	}
	if rapid.IntRange(0, 9).Draw(t, "secret") > 0 {
		in.Keys["keys"] = compile.SecretKeys{
			"key":  {Hashes: []string{pick(t, "hash", "b", "a"), "c"}},
			"sign": {Hashes: []string{"d", "e"}, Signing: []string{pick(t, "signing key", "signing-b", "signing-a"), "signing-a"}},
			"bad":  {Problem: "it is too short"},
		}
	}
	if rapid.Bool().Draw(t, "reported") {
		in.Open = map[string]int64{}
		for i := range 3 {
			in.Open[fmt.Sprintf("list%d", i)] = rapid.Int64Range(0, 1).Draw(t, "open")
		}
	}
	in.Refused = compile.Refused{}
	refuse(t, snapshot.KindMediaRoutingDomain, in.MediaRoutingDomains, in.Refused)
	refuse(t, snapshot.KindList, in.Worklists, in.Refused)
	refuse(t, snapshot.KindChannel, in.Channels, in.Refused)
	refuse(t, snapshot.KindSubscription, in.AgentSubscriptions, in.Refused)
	return in
}

// refuse draws which objects the runtime does not take: one in ten.
func refuse[T any, O interface {
	*T
	metav1.Object
}](t *rapid.T, kind string, items []T, refused compile.Refused) {
	for i := range items {
		o := O(&items[i])
		if rapid.IntRange(0, 9).Draw(t, "refused") == 9 {
			refused[compile.Form{Kind: kind, Name: o.GetName(), UID: o.GetUID(), Generation: o.GetGeneration()}] = "not known here"
		}
	}
}

func objects[T any, O interface {
	*T
	metav1.Object
}](t *rapid.T, kind string, most int, before []T, draw func(*rapid.T, metav1.ObjectMeta) T) []T {
	old := map[string]T{}
	for _, item := range before {
		old[O(&item).GetName()] = item
	}
	var items []T
	for i := range most {
		name := fmt.Sprintf("%s%d", kind, i)
		was, there := old[name]
		switch {
		case there && rapid.Bool().Draw(t, name+" is as it was"):
			items = append(items, was)
		case rapid.IntRange(0, 5).Draw(t, name+" is there") > 0:
			items = append(items, draw(t, anyMeta(t, name, O(&was))))
		}
	}
	return items
}

// anyMeta goes on from what an object was before, or makes another one of its name.
func anyMeta(t *rapid.T, name string, was metav1.Object) metav1.ObjectMeta {
	m := metav1.ObjectMeta{
		Name:              name,
		UID:               was.GetUID(),
		Generation:        was.GetGeneration() + 1,
		CreationTimestamp: was.GetCreationTimestamp(),
		Labels:            map[string]string{"team": pick(t, "team", "care", "sales")},
	}
	if m.UID == "" || rapid.IntRange(0, 5).Draw(t, "created again") == 0 {
		m.UID = types.UID(fmt.Sprintf("%s-%d", name, rapid.IntRange(0, 9).Draw(t, "uid")))
		m.Generation = 1
		m.CreationTimestamp = metav1.NewTime(time.Unix(int64(rapid.IntRange(0, 2).Draw(t, "created")), 0))
	}
	if rapid.IntRange(0, 9).Draw(t, "deleting") == 0 {
		m.DeletionTimestamp = &metav1.Time{Time: time.Unix(9, 0)}
	}
	return m
}

func pick[T any](t *rapid.T, label string, from ...T) T {
	return rapid.SampledFrom(from).Draw(t, label)
}

func some(t *rapid.T, label string, from ...string) []string {
	return rapid.SliceOfN(rapid.SampledFrom(from), 0, 3).Draw(t, label)
}

func duration(t *rapid.T, label string) metav1.Duration {
	return metav1.Duration{Duration: time.Minute * time.Duration(pick(t, label, 1, 2, 3, 3, 3, 2, 1, 0))}
}

func anyRuntime(t *rapid.T, m metav1.ObjectMeta) v1alpha1.RoutingRuntime {
	o := v1alpha1.RoutingRuntime{ObjectMeta: m}
	o.Spec.Authentication.Issuers = []v1alpha1.Issuer{{URL: pick(t, "url", "https://a", "https://b"), CABundle: pick(t, "bundle", "", "", "", "", "", "broken")}}
	o.Spec.Authentication.Issuers[0].Scopes = pick(t, "scopes", nil, []v1alpha1.Scope{"profile", "openid"}, []v1alpha1.Scope{"openid", "groups", "email"})
	o.Spec.AllowedOrigins = pick(t, "origins", nil, []v1alpha1.Origin{"https://b", "https://a"}, []v1alpha1.Origin{"*"}, []v1alpha1.Origin{"nowhere"})
	o.Spec.RateLimits.Agent = pick(t, "rate", nil, &v1alpha1.RateLimit{PerSecond: 50, Burst: 100}, &v1alpha1.RateLimit{PerSecond: 1, Burst: 1})
	o.Spec.Retention.Closed, o.Spec.Retention.Feed = duration(t, "closed"), metav1.Duration{Duration: time.Hour}
	o.Spec.SessionPolicy = pick(t, "sessions", v1alpha1.SessionAllow, v1alpha1.SessionReplace, "", "One")
	o.Spec.DisconnectGrace, o.Spec.TransferTimeout = duration(t, "grace"), duration(t, "offers")
	o.Spec.EventSink = anyWebhook(t)
	return o
}

func anyWebhook(t *rapid.T) *v1alpha1.Webhook {
	if rapid.Bool().Draw(t, "no webhook") {
		return nil
	}
	return &v1alpha1.Webhook{
		URL:       pick(t, "webhook", "https://a", "http://b/x", "https://a", "nowhere"),
		SecretRef: v1alpha1.SigningSecretReference{Name: "keys", Key: pick(t, "signs with", "sign", "sign", "sign", "bad", "none")},
	}
}

func anyDomain(t *rapid.T, m metav1.ObjectMeta) v1alpha1.MediaRoutingDomain {
	o := v1alpha1.MediaRoutingDomain{ObjectMeta: m}
	o.Spec.DisplayName = "Domain"
	o.Spec.MaxRequests = int32(pick(t, "maxRequests", 3, 2, 1, 1, 0))
	o.Spec.ChannelTypes = some(t, "types", "A", "B", "A", "D")
	return o
}

func anyList(t *rapid.T, m metav1.ObjectMeta) v1alpha1.Worklist {
	o := v1alpha1.Worklist{ObjectMeta: m}
	o.Spec.DisplayName = pick(t, "display name", "One", "Two")
	o.Spec.ClosePolicy = pick(t, "policy", v1alpha1.CloseByMembers, v1alpha1.CloseByMembers, v1alpha1.CloseByAdmins, "Nobody")
	o.Spec.Attention.SoonAfter, o.Spec.Attention.OverdueAfter = duration(t, "soon"), duration(t, "overdue")
	o.Spec.AutoCloseAfter = metav1.Duration{Duration: 3 * time.Minute}
	if rapid.IntRange(0, 2).Draw(t, "right times") > 0 {
		o.Spec.Attention = v1alpha1.Attention{SoonAfter: metav1.Duration{Duration: time.Minute}, OverdueAfter: o.Spec.AutoCloseAfter}
	}
	o.Spec.JoinPolicy = pick(t, "join", v1alpha1.JoinCollaboration, v1alpha1.JoinCollaboration, v1alpha1.JoinGrab, v1alpha1.JoinGrab, v1alpha1.JoinGrab, "", "First")
	o.Spec.RealertAfter = metav1.Duration{Duration: time.Duration(pick(t, "realert", 1, 2, 3, 4, 5, 6, -1)) * time.Second}
	if rapid.IntRange(0, 2).Draw(t, "wraps up") == 0 {
		o.Spec.WrapUp = &v1alpha1.WrapUp{DefaultReason: pick(t, "reason", "sale", "sale", "other")}
		for _, name := range some(t, "reasons", "sale", "other", "more") {
			o.Spec.WrapUp.Reasons = append(o.Spec.WrapUp.Reasons, v1alpha1.WrapUpReason{Name: name, DisplayName: pick(t, "reason shown", "", "Sale")})
		}
	}
	o.Spec.DeletionPolicy.Type = pick(t, "deletion", v1alpha1.DeletionTransfer, v1alpha1.DeletionTransfer, v1alpha1.DeletionDrain, v1alpha1.DeletionClose, "")
	if o.Spec.DeletionPolicy.Type == v1alpha1.DeletionTransfer || rapid.IntRange(0, 9).Draw(t, "a stray target") == 0 {
		o.Spec.DeletionPolicy.TransferTo = pick(t, "target", "list0", "list1", "list2", "list3")
	}
	return o
}

func anyChannel(t *rapid.T, m metav1.ObjectMeta) v1alpha1.Channel {
	o := v1alpha1.Channel{ObjectMeta: m}
	o.Spec.Type = pick(t, "type", "A", "A", "A", "B", "E")
	o.Spec.ServiceIdentifier = pick(t, "identifier", "1", "2", "3")
	o.Spec.RoutingMode = pick(t, "mode", v1alpha1.RoutingPull, v1alpha1.RoutingPull, v1alpha1.RoutingPull, v1alpha1.RoutingPull, v1alpha1.RoutingPush, "Else")
	if rapid.IntRange(0, 9).Draw(t, "has list") > 0 {
		o.Spec.ListRef = &v1alpha1.ListReference{Name: pick(t, "list", "list0", "list1", "list2")}
	}
	o.Spec.AnonymousName = pick(t, "anonymous", "Jane", "John")
	o.Spec.SecretRef = v1alpha1.SecretKeyReference{Name: "keys", Key: pick(t, "key", "key", "key", "key", "bad", "none")}
	o.Spec.MessageMaxLength = pick[int32](t, "length", 0, 1, 4096, 4096, -1)
	o.Spec.Outbound = anyWebhook(t)
	return o
}

func anySubscription(t *rapid.T, m metav1.ObjectMeta) v1alpha1.AgentSubscription {
	o := v1alpha1.AgentSubscription{ObjectMeta: m}
	o.Spec.Agents = some(t, "agents", "bob", "alice")
	o.Spec.Groups = some(t, "groups", "care", "sales")
	o.Spec.Lists.Names = some(t, "lists", "list0", "list1", "list2")
	o.Spec.Lists.Selector = pick(t, "selector", nil,
		&metav1.LabelSelector{},
		&metav1.LabelSelector{MatchLabels: map[string]string{"team": "care"}},
		&metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "team", Operator: "Like"}}})
	o.Spec.Role = pick(t, "role", v1alpha1.RoleRepresentative, v1alpha1.RoleAdmin, v1alpha1.RoleAdmin, "Guest")
	for _, domain := range []string{"domain0", "domain1", "domain2"} {
		if rapid.IntRange(0, 3).Draw(t, "capacity") == 0 {
			o.Spec.Capacity = append(o.Spec.Capacity, v1alpha1.AgentCapacity{MediaRoutingDomain: domain, MaxRequests: int32(rapid.IntRange(-1, 3).Draw(t, "most"))})
		}
	}
	return o
}
