package view

import (
	"maps"
	"slices"
	"strings"

	"github.com/pullmode/operator/runtime/request"
)

// Request finds an open request by its id; nil when there is none.
func (v *View) Request(id string) *Entry {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.byID[id]
}

// Slot finds an open request by its key; nil when there is none.
func (v *View) Slot(key string) *Entry {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.bySlot[key]
}

// Joined are the open requests that an agent is a member of, in no order.
func (v *View) Joined(agent string) []*request.Document {
	v.mu.RLock()
	defer v.mu.RUnlock()
	docs := make([]*request.Document, 0, len(v.byMember[agent]))
	for _, e := range v.byMember[agent] {
		docs = append(docs, e.Doc)
	}
	return docs
}

// MemberAgents names the agents who are members of any open request, in order.
func (v *View) MemberAgents() []string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return slices.Sorted(maps.Keys(v.byMember))
}

// Offering are the open requests with an offer to or from an agent, or to one of
// the lists, oldest first.
func (v *View) Offering(agent string, lists []string) []*request.Document {
	v.mu.RLock()
	defer v.mu.RUnlock()
	found := map[string]*request.Document{}
	collect := func(p party) {
		for id, e := range v.byParty[p] {
			found[id] = e.Doc
		}
	}
	collect(party{agent: agent})
	for _, list := range lists {
		collect(party{list: list})
	}
	return slices.SortedFunc(maps.Values(found), func(a, b *request.Document) int { return strings.Compare(a.ID, b.ID) })
}

// Counts is how many requests of a list are open in each state.
func (v *View) Counts(list string) map[request.State]int {
	v.mu.RLock()
	defer v.mu.RUnlock()
	counts := map[request.State]int{}
	if l := v.byList[list]; l != nil {
		for state, n := range l.counts {
			counts[state] = n
		}
	}
	return counts
}

// Lists names every list that has, or has had, open requests here.
func (v *View) Lists() []string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	names := make([]string, 0, len(v.byList))
	for name := range v.byList {
		names = append(names, name)
	}
	return names
}
