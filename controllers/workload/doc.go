// Package workload runs a RoutingRuntime: it owns the objects in the cluster
// that a runtime is made of, one file a kind.
//
// A builder is a pure function from a RoutingRuntime to an apply configuration.
// The controller applies what differs from the cluster, and nothing else: a
// reconcile that finds everything in place writes nothing.
package workload
