// Package server holds the runtime's faces: the public API for connectors and
// agents (REST, and the feed as server-sent events or over WebSocket), and the admin port through
// which the operator programs a replica. It checks who calls and what they sent,
// hands on to the command, inbox and hub packages, and puts their answers into
// words of HTTP. It decides nothing about requests itself.
package server
