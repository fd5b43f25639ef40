// Package webhook posts to addresses that a platform team has configured, in the
// way of Standard Webhooks (standardwebhooks.com): signed, with an id by which a
// receiver drops what comes twice, and never to the machine it runs on.
//
// Verify is the other side, for receivers written in Go.
package webhook
