package main

import (
	"fmt"
	"io"
	"time"

	"github.com/pullmode/operator/cmd/pullmode/internal/screen"
)

// progress tells a person how far bytes have come; nothing where nobody looks.
type progress struct {
	to    io.Writer // nil where nobody looks
	what  string
	total int64 // 0 where it is not known
	began time.Time
	shown time.Time
	done  int64
}

func newProgress(to io.Writer, what string, total int64) *progress {
	p := &progress{what: what, total: total, began: time.Now()}
	if screen.Of(to).Width > 0 {
		p.to = to
	}
	return p
}

// Write counts.
func (p *progress) Write(b []byte) (int, error) {
	p.done += int64(len(b))
	const every = 100 * time.Millisecond
	if now := time.Now(); p.to != nil && now.Sub(p.shown) >= every {
		p.shown = now
		p.show()
	}
	return len(b), nil
}

func (p *progress) show() {
	of := ""
	if p.total > 0 {
		of = " of " + bytesOf(p.total)
	}
	rate := float64(p.done) / max(time.Since(p.began).Seconds(), 0.001)
	fmt.Fprintf(p.to, "\r%s: %s%s, %s/s\x1b[K", p.what, bytesOf(p.done), of, bytesOf(int64(rate)))
}

// end clears the line.
func (p *progress) end() {
	if p.to != nil {
		fmt.Fprint(p.to, "\r\x1b[K")
	}
}

func bytesOf(n int64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	size, names := float64(n)/unit, []string{"KiB", "MiB", "GiB", "TiB"}
	i := 0
	for ; size >= unit && i < len(names)-1; i++ {
		size /= unit
	}
	return fmt.Sprintf("%.1f %s", size, names[i])
}
