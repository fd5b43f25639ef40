package change

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pullmode/operator/runtime/snapshot"
)

// principal is an agent or a group, as it is shown.
type principal string

// rights are what subscriptions grant a principal. What an agent has by a group is
// told with the group: which groups an agent has, only their token knows.
type rights struct {
	lists  map[string]snapshot.Access
	limits map[string]int32 // by domain
}

func rightsOf(s *snapshot.Snapshot) map[principal]rights {
	x := snapshot.NewIndex(s, 0, "")
	all := map[principal]rights{}
	of := func(p principal, agent string, groups ...string) {
		if _, done := all[p]; done {
			return
		}
		r := rights{lists: x.Access(agent, groups), limits: map[string]int32{}}
		for i := range s.MediaRoutingDomains {
			d := &s.MediaRoutingDomains[i]
			r.limits[d.Name] = x.Limit(d, agent, groups)
		}
		all[p] = r
	}
	for _, u := range s.Subscriptions {
		for _, a := range u.Agents {
			of(principal("agent "+a), a)
		}
		for _, g := range u.Groups {
			of(principal("group "+g), "", g)
		}
	}
	return all
}

// agents says who gains or loses what. Those for whom it is the same share a change.
func (c *comparison) agents(was, will *snapshot.Snapshot) {
	before, after := rightsOf(was), rightsOf(will)
	everybody := maps.Clone(before)
	maps.Copy(everybody, after)
	at := map[string]int{}
	for _, p := range slices.Sorted(maps.Keys(everybody)) {
		old, known := before[p]
		now, stays := after[p]
		what := gains(old, now)
		if known && stays {
			what = append(what, limits(was, will, old, now)...)
		}
		if len(what) == 0 {
			continue
		}
		action := Modify
		if len(old.lists) == 0 {
			action = Add
		} else if len(now.lists) == 0 {
			action = Remove
		}
		key := string(action) + "\n" + strings.Join(what, "\n")
		if i, same := at[key]; same {
			c.report.Changes[i].Names = append(c.report.Changes[i].Names, string(p))
			continue
		}
		at[key] = len(c.report.Changes)
		c.add(agents, action, string(p), what)
	}
}

// gains says which lists are won, lost, and held in another role.
func gains(was, will rights) (what words) {
	won, lost := map[string][]string{}, []string{}
	everything := maps.Clone(was.lists)
	if everything == nil {
		everything = map[string]snapshot.Access{}
	}
	maps.Copy(everything, will.lists)
	for _, l := range slices.Sorted(maps.Keys(everything)) {
		old, had := was.lists[l]
		now, has := will.lists[l]
		switch {
		case !had:
			how := "as " + string(now.Role)
			if !now.AutoSubscribe {
				how += ", once they subscribe themselves"
			}
			won[how] = append(won[how], l)
		case !has:
			lost = append(lost, l)
		default:
			what.field("role on "+l, string(old.Role), string(now.Role))
			if old.AutoSubscribe != now.AutoSubscribe {
				what.field("subscribed to "+l, byItself(old), byItself(now))
			}
		}
	}
	var first words
	for _, how := range slices.Sorted(maps.Keys(won)) {
		first.say("gains %s %s", names(won[how]), how)
	}
	if len(lost) > 0 {
		first.say("loses %s", names(lost))
	}
	return append(first, what...)
}

func byItself(a snapshot.Access) string {
	if a.AutoSubscribe {
		return "by itself"
	}
	return "when they choose to"
}

// limits says of which domains a principal may hold more or less. What changes with
// the domain's own limit for everybody is told there.
func limits(was, will *snapshot.Snapshot, old, now rights) (what words) {
	own := func(s *snapshot.Snapshot, domain string) int32 {
		for i := range s.MediaRoutingDomains {
			if s.MediaRoutingDomains[i].Name == domain {
				return s.MediaRoutingDomains[i].MaxRequests
			}
		}
		return 0
	}
	for _, d := range slices.Sorted(maps.Keys(now.limits)) {
		before, there := old.limits[d]
		after := now.limits[d]
		everybodys := before == own(was, d) && after == own(will, d)
		if there && before != after && !everybodys {
			what.say("capacity of %s %d -> %d", d, before, after)
		}
	}
	return what
}

// mostNames is how many names a sentence tells: it is read in a terminal.
const mostNames = 8

func names(all []string) string {
	if more := len(all) - mostNames; more > 1 {
		return fmt.Sprintf("%s and %d more", strings.Join(all[:mostNames], ", "), more)
	}
	return strings.Join(all, ", ")
}

func (c *comparison) domains(was, will *snapshot.Snapshot) {
	each(was.MediaRoutingDomains, will.MediaRoutingDomains, func(d *snapshot.MediaRoutingDomain) string { return d.Name },
		func(name string, was, will *snapshot.MediaRoutingDomain) {
			switch {
			case was == nil:
				c.add(domains, Add, name, []string{fmt.Sprintf("%s: at most %d requests an agent", names(will.ChannelTypes), will.MaxRequests)})
			case will == nil:
				c.add(domains, Remove, name, []string{"of " + names(was.ChannelTypes)})
			default:
				var what words
				what.text("displayName", was.DisplayName, will.DisplayName)
				what.field("maxRequests", fmt.Sprint(was.MaxRequests), fmt.Sprint(will.MaxRequests))
				what.field("channelTypes", cmp.Or(names(was.ChannelTypes), "none"), names(will.ChannelTypes))
				if len(what) > 0 {
					c.add(domains, Modify, name, what)
				}
			}
		})
}
