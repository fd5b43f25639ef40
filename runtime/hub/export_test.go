package hub

import "time"

// Waiting is how many frames are queued to a connection.
func (c *Conn) Waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.queue)
}

// Held is how many encoded bytes are queued to a connection.
func (c *Conn) Held() (bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range c.queue {
		bytes += len(f.Data)
	}
	return bytes
}

// WaitForFuture sets how long a cursor that is ahead is waited for.
func (h *Hub) WaitForFuture(d time.Duration) { h.futureWait = d }

// EndTick ends the tick that is running, as its timer would.
func (h *Hub) EndTick() { h.tick() }
