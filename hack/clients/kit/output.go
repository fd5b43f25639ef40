package kit

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// output keeps what a process says, for whoever waits for a word of it.
type output struct {
	mu    sync.Mutex
	text  strings.Builder
	from  int // what was said before this is not waited for any more
	heard chan struct{}
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.heard != nil {
		close(o.heard)
		o.heard = nil
	}
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func (o *output) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.from = o.text.Len()
}

// wait waits for words that have not been forgotten, and gives everything said.
func (o *output) wait(words string, ended <-chan error) (string, error) {
	late := time.After(patience)
	for {
		o.mu.Lock()
		said := o.text.String()
		heard := make(chan struct{})
		if o.heard == nil {
			o.heard = heard
		} else {
			heard = o.heard
		}
		from := o.from
		o.mu.Unlock()
		if strings.Contains(said[from:], words) {
			return said, nil
		}
		select {
		case <-heard:
		case err := <-ended:
			return o.String(), errors.Join(errors.New("it ended"), err)
		case <-late:
			return said, fmt.Errorf("it did not say %q within %s", words, patience)
		}
	}
}
