package auth

import (
	"crypto/sha256"
	"slices"
	"sync"
	"time"
)

// DefaultCacheSize is how many verified tokens are remembered: an agent has one or
// two, and one entry is some hundred bytes.
const DefaultCacheSize = 10_000

// cacheFor bounds how long a verified token is believed without looking again, so
// that a key which its issuer withdrew stops working soon (with renewAfter: within
// a quarter of an hour).
const cacheFor = 5 * time.Minute

// cache remembers verified tokens by their hash, so that the tokens themselves are
// not kept. It is worth its lines: a verification takes some 100 times longer than
// a look-up (BenchmarkVerify), and every request of an agent needs one. Refused
// tokens are not remembered: that would let garbage push good ones out.
type cache struct {
	size int

	mu      sync.RWMutex
	entries map[[sha256.Size]byte]cached
}

type cached struct {
	agent Agent
	until time.Time
}

func newCache(size int) *cache {
	return &cache{size: size, entries: make(map[[sha256.Size]byte]cached)}
}

func cacheKey(token string) [sha256.Size]byte { return sha256.Sum256([]byte(token)) }

func (c *cache) get(key [sha256.Size]byte, now time.Time) (Agent, bool) {
	if c == nil {
		return Agent{}, false
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	entry, ok := c.entries[key]
	if !ok || now.After(entry.until) {
		return Agent{}, false
	}
	agent := entry.agent
	agent.Groups = slices.Clone(agent.Groups)
	return agent, true
}

func (c *cache) put(key [sha256.Size]byte, agent Agent, now time.Time) {
	if c == nil || c.size <= 0 {
		return
	}
	until := now.Add(cacheFor)
	if end := agent.Expiry.Add(ClockSkew); end.Before(until) {
		until = end
	}
	agent.Groups = slices.Clone(agent.Groups)
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.entries[key]; !known && len(c.entries) >= c.size {
		c.makeRoom(now)
	}
	c.entries[key] = cached{agent: agent, until: until}
}

// makeRoom drops what has run out among a few entries, and one in any case. Which
// ones is up to the map's order, which is as good as chance; an agent whose token
// is dropped pays for one verification.
func (c *cache) makeRoom(now time.Time) {
	looked := 0
	for key, entry := range c.entries {
		if looked == 0 || now.After(entry.until) {
			delete(c.entries, key)
		}
		if looked++; looked == 8 {
			return
		}
	}
}
