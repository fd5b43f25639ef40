package change

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pullmode/operator/runtime/snapshot"
)

// The sections, in the order in which they are shown.
const (
	channels = "Channels"
	lists    = "Lists"
	agents   = "Agents"
	domains  = "MediaRoutingDomains"
	runtimes = "RoutingRuntime"
)

// comparison collects what differs.
type comparison struct {
	report *Report
	counts map[string]int64
}

func (c *comparison) add(of string, action Action, name string, what []string, lists ...string) {
	c.report.Changes = append(c.report.Changes, Change{Of: of, Action: action, Names: []string{name}, What: what, Lists: lists})
}

func (c *comparison) compare(was, will *snapshot.Snapshot) {
	c.channels(was, will)
	c.lists(was, will)
	c.agents(was, will)
	c.domains(was, will)
	c.settings(was, will)
}

// each pairs entries by name; one is nil where the other side lacks it.
func each[T any](was, will []T, name func(*T) string, visit func(name string, was, will *T)) {
	by := map[string][2]*T{}
	for i := range was {
		by[name(&was[i])] = [2]*T{&was[i], nil}
	}
	for i := range will {
		n := name(&will[i])
		by[n] = [2]*T{by[n][0], &will[i]}
	}
	for _, n := range slices.Sorted(maps.Keys(by)) {
		visit(n, by[n][0], by[n][1])
	}
}

// words collects what differs of one thing.
type words []string

func (w *words) say(format string, args ...any) { *w = append(*w, fmt.Sprintf(format, args...)) }

// field says that a field changes, where it does.
func (w *words) field(name, was, will string) {
	if was != will {
		w.say("%s %s -> %s", name, cmp.Or(was, "none"), cmp.Or(will, "none"))
	}
}

func (w *words) text(name, was, will string) {
	if was != will {
		w.say("%s %q -> %q", name, was, will)
	}
}

func (w *words) duration(name string, was, will snapshot.Duration) {
	w.field(name, short(was), short(will))
}

// keys says how many keys change, and never which they are.
func (w *words) keys(what string, was, will []string) {
	added, gone := without(will, was), without(was, will)
	switch {
	case added > 0 && gone > 0:
		w.say("%s: key changes: %d new, %d gone", what, added, gone)
	case added > 0:
		w.say("%s: key changes: %d new beside %d", what, added, len(was))
	case gone > 0:
		w.say("%s: key changes: %d gone, %d left", what, gone, len(will))
	}
}

// hook compares two webhooks. Their URLs are not shown: some have a secret in them.
func (w *words) hook(what string, was, will *snapshot.Webhook) {
	switch {
	case was == nil && will == nil:
	case was == nil:
		w.say("%s is new", what)
	case will == nil:
		w.say("%s is gone", what)
	default:
		if was.URL != will.URL {
			w.say("%s has another URL", what)
		}
		w.keys(what, was.SigningKeys, will.SigningKeys)
	}
}

// without counts what is in all and not in known.
func without(all, known []string) (n int) {
	for _, one := range all {
		if !slices.Contains(known, one) {
			n++
		}
	}
	return n
}

// short is a duration without its zeros.
func short(d snapshot.Duration) string {
	if d == 0 {
		return ""
	}
	text := time.Duration(d).String()
	if t := strings.TrimSuffix(text, "m0s"); t != text {
		text = t + "m"
	}
	if t := strings.TrimSuffix(text, "h0m"); t != text {
		text = t + "h"
	}
	return text
}

// open says how many requests are open on a list, to stand in brackets; empty where
// that is not known, or there are none.
func (c *comparison) open(list string) string {
	switch n := c.counts[list]; n {
	case 0:
		return ""
	case 1:
		return "1 open request"
	default:
		return fmt.Sprintf("%d open requests", n)
	}
}

// sum counts the open requests that are touched.
func (c *comparison) sum() {
	if c.counts == nil {
		return
	}
	touched := map[string]bool{}
	for _, one := range c.report.Changes {
		for _, l := range one.Lists {
			touched[l] = true
		}
	}
	var total int64
	for l := range touched {
		total += c.counts[l]
	}
	c.report.OpenRequests = &total
}
