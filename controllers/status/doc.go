// Package status turns verdicts of the compiler and facts of the runtime into
// conditions, and writes those that changed.
//
// It says what is served, not what was sent. The four conditions of all
// kinds and the RoutingRuntime's snapshot, replicas and openRequests have this
// one writer.
package status
