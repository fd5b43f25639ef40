// Package conformance holds a runtime of pull-mode routing to its rules, from
// outside: it posts as connectors do, works as agents do, and reads what they are
// told, over the public API alone. What it needs besides is given to it (Target):
// tokens, keys, a way to put YAML into force, a way to restart what it tests.
//
// Every rule has its cases and every case names its rule; a test of this package
// holds the two together. The README says how to hold any runtime to it.
package conformance
