package snapshot

import "fmt"

// Problem is one reason why a runtime refuses a snapshot. It names the object,
// so that the refusal can be shown on it.
type Problem struct {
	Kind    string `json:"kind"`
	Name    string `json:"name"`
	Message string `json:"message"`
}

func (p Problem) String() string { return fmt.Sprintf("%s %s: %s", p.Kind, p.Name, p.Message) }

// The kinds as a Problem and a Report name them.
const (
	KindRuntime            = "RoutingRuntime"
	KindMediaRoutingDomain = "MediaRoutingDomain"
	KindList               = "Worklist"
	KindChannel            = "Channel"
	KindSubscription       = "AgentSubscription"
)

// Validate says everything that is wrong with the snapshot, in a stable order.
// A compiler never produces such a snapshot; a runtime checks all the same,
// because what it adopts it has to serve.
func (s *Snapshot) Validate() []Problem {
	v := validation{}
	if s.FormatVersion < 1 || s.FormatVersion > FormatVersion {
		v.add(KindRuntime, s.Runtime.Name, "format version %d is not known here (1 to %d)", s.FormatVersion, FormatVersion)
	}
	v.addAll(KindRuntime, s.Runtime.Name, s.Problems())
	lists := v.lists(s.Lists)
	domains := v.domains(s.MediaRoutingDomains)
	v.channels(s.Channels, lists)
	v.subscriptions(s.Subscriptions, lists, domains)
	return v.problems
}

type validation struct{ problems []Problem }

func (v *validation) add(kind, name, format string, args ...any) {
	v.problems = append(v.problems, Problem{Kind: kind, Name: name, Message: fmt.Sprintf(format, args...)})
}

func (v *validation) addAll(kind, name string, messages []string) {
	for _, m := range messages {
		v.add(kind, name, "%s", m)
	}
}

// unique reports an entry without a name or with a name that came before.
func (v *validation) unique(seen map[string]bool, kind, name string) {
	switch {
	case name == "":
		v.add(kind, name, "has no name")
	case seen[name]:
		v.add(kind, name, "is there twice")
	}
	seen[name] = true
}

func (v *validation) lists(lists []List) map[string]bool {
	seen, draining := map[string]bool{}, map[string]bool{}
	for i := range lists {
		v.unique(seen, KindList, lists[i].Name)
		draining[lists[i].Name] = lists[i].Draining
		v.addAll(KindList, lists[i].Name, lists[i].Problems())
	}
	for _, l := range lists {
		switch to := l.Deletion.TransferTo; {
		case to == "" || to == l.Name:
		case !seen[to]:
			v.add(KindList, l.Name, "list %s, to which it transfers, is not in the snapshot", to)
		case l.Draining && draining[to]: // requests would go round in circles
			v.add(KindList, l.Name, "list %s, to which it transfers, is draining itself", to)
		}
	}
	return seen
}

func (v *validation) domains(domains []MediaRoutingDomain) map[string]int32 {
	seen, limits, types := map[string]bool{}, map[string]int32{}, map[string]string{}
	for _, d := range domains {
		v.unique(seen, KindMediaRoutingDomain, d.Name)
		limits[d.Name] = d.MaxRequests
		if d.MaxRequests < 1 {
			v.add(KindMediaRoutingDomain, d.Name, "maxRequests must be at least 1")
		}
		for _, t := range d.ChannelTypes {
			if other, taken := types[t]; taken {
				v.add(KindMediaRoutingDomain, d.Name, "channel type %s belongs to %s already", t, other)
				continue
			}
			types[t] = d.Name
		}
	}
	return limits
}

func (v *validation) channels(channels []Channel, lists map[string]bool) {
	seen, identifiers := map[string]bool{}, map[[2]string]string{}
	for i := range channels {
		c := &channels[i]
		v.unique(seen, KindChannel, c.Name)
		v.addAll(KindChannel, c.Name, c.Problems())
		if c.List != "" && !lists[c.List] {
			v.add(KindChannel, c.Name, "list %s is not in the snapshot", c.List)
		}
		key := [2]string{c.Type, c.ServiceIdentifier}
		if other, taken := identifiers[key]; taken {
			v.add(KindChannel, c.Name, "service identifier %q of type %s belongs to %s already", c.ServiceIdentifier, c.Type, other)
			continue
		}
		identifiers[key] = c.Name
	}
}

func (v *validation) subscriptions(subscriptions []Subscription, lists map[string]bool, limits map[string]int32) {
	seen := map[string]bool{}
	for _, u := range subscriptions {
		v.unique(seen, KindSubscription, u.Name)
		if u.Role != Representative && u.Role != Admin {
			v.add(KindSubscription, u.Name, "role %q is not known here", u.Role)
		}
		for _, l := range u.Lists {
			if !lists[l] {
				v.add(KindSubscription, u.Name, "list %s is not in the snapshot", l)
			}
		}
		for _, c := range u.Capacity {
			limit, known := limits[c.MediaRoutingDomain]
			switch {
			case !known:
				v.add(KindSubscription, u.Name, "media routing domain %s is not in the snapshot", c.MediaRoutingDomain)
			case c.MaxRequests < 0 || c.MaxRequests > limit:
				v.add(KindSubscription, u.Name, "capacity %d is not within 0 to %d, the limit of %s", c.MaxRequests, limit, c.MediaRoutingDomain)
			}
		}
	}
}
