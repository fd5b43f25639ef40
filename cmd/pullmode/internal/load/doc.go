// Package load puts a runtime under load as its users would: agents with real
// connections that they lose, customers who write, requests that are joined, left and
// closed. It keeps account of everything that was published and of everything that
// each agent was told, and holds one against the other (N1, N4, N7, R1, R4).
package load
