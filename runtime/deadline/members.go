package deadline

import (
	"context"
	"time"

	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
)

// release lets members go who have been without a connection for longer than the
// grace (T25, T26). Who has joined without ever opening one is absent in this sense,
// too.
func (k *Keeper) release(ctx context.Context, config *snapshot.Index) {
	if k.Serving != nil && !k.Serving() {
		k.absent = nil
		return
	}
	now, absent := k.Now(), map[string]time.Time{}
	for _, agent := range k.View.MemberAgents() {
		if k.View.Present(agent) {
			continue
		}
		since, known := k.absent[agent]
		if !known {
			since = now
		}
		absent[agent] = since
		for _, d := range k.View.Joined(agent) {
			if from := later(since, d.Membership(agent).JoinedAt); now.Sub(from) > config.Grace() {
				if !k.carry(ctx, string(request.Disconnect), d.ID, func() error { return k.Do.Disconnect(ctx, d.ID, agent) }) {
					break
				}
			}
		}
	}
	k.absent = absent
}

// judgement is what a member's access follows from.
type judgement struct {
	config, seen int64
	docs         int
	joined       time.Time
}

// revoke lets members go who may not use the list any more, because a subscription
// or a group of theirs has gone (L7). Who was invited stays while they may use any
// list at all.
func (k *Keeper) revoke(ctx context.Context, config *snapshot.Index) {
	all := k.View.Revision()
	if all == k.revoked {
		return
	}
	judged := map[string]judgement{}
	revision := k.View.ConfigRevision()
	for _, agent := range k.View.MemberAgents() {
		known, docs := k.View.Agent(agent), k.View.Joined(agent)
		now := judgement{config: revision, seen: known.Seen, docs: len(docs)}
		for _, d := range docs {
			now.joined = later(now.joined, d.Membership(agent).JoinedAt)
		}
		if k.judged[agent] == now || k.removeFrom(ctx, docs, agent, config.Access(agent, known.Groups)) {
			judged[agent] = now
		} else {
			all = 0
		}
	}
	k.judged, k.revoked = judged, all
}

// removeFrom ends the memberships that access does not cover; it says whether all
// of them could be ended.
func (k *Keeper) removeFrom(ctx context.Context, docs []*request.Document, agent string, access map[string]snapshot.Access) bool {
	all := true
	for _, d := range docs {
		if _, may := access[d.List]; may || (d.Membership(agent).Invited && len(access) > 0) {
			continue
		}
		all = k.carry(ctx, string(request.Revoke), d.ID, func() error { return k.Do.Revoke(ctx, d.ID, agent) }) && all
	}
	return all
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
