package store

import (
	"errors"
	"fmt"
)

var (
	// ErrClosed: the store was closed, or is being closed. A Commit that returns it did not happen.
	ErrClosed = errors.New("the store is closed")

	// ErrUnknownOutcome: the transition was handed to the engine and no answer came (a timeout, a change of leader). It may
	// have happened, may happen yet, or not at all. Read the key again, or commit again with the SAME compares: at most one
	// of the two can land.
	ErrUnknownOutcome = errors.New("the outcome of the transition is unknown: read again, or repeat it with the same compares")

	// ErrTooLarge: the transition is over what one proposal can carry (MaxTransitionBytes). It did not happen.
	ErrTooLarge = fmt.Errorf("the transition is over %d bytes: store less in it", MaxTransitionBytes)

	// ErrInvalid: the transition can never be committed as it is (an empty key, a key written twice, too many operations).
	// It did not happen; it is a mistake of the caller.
	ErrInvalid = errors.New("the transition is malformed")

	// ErrNoSpace: the quota is used up. Transitions that only delete are still accepted; any other once there is room again:
	// after deletes and a Compact, or when the store is reopened with a higher quota. It did not happen.
	ErrNoSpace = errors.New("the store is full: keep less, or raise the quota (a bigger volume)")

	// ErrLeaseNotFound: an operation names a lease that has run out or never was. The transition did not happen.
	ErrLeaseNotFound = errors.New("the lease has run out: take a new one")

	// ErrInUse: another process has the data directory open. Only one may.
	ErrInUse = errors.New("the data directory is in use by another process: stop it first, or choose another directory")

	// ErrNewerSchema: the data was written by a newer version of this program.
	ErrNewerSchema = errors.New("the data was written by a newer version: run that version, or restore a backup")

	// ErrExternal: the store is in an external etcd, which is backed up and restored by its owner.
	ErrExternal = errors.New("the store is on an external etcd: back it up and restore it with etcdctl and etcdutl")

	// ErrReplaced: the external etcd was emptied, or put back as it was earlier, under the feet of who has the store open.
	ErrReplaced = errors.New("the etcd does not hold the store any more that was opened: begin again")

	// ErrNotABackup: what was given to Restore is no backup of a store, or not a whole one.
	ErrNotABackup = errors.New("this is no backup of a store: give the file that a backup wrote, all of it")

	// ErrBackupTooLarge: the backup is larger than what this store may become.
	ErrBackupTooLarge = errors.New("the backup is larger than the store may become: give it a larger volume, or a higher quota")

	// ErrNoRoom: the volume has no room for a backup beside the store. It takes twice the backup's size and 256 MiB.
	ErrNoRoom = errors.New("the volume has no room for the backup beside the store: enlarge it")

	// ErrRestoring: a backup is being restored, or has been and waits for the next Open.
	ErrRestoring = errors.New("another backup is being restored: wait until it serves")
)

// CompactedError says that the history asked for is no longer kept.
type CompactedError struct {
	// Floor is the lowest revision from which a Watch can still begin.
	Floor int64
}

func (e *CompactedError) Error() string {
	return fmt.Sprintf("the history before revision %d is no longer kept: load again and watch from there", e.Floor)
}
