package request

import (
	"slices"
	"time"

	"github.com/pullmode/operator/runtime/snapshot"
)

// Wrapped is one agent's wrap-up: what they say the request was about (T33).
type Wrapped struct {
	Agent string `json:"agent"`
	// Since is when the agent was let go, and the timer began; zero when they
	// wrapped up before.
	Since time.Time `json:"since,omitzero"`
	// AppliedAt is when Reasons were chosen; nil while it is awaited.
	AppliedAt *time.Time `json:"appliedAt,omitempty"`
	Reasons   []string   `json:"reasons,omitempty"`
	Note      string     `json:"note,omitempty"`
	// ByTimer says that nobody chose: the list's default reason was applied.
	ByTimer bool `json:"byTimer,omitempty"`
}

// WrapUpOf is an agent's wrap-up, nil when there is none.
func (d *Document) WrapUpOf(agent string) *Wrapped {
	if i := slices.IndexFunc(d.WrapUps, func(w Wrapped) bool { return w.Agent == agent }); i >= 0 {
		return &d.WrapUps[i]
	}
	return nil
}

// askWrapUp waits for the wrap-up of a member who goes, unless they gave one while
// they were in.
func (t *turn) askWrapUp(m Member) {
	if t.env.List == nil || t.env.List.WrapUp == nil {
		return
	}
	w := t.next.WrapUpOf(m.Agent)
	switch {
	case w == nil:
		t.next.WrapUps = append(t.next.WrapUps, Wrapped{Agent: m.Agent, Since: t.env.Now})
	case w.AppliedAt == nil || w.AppliedAt.Before(m.JoinedAt):
		*w = Wrapped{Agent: m.Agent, Since: t.env.Now}
	}
}

// forgoWrapUp waits no longer for the wrap-up of who comes back: they have not done
// with the request, and are asked when they go again.
func (t *turn) forgoWrapUp(agent string) {
	t.next.WrapUps = slices.DeleteFunc(t.next.WrapUps, func(w Wrapped) bool { return w.Agent == agent && w.AppliedAt == nil })
}

// wrapUp notes the reasons of a member, or of who was one until a short while ago.
// It changes no state and stops no clock (decision 10).
func wrapUp(t *turn) Outcome {
	if t.env.List == nil || t.env.List.WrapUp == nil {
		return NoWrapUp
	}
	asked := t.env.List.WrapUp
	w, member := t.next.WrapUpOf(t.Actor.Name), t.next.Membership(t.Actor.Name)
	switch {
	case w == nil && member == nil:
		return NotAMember
	case w != nil && w.AppliedAt != nil && (member == nil || !w.AppliedAt.Before(member.JoinedAt)):
		return WrapUpOver
	case w != nil && w.AppliedAt == nil && member == nil && t.over(w.Since, asked.Timeout.D()):
		return WrapUpOver
	case !chosen(asked, t.Reasons):
		return UnknownReason
	}
	t.apply(Wrapped{Agent: t.Actor.Name, Reasons: t.Reasons, Note: t.Note})
	return WrappedUp
}

// chosen says whether reasons can be chosen: one to five of the list's, each once.
func chosen(asked *snapshot.WrapUp, reasons []string) bool {
	if len(reasons) == 0 || len(reasons) > snapshot.MaxWrapUpReasons {
		return false
	}
	for i, name := range reasons {
		known := slices.ContainsFunc(asked.Reasons, func(r snapshot.WrapUpReason) bool { return r.Name == name })
		if !known || slices.Contains(reasons[:i], name) {
			return false
		}
	}
	return true
}

// wrapUpTimeout applies the list's default reason when the time is over. A list
// that does not ask any more has none, and waits no longer.
func wrapUpTimeout(t *turn) Outcome {
	w := t.next.WrapUpOf(t.Target.Agent)
	if w == nil || w.AppliedAt != nil {
		return NotDue
	}
	applied := Wrapped{Agent: t.Target.Agent, Since: w.Since, ByTimer: true}
	if t.env.List != nil && t.env.List.WrapUp != nil {
		if !t.over(w.Since, t.env.List.WrapUp.Timeout.D()) {
			return NotDue
		}
		applied.Reasons = []string{t.env.List.WrapUp.DefaultReason}
	}
	t.apply(applied)
	return WrappedUp
}

func (t *turn) apply(w Wrapped) {
	now := t.env.Now
	w.AppliedAt = &now
	t.next.Last.WrapUp = w.Agent
	if old := t.next.WrapUpOf(w.Agent); old != nil {
		if w.Since.IsZero() {
			w.Since = old.Since
		}
		*old = w
		return
	}
	t.next.WrapUps = append(t.next.WrapUps, w)
}
