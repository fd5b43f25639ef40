package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// runsKey holds the runs of an embedded store, oldest first.
const runsKey = "meta/runs"

// maxRuns is how many runs are remembered. Cursors live for hours: who comes from further back is given a snapshot.
const maxRuns = 16

// run is one opening of an embedded store. Every revision from From on was made in it, up to the next run's.
//
// A data directory that is put back as it was earlier has the same epoch and gives its later revisions a second time. Nothing
// in it can tell. But who knows a revision of the time after the copy knows it from a run that this directory has not seen, or
// has seen end before it.
type run struct {
	ID   string `json:"id"`
	From int64  `json:"from"`
}

func newRun(from int64) run { return run{ID: rand.Text()[:8], From: from} }

func encodeRuns(runs ...run) []byte {
	b, err := json.Marshal(runs)
	if err != nil {
		panic(err) // names and numbers
	}
	return b
}

// begin notes this opening of an embedded store that was there before; of one that was just founded it finds the note. One
// that is full goes on under the name of its last run.
func (s *Store) begin(ctx context.Context, founded bool) error {
	for {
		known, err := s.Get(ctx, runsKey)
		if err != nil {
			return fmt.Errorf("read the store's runs: %w", err)
		}
		s.runs = nil // in a store of before they were noted
		if known.Revision != 0 {
			if err := json.Unmarshal(known.Value, &s.runs); err != nil {
				return fmt.Errorf("read the store's runs: %w", err)
			}
		}
		if founded {
			return nil
		}
		latest, err := s.Latest(ctx)
		if err != nil {
			return err
		}
		runs := append(slices.Clone(s.runs[max(0, len(s.runs)-maxRuns+1):]), newRun(latest+1))
		_, err = s.Commit(ctx, Txn{Ops: []Op{Put(runsKey, encodeRuns(runs...))}})
		switch {
		case errors.Is(err, ErrUnknownOutcome) && ctx.Err() == nil:
			continue
		case errors.Is(err, ErrNoSpace):
			return nil
		case err != nil:
			return fmt.Errorf("note that the store was opened: %w", err)
		}
		s.runs = runs
		return nil
	}
}

// History names what revisions count from now on: the epoch and, of an embedded store, the run. A revision that was had under
// this name can be asked for under it later, see Holds.
func (s *Store) History() string {
	if len(s.runs) == 0 {
		return s.epoch
	}
	return s.epoch + "-" + s.runs[len(s.runs)-1].ID
}

// Holds tells whether a revision that somebody had under the name of a History is a revision of this store: of the same epoch
// and, where the name has a run, of one that this store remembers and that came as far. A revision that is yet to come is held
// if it would belong to the present run.
func (s *Store) Holds(history string, revision int64) bool {
	epoch, id, named := strings.Cut(history, "-")
	if epoch != s.epoch {
		return false
	}
	if !named {
		return true // an external etcd, or a name of before runs were counted
	}
	for i, r := range s.runs {
		if r.ID == id {
			return i == len(s.runs)-1 || revision < s.runs[i+1].From
		}
	}
	return false
}
