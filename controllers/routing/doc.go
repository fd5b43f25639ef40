// Package routing is the controller that makes a namespace's YAML what its
// runtime serves: it compiles, programs, reads back and reports.
//
// Its key is the namespace. All kinds, the Secrets that they name and the
// addresses of the runtime's replicas map to that one key, because a snapshot is
// one: it is compiled from everything, it has one digest, and a restart of the
// operator costs one read of a runtime, not one call an object.
package routing
