// Package certs keeps TLS to the files of a directory, named as Kubernetes names them in a Secret: tls.crt, tls.key and
// ca.crt. They are looked at with every connection, which costs microseconds, and read again when they have changed: what
// is renewed is in use with the next connection, and connections that there are stay as they are. A renewal that is half
// written, or does not fit together, leaves the last good one in use.
package certs
