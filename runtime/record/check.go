package record

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pullmode/operator/runtime/request"
)

// edges are the legal changes of state (INV9). A state may always stay.
var edges = map[request.State][]request.State{
	"":               {request.Unread},
	request.Unread:   {request.Active, request.Closed},
	request.Active:   {request.Inactive, request.Closed},
	request.Inactive: {request.Active, request.Closed},
}

func legal(from, to request.State) bool { return from == to || slices.Contains(edges[from], to) }

// consistent holds one document to what is true of every one.
func (b *builder) consistent(d *request.Document) {
	in, joined := len(d.Members) > 0, d.EverJoined
	fits := map[request.State]bool{
		request.Unread: !in && !joined, request.Active: in, request.Inactive: !in && joined, request.Closed: !in,
	}
	rule := map[request.State]string{
		request.Unread: "INV1", request.Active: "INV2", request.Inactive: "INV3", request.Closed: "INV4",
	}[d.State]
	switch {
	case rule == "":
		b.find(d.ID, "INV9", "version %d is in the state %q, which there is not", d.Version, d.State)
	case !fits[d.State]:
		b.find(d.ID, rule, "version %d is %s with %d members, ever joined: %t", d.Version, d.State, len(d.Members), joined)
	}
	owners := 0
	for _, m := range d.Members {
		if m.Owner {
			owners++
		}
	}
	if owners > 1 {
		b.find(d.ID, "INV6", "version %d has %d owners", d.Version, owners)
	}
	if (d.Last.From == "") != (d.Version == 1) || !legal(d.Last.From, d.State) {
		b.find(d.ID, "INV9", "version %d went from %q to %s", d.Version, d.Last.From, d.State)
	}
}

// continuous holds a request's changes to each other.
func (b *builder) continuous(h *history) {
	for i := 1; i < len(h.steps); i++ {
		before, after := h.steps[i-1], h.steps[i]
		if before.epoch != after.epoch {
			continue // restored from a backup: it goes on from an earlier version
		}
		switch {
		case after.version == before.version:
			b.find(h.id, "INV7", "version %d comes twice", after.version)
		case after.version < before.version:
			b.find(h.id, "INV7", "version %d comes after version %d", after.version, before.version)
		case after.version > before.version+1:
			if !b.missing(after.epoch, before.revision, after.revision) {
				b.find(h.id, "INV7", "%s missing", versions(before.version+1, after.version-1))
			}
		default:
			b.follows(h.id, before, after)
		}
	}
}

// follows holds a change to the one that it followed.
func (b *builder) follows(id string, before, after step) {
	if after.from != before.state {
		b.find(id, "INV9", "version %d went from %s, and the one before was %s", after.version, after.from, before.state)
	}
	for _, agent := range after.released {
		if !slices.Contains(before.members, agent) {
			b.find(id, "INV7", "version %d released %s, who was not a member", after.version, agent)
		}
	}
	for _, agent := range before.members {
		if !slices.Contains(after.members, agent) && !slices.Contains(after.released, agent) {
			b.find(id, "INV7", "%s is no member of version %d and was not released", agent, after.version)
		}
	}
}

// missing says whether the runtime itself says that something between two
// revisions is missing.
func (b *builder) missing(epoch int, after, before int64) bool {
	return slices.ContainsFunc(b.gaps, func(g gap) bool { return g.epoch == epoch && g.from < before && g.to > after })
}

// alone holds the requests of one customer on one channel to each other: there is
// one open at a time (INV5).
func (b *builder) alone() {
	type stay struct {
		*history
		from, to *at
	}
	byCustomer := map[string][]stay{}
	for _, h := range b.requests {
		if len(h.steps) == 0 {
			continue
		}
		from, to := h.stay()
		key := h.last.Channel + "\x00" + h.last.Customer.ID
		if from == nil {
			from = &at{epoch: h.lastAt.epoch} // since before the record
		}
		byCustomer[key] = append(byCustomer[key], stay{h, from, to})
	}
	for _, stays := range byCustomer {
		slices.SortFunc(stays, func(x, y stay) int { return cmp.Or(x.from.compare(*y.from), strings.Compare(x.id, y.id)) })
		for i := 1; i < len(stays); i++ {
			before, after := stays[i-1], stays[i]
			over := before.to != nil && before.to.revision <= after.from.revision
			if over || before.from.epoch != after.from.epoch || b.missing(after.from.epoch, before.lastAt.revision, after.from.revision) {
				continue
			}
			b.find(after.id, "INV5", "customer %s has it on channel %s while request %s is open", after.last.Customer.ID, after.last.Channel, before.id)
		}
	}
}

func versions(first, last int64) string {
	if first == last {
		return fmt.Sprintf("version %d is", first)
	}
	return fmt.Sprintf("versions %d to %d are", first, last)
}
