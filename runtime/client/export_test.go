package client

// Ahead changes how many flushes are read ahead, and says what it was.
func Ahead(n int) (before int) {
	before, ahead = ahead, n
	return before
}
