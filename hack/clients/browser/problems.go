package browser

import (
	"context"
	"fmt"
	"regexp"
	"sync"

	"github.com/chromedp/chromedp"
)

// problems are what a page complains of: errors and warnings in its console, exceptions
// that nobody caught, files that did not come, and what its policy forbade.
type problems struct {
	mu      sync.Mutex
	all     []string
	allowed []*regexp.Regexp
	last    chan struct{}
}

// goodbye is the last word in a console: what was said before it has been heard then.
const goodbye = "the test is over"

func watch(ctx context.Context) *problems {
	p := &problems{last: make(chan struct{})}
	// A network of the machine's that comes or goes breaks what is about to connect, also
	// where that is on the same machine: no page's fault.
	p.allow("net::ERR_NETWORK_CHANGED")
	console := chromedp.Console(ctx)
	go func() {
		defer close(p.last)
		for m, err := range console {
			if err != nil || m.Text == goodbye {
				return
			}
			if m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleWarning || m.IsException() {
				p.add(fmt.Sprintf("%s (%s:%d)", m, m.URL, m.Line+1))
			}
		}
	}()
	return p
}

func (p *problems) add(problem string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = append(p.all, problem)
}

func (p *problems) allow(complaint string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.allowed = append(p.allowed, regexp.MustCompile(complaint))
}

// end gives what nobody allowed.
func (p *problems) end(ctx context.Context) (left []string) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](fmt.Sprintf("console.debug(%q)", goodbye)))
	if err == nil { // otherwise the tab is closed already
		select {
		case <-p.last:
		case <-ctx.Done():
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
problems:
	for _, problem := range p.all {
		for _, a := range p.allowed {
			if a.MatchString(problem) {
				continue problems
			}
		}
		left = append(left, problem)
	}
	return left
}
