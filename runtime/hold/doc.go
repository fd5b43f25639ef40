// Package hold keeps a port for a server that is a process of its own, or that is
// stopped and started again: a port that is only free may be given to anybody who asks
// for any, before it is listened on, and between a stop and a start.
package hold
