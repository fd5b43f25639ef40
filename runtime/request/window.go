package request

// Bounds of what is kept of a conversation while its request is open. The
// runtime is no archive (decision 9): an agent who joins sees the last messages.
const (
	// KeptMessages is how many messages are kept of an open request.
	KeptMessages = 20
	// KeptBytes is how many bytes of text are kept of an open request; the
	// newest message is kept whatever its size.
	KeptBytes = 64 << 10
)

// Window says which messages of a request are kept: those numbered First to
// First+len(Sizes)-1.
type Window struct {
	First int64 `json:"first,omitempty"`
	Sizes []int `json:"sizes,omitempty"`
}

// Next is the number of the next message.
func (w Window) Next() int64 {
	if w.First == 0 {
		return 1
	}
	return w.First + int64(len(w.Sizes))
}

// Numbers lists the kept messages' numbers, oldest first.
func (w Window) Numbers() []int64 {
	numbers := make([]int64, len(w.Sizes))
	for i := range numbers {
		numbers[i] = w.First + int64(i)
	}
	return numbers
}

// push takes a message of size bytes into the window and gives back the numbers
// that fall out of it.
func (w *Window) push(size int) (dropped []int64) {
	w.First = w.Next() - int64(len(w.Sizes))
	w.Sizes = append(w.Sizes, size)
	total := 0
	for _, s := range w.Sizes {
		total += s
	}
	for len(w.Sizes) > 1 && (len(w.Sizes) > KeptMessages || total > KeptBytes) {
		total -= w.Sizes[0]
		dropped = append(dropped, w.First)
		w.First++
		w.Sizes = w.Sizes[1:]
	}
	return dropped
}
