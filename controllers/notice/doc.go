// Package notice tells people of changes for the worse and of recovery, in Events:
// what kubectl describe lists under an object.
//
// An Event follows from the difference of two statuses, the one that an object had
// and the one that was just written. So each transition is told once, by whoever
// wrote it, and neither a restart of the operator nor a quiet time tells anything.
package notice
