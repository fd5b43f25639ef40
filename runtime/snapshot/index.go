package snapshot

// Index answers the questions that the runtime asks of a snapshot on every
// command. It is built once when a snapshot is adopted and never changes.
type Index struct {
	*Snapshot
	Sequence int64
	Digest   string

	lists    map[string]*List
	channels map[string]*Channel
	domains  map[string]*MediaRoutingDomain // by channel type
	byAgent  map[string][]*Subscription
	byGroup  map[string][]*Subscription
}

// NewIndex builds the index of a snapshot.
func NewIndex(s *Snapshot, sequence int64, digest string) *Index {
	x := &Index{
		Snapshot: s, Sequence: sequence, Digest: digest,
		lists:    make(map[string]*List, len(s.Lists)),
		channels: make(map[string]*Channel, len(s.Channels)),
		domains:  map[string]*MediaRoutingDomain{},
		byAgent:  map[string][]*Subscription{},
		byGroup:  map[string][]*Subscription{},
	}
	for i := range s.Lists {
		x.lists[s.Lists[i].Name] = &s.Lists[i]
	}
	for i := range s.Channels {
		x.channels[s.Channels[i].Name] = &s.Channels[i]
	}
	for i := range s.MediaRoutingDomains {
		for _, t := range s.MediaRoutingDomains[i].ChannelTypes {
			x.domains[t] = &s.MediaRoutingDomains[i]
		}
	}
	for i := range s.Subscriptions {
		u := &s.Subscriptions[i]
		for _, a := range u.Agents {
			x.byAgent[a] = append(x.byAgent[a], u)
		}
		for _, g := range u.Groups {
			x.byGroup[g] = append(x.byGroup[g], u)
		}
	}
	return x
}

// List finds a list by name; nil when there is none.
func (x *Index) List(name string) *List { return x.lists[name] }

// Channel finds a channel by name; nil when there is none.
func (x *Index) Channel(name string) *Channel { return x.channels[name] }

// Domain finds the domain that a channel type belongs to; nil when there is none.
func (x *Index) Domain(channelType string) *MediaRoutingDomain { return x.domains[channelType] }

// Access is what an agent may do on one list.
type Access struct {
	Role          Role
	AutoSubscribe bool
}

// Access says which lists an agent of these groups may use. Admin wins over
// Representative, and one subscription that subscribes by itself is enough.
func (x *Index) Access(agent string, groups []string) map[string]Access {
	access := map[string]Access{}
	x.each(agent, groups, func(u *Subscription) {
		for _, list := range u.Lists {
			a := access[list]
			if a.Role != Admin {
				a.Role = u.Role
			}
			a.AutoSubscribe = a.AutoSubscribe || u.AutoSubscribe
			access[list] = a
		}
	})
	return access
}

// Limit says how many requests of a domain an agent may hold: the domain's own
// limit, or the lowest that a subscription of the agent sets below it.
func (x *Index) Limit(domain *MediaRoutingDomain, agent string, groups []string) int32 {
	limit := domain.MaxRequests
	x.each(agent, groups, func(u *Subscription) {
		for _, c := range u.Capacity {
			if c.MediaRoutingDomain == domain.Name {
				limit = min(limit, c.MaxRequests)
			}
		}
	})
	return limit
}

func (x *Index) each(agent string, groups []string, f func(*Subscription)) {
	for _, u := range x.byAgent[agent] {
		f(u)
	}
	for _, g := range groups {
		for _, u := range x.byGroup[g] {
			f(u)
		}
	}
}
