package change

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/pullmode/operator/runtime/snapshot"
)

func (c *comparison) lists(was, will *snapshot.Snapshot) {
	each(was.Lists, will.Lists, func(l *snapshot.List) string { return l.Name }, func(name string, was, will *snapshot.List) {
		switch {
		case was == nil:
			c.add(lists, Add, name, []string{fmt.Sprintf("%q, %s", will.DisplayName, cmp.Or(string(will.JoinPolicy), string(snapshot.JoinCollaboration)))})
		case will == nil:
			c.add(lists, Remove, name, []string{c.deleted(was)}, name)
		case will.Draining && !was.Draining:
			c.add(lists, Remove, name, []string{c.deleted(will)}, name)
		default:
			what := list(was, will)
			if len(what) == 0 {
				return
			}
			if open := c.open(name); open != "" {
				what.say("(it has %s)", open)
			}
			c.add(lists, Modify, name, what, name)
		}
	})
}

// deleted says what becomes of a list that is deleted with something open on it.
func (c *comparison) deleted(l *snapshot.List) string {
	if c.counts != nil && c.counts[l.Name] == 0 {
		return "nothing is open on it"
	}
	open := cmp.Or(c.open(l.Name), "what is open")
	switch l.Deletion.Policy {
	case snapshot.DeletionTransfer:
		return open + ": moved to " + l.Deletion.TransferTo
	case snapshot.DeletionClose:
		return open + ": closed at once"
	}
	if l.Deletion.Deadline == 0 {
		return open + ": agents finish it, with no deadline, and nothing new comes"
	}
	return fmt.Sprintf("%s: agents finish it, nothing new comes, and what is left after %s is closed", open, short(l.Deletion.Deadline))
}

func list(was, will *snapshot.List) (what words) {
	if was.Draining && !will.Draining {
		what.say("it is served again, and drains no more")
	}
	what.text("displayName", was.DisplayName, will.DisplayName)
	if was.Description != will.Description {
		what.say("description changes")
	}
	what.field("joinPolicy", or(was.JoinPolicy, snapshot.JoinCollaboration), or(will.JoinPolicy, snapshot.JoinCollaboration))
	what.field("closePolicy", string(was.ClosePolicy), string(will.ClosePolicy))
	what.field("reopenPolicy", or(was.ReopenPolicy, snapshot.ReopenNewRequest), or(will.ReopenPolicy, snapshot.ReopenNewRequest))
	what.field("realertPolicy", or(was.RealertPolicy, snapshot.RealertNever), or(will.RealertPolicy, snapshot.RealertNever))
	what.duration("realertAfter", was.RealertAfter, will.RealertAfter)
	what.field("capacityPolicy", or(was.CapacityPolicy, snapshot.CapacityIgnore), or(will.CapacityPolicy, snapshot.CapacityIgnore))
	what.duration("attention.soonAfter", was.SoonAfter, will.SoonAfter)
	what.duration("attention.overdueAfter", was.OverdueAfter, will.OverdueAfter)
	what.duration("responseTime", was.ResponseTime, will.ResponseTime)
	what.duration("autoCloseAfter", was.AutoCloseAfter, will.AutoCloseAfter)
	what.field("wrapUp", wrapUp(was.WrapUp), wrapUp(will.WrapUp))
	what.field("deletionPolicy", deletion(was), deletion(will))
	return what
}

// or is a policy, or its default where it is left out.
func or[T ~string](policy, otherwise T) string { return string(cmp.Or(policy, otherwise)) }

func wrapUp(w *snapshot.WrapUp) string {
	if w == nil {
		return ""
	}
	names := make([]string, len(w.Reasons))
	for i, r := range w.Reasons {
		if names[i] = r.Name; r.DisplayName != "" {
			names[i] += " " + strconv.Quote(r.DisplayName)
		}
	}
	return fmt.Sprintf("(%s; default %s after %s)", strings.Join(names, ", "), w.DefaultReason, short(w.Timeout))
}

func deletion(l *snapshot.List) string {
	text := or(l.Deletion.Policy, snapshot.DeletionDrain)
	if l.Deletion.TransferTo != "" {
		text += " to " + l.Deletion.TransferTo
	}
	if l.Deletion.Deadline != 0 {
		text += " within " + short(l.Deletion.Deadline)
	}
	return text
}
