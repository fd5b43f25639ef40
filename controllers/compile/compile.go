// Package compile turns the objects of one namespace into the routing snapshot
// that a runtime serves, and into a verdict on every object.
//
// It is a function of its input alone: no client, no clock, no order. The
// operator, `pullmode compile` and `pullmode serve` all call this very function,
// so they cannot disagree about what a piece of YAML means.
//
// What holds it together: an object that is wrong blocks no other one, and what
// was last accepted of it stays served (L9). What was last accepted is read from
// the previous snapshot, so the compiler remembers nothing itself.
package compile

import (
	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/runtime/snapshot"
)

// Input is everything that a snapshot follows from: the objects of ONE
// namespace, in any order, as they were read through the API server or through
// the CRDs (so every default is set). Compile changes nothing of it.
type Input struct {
	Runtimes            []v1alpha1.RoutingRuntime
	MediaRoutingDomains []v1alpha1.MediaRoutingDomain
	Worklists           []v1alpha1.Worklist
	Channels            []v1alpha1.Channel
	AgentSubscriptions  []v1alpha1.AgentSubscription

	// Keys says, by the name of a Secret, what was found in it. A Secret that is
	// not in the map does not exist.
	Keys map[string]SecretKeys
	// Previous is the snapshot that the runtime serves; nil only where it is known
	// to serve none. Without it, the last accepted forms and draining lists are lost.
	Previous *snapshot.Snapshot
	// Open is how many requests are open, by list: see OpenRequests. nil means
	// that nobody knows, and then no list is dropped.
	Open map[string]int64
	// Refused are the forms that the runtime refused to serve; mostly none.
	Refused Refused
}

// SecretKeys is what a Secret holds, by the key of its data. A key that is not in
// the map is missing.
type SecretKeys map[string]Key

// Key is one value of a Secret, read as keys.
type Key struct {
	// Hashes are of the keys that the value holds: one, or a few while a key is
	// being changed.
	Hashes []string
	// Signing are the keys as they are, and only of values that the runtime signs
	// with: see Needs. They are confidential, and no verdict quotes them.
	Signing []string
	// Certificate tells that it can be shown, or under ca.crt trusted, in TLS. It
	// is looked at only where that is needed: see Needs.
	Certificate bool
	// Problem says what is wrong with the value and what to do about it; empty
	// when it can be used. It never quotes the value.
	Problem string
}

// Result is a snapshot and what is to be said of every object.
type Result struct {
	// Snapshot is canonical and passes its own validation. It is nil when the
	// namespace has no RoutingRuntime, or one that was never accepted.
	Snapshot *snapshot.Snapshot
	// Verdicts has one entry for every object, by kind and name.
	Verdicts []Verdict
}

// Compile compiles. See Input and Result.
func Compile(in Input) Result {
	last := newPrevious(in.Previous)
	runtimes := compileRuntimes(in.Runtimes, last, in.Keys)
	lists := compileLists(in.Worklists, last, in.Open, in.Refused)
	domains := compileDomains(in.MediaRoutingDomains, last, in.Refused)
	channels := compileChannels(in.Channels, last, lists, domains, in.Keys, in.Refused)
	domains.keepFor(channels.served)
	lists.settle(in.Worklists, channels.served)
	subscriptions := compileSubscriptions(in.AgentSubscriptions, last, lists, domains, in.Refused)
	lists.warn(subscriptions.served)

	verdicts := make([]Verdict, 0, len(in.Runtimes)+len(in.MediaRoutingDomains)+len(in.Worklists)+len(in.Channels)+len(in.AgentSubscriptions))
	verdicts = append(verdicts, runtimes.verdicts...)
	verdicts = append(verdicts, lists.verdicts...)
	verdicts = append(verdicts, domains.verdicts...)
	verdicts = append(verdicts, channels.verdicts...)
	verdicts = append(verdicts, subscriptions.verdicts...)

	s := runtimes.base
	if s != nil {
		s.MediaRoutingDomains = domains.forms()
		s.Lists = lists.forms()
		s.Channels = channels.served
		s.Subscriptions = subscriptions.served
		s.OmitDefaults()
		s.Canonicalize()
	}
	serve(s, verdicts)
	in.Refused.note(verdicts)
	byKindAndName(verdicts)
	return Result{Snapshot: s, Verdicts: verdicts}
}
