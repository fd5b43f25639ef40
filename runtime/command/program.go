package command

import (
	"context"
	"fmt"
	"slices"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

// chunkBytes is the size of one piece of a snapshot in the store, well below what
// one write may carry.
const chunkBytes = 256 << 10

// Program takes a snapshot into force: every replica adopts it in the same place
// of the order of events. Nothing of it is served before all of it is stored.
//
// A refusal leaves what is in force as it is (L9). unread is what could not be read
// of the snapshot: there is one for that, too, and it names all that is wrong.
func (x *Executor) Program(ctx context.Context, update snapshot.Update, unread ...snapshot.Problem) (*snapshot.Refusal, error) {
	current, known := x.View.ConfigKeys()
	sequence, digest := int64(0), ""
	if config := x.View.Config(); config != nil {
		sequence, digest = config.Sequence, config.Digest
	}
	encoded, err := update.Snapshot.Encode()
	if err != nil {
		return nil, err
	}
	wanted := snapshot.Digest(encoded)
	if update.Sequence == sequence && wanted == digest && len(unread) == 0 {
		return nil, nil // a repeat of what was taken
	}
	if refusal := x.check(update, sequence, unread); refusal != nil {
		return refusal, nil
	}
	chunks := slices.Collect(slices.Chunk(encoded, chunkBytes))
	for n, chunk := range chunks {
		if _, err := x.Store.Commit(ctx, store.Txn{Ops: []store.Op{store.Put(keyspace.ConfigChunk(wanted, n), chunk)}}); err != nil {
			return nil, ofStore(err)
		}
	}
	result, err := x.Store.Commit(ctx, store.Txn{
		Compares: []store.Compare{{Key: keyspace.ConfigCurrent, Revision: current.Revision}},
		Ops: []store.Op{put(keyspace.ConfigCurrent, keyspace.Pointer{
			Sequence: update.Sequence, Digest: wanted, Chunks: len(chunks), Runtime: update.Snapshot.Runtime.UID,
		})},
	})
	if err != nil {
		return nil, ofStore(err)
	}
	if !result.Committed {
		return conflict(sequence + 1), nil
	}
	if err := x.View.WaitFor(ctx, result.Revision); err != nil {
		return nil, ofStore(err)
	}
	x.Log.Info("adopted a routing snapshot", "sequence", update.Sequence, "digest", wanted, "bytes", len(encoded))
	delete(known, wanted)
	x.sweep(ctx, known)
	return nil, nil
}

// check takes a snapshot for whichever RoutingRuntime it names. Whose operator
// this is has been settled by TLS, each RoutingRuntime having an authority of its
// own; and one that is made again over a kept volume goes on here.
func (x *Executor) check(update snapshot.Update, sequence int64, unread []snapshot.Problem) *snapshot.Refusal {
	if update.Sequence != sequence+1 {
		return conflict(sequence)
	}
	if problems := append(unread, update.Snapshot.Validate()...); len(problems) > 0 {
		return &snapshot.Refusal{Reason: snapshot.Rejected, Sequence: sequence, Problems: problems,
			Message: fmt.Sprintf("the snapshot has %d problems, the first: %s", len(problems), problems[0])}
	}
	return nil
}

func conflict(sequence int64) *snapshot.Refusal {
	return &snapshot.Refusal{Reason: snapshot.SequenceConflict, Sequence: sequence,
		Message: fmt.Sprintf("the snapshot in force has sequence %d: read what is served and decide again", sequence)}
}

// sweep deletes the chunks of snapshots that are not in force any more, or never
// were. One that has been written since it was looked up belongs to another
// programming, and stays. What it misses the next one takes.
func (x *Executor) sweep(ctx context.Context, old map[string][]store.KV) {
	for _, chunks := range old {
		for piece := range slices.Chunk(chunks, store.MaxOps) {
			var txn store.Txn
			for _, chunk := range piece {
				txn.Compares = append(txn.Compares, store.Compare{Key: chunk.Key, Revision: chunk.Revision})
				txn.Ops = append(txn.Ops, store.Delete(chunk.Key))
			}
			if _, err := x.Store.Commit(ctx, txn); err != nil {
				x.Log.Warn("could not delete an old snapshot, the next programming will", "error", err)
				return
			}
		}
	}
}
