// Package status turns verdicts of the compiler and facts of the runtime into
// conditions, and writes those that changed.
//
// It says what is served, not what was sent. All conditions but Degraded, and the
// RoutingRuntime's snapshot, replicas, openRequests and draining have this one
// writer.
package status
