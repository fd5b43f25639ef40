// Package program hands routing snapshots to a runtime and reads back what its
// replicas serve.
//
// Any one replica takes a snapshot for all of them: it commits it to the store
// that they share. That a replica took it says nothing of the others, so each
// is asked what it serves.
package program
