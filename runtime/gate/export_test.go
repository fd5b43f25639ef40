package gate

// Remembered is how many agents' limits are kept.
func (g *Gate) Remembered() int {
	g.agents.mu.Lock()
	defer g.agents.mu.Unlock()
	return len(g.agents.now) + len(g.agents.before)
}
