package deadline

import (
	"context"

	"github.com/pullmode/operator/runtime/snapshot"
)

// drain empties the lists that are deleted, by their last deletionPolicy (L2).
func (k *Keeper) drain(ctx context.Context, config *snapshot.Index) {
	for i := range config.Lists {
		if l := &config.Lists[i]; l.Draining {
			k.empty(ctx, l)
		}
	}
	// A list that was made again under the same name begins anew when it is deleted
	// again.
	for _, name := range k.View.DrainingLists() {
		if l := config.List(name); l == nil || !l.Draining {
			k.carry(ctx, "clearDraining", "", func() error { return k.Do.ClearDraining(ctx, name) })
		}
	}
}

func (k *Keeper) empty(ctx context.Context, l *snapshot.List) {
	since, stamped := k.View.Draining(l.Name)
	if !stamped {
		k.carry(ctx, "stampDraining", "", func() error { return k.Do.StampDraining(ctx, l.Name) })
		return // the stamp is looked at next time
	}
	var do func(id string) error
	switch deadline := l.Deletion.Deadline.D(); {
	case l.Deletion.Policy == snapshot.DeletionTransfer: // the target is in the snapshot, and not draining itself
		do = func(id string) error { return k.Do.Move(ctx, id, l.Deletion.TransferTo) }
	case l.Deletion.Policy == snapshot.DeletionClose,
		deadline > 0 && k.Now().Sub(since) > deadline:
		do = func(id string) error { return k.Do.ForceClose(ctx, id) }
	default:
		return
	}
	for _, d := range k.View.Requests([]string{l.Name}) {
		k.carry(ctx, "drain", d.ID, func() error { return do(d.ID) })
	}
}
