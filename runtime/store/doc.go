// Package store keeps the runtime's state: keys and values in etcd, embedded in this process, or in an external cluster that
// several replicas share. It knows nothing of what they mean. Three properties of etcd are what it exists to hand on:
//
//   - A transition is a compare-and-swap (Commit). Of all who saw the same revision of a key one wins, and the others are told
//     what they lost to, in the same answer.
//   - The transition is its own event (Watch). There is no second table of events that could disagree with the state: the
//     changes of keys, in order of revision, are the feed, and a revision is a cursor into it.
//   - Acknowledged is on disk. Commit returns after the write-ahead log was fsynced (by a majority of the members), never
//     before; etcd's unsafe modes are not used.
//
// # Revisions
//
// Every proposal has one revision, counted up by one; all that was written in it bears it (KV.Revision, Event.Revision).
// Concurrent transitions share a proposal, so many transitions can have one revision: a cursor may only stand where a whole
// revision has been dealt with, and Watch never delivers less. A revision is meaningful only within a History.
//
// Load and Watch fit together: load at a revision, watch from the next, and there is neither a gap nor an overlap.
//
// # Group commit
//
// An fsync costs the same for one transition as for a hundred. What arrives while a proposal is on its way goes together into
// the next one, as nested transactions that each keep their own compares, so that one loser fails nobody else. Those that
// write what another one compares or writes cannot share a proposal (etcd evaluates all compares against the state before it,
// so both would win); they go one after the other, in the order in which they came.
//
// # Embedded and external
//
// Both are the same to a caller, and the same tests hold them. An external etcd is used with its own default limits, which
// Open makes sure of. What does no harm when it is done twice (reads, watches, leases) is repeated inside over a change of
// leader or the loss of a member; a transition is not, and without an answer in 1 s its outcome is unknown. Its quota, its
// alarms and its defragmentation are its owner's. Elect has one replica of several do what only one should.
//
// # Backup and restore
//
// Of the embedded engine. Backup streams an etcd snapshot; Restore makes a store of one, in a directory aside, which the next
// Open puts in place: with two renames, so that there is the old store or the new one at whatever instant the process ends.
// A restored store is another epoch, because revisions are given a second time. What it replaces is kept until it is Proven.
//
// # Failures
//
//	what happens                          what a caller sees
//	the process is killed, power fails    after reopening, everything that was acknowledged; what was on its way may or may not be there
//	no answer from the engine in time     ErrUnknownOutcome: repeat with the same compares, at most one of the two lands
//	a caller gives up (its ctx ends)      if its transition still waited: it did not happen. If it was on its way: its answer. Nobody else is touched
//	one transition of a group is refused  its error to that one; the others are proposed again, each alone
//	the quota is used up                  ErrNoSpace for what writes; reads and deletes go on; it ends with deletes and Compact, or a higher quota
//	the disk itself is full, or broken    etcd ends the process rather than go on without its log; nothing acknowledged is lost
//	the directory is open elsewhere       Open returns ErrInUse at once
//	an external etcd loses its leader     ErrUnknownOutcome for a second or two; reads and watches only take longer
//	an external etcd loses its majority   the same, until it is back; reads fail after 10 s
//	data of a newer version               Open returns ErrNewerSchema, and so does Restore
//	the process ends during a restore     after reopening, the old store; or, once Restore has returned, the new one
//	history that is no longer kept        Watch and Load return *CompactedError with the floor: load again
//	Close                                 who waits gets ErrClosed, who is on its way his answer, then ErrClosed for everybody
//
// # Values
//
// A value that was handed in or out is shared with others (the engine, those who lost against it): never modify one.
package store
