// Package clients tries the runtime with the clients of others: Chromium at its
// desk, the JavaScript client of Socket.IO at the published contract. It knows the
// product from outside alone: the binary, its addresses, YAML.
package clients
