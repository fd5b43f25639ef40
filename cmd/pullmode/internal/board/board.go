// Package board is what an agent has before them in a terminal: requests with
// short numbers, and a line of text for everything that happens to them.
package board

import (
	"fmt"
	"strconv"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// Board gives requests short numbers, in the order in which they are first seen.
// It is not safe for concurrent use.
type Board struct {
	// me is the agent who sits before it.
	me      string
	numbers map[string]int
	ids     []string
	// open are the open requests, as they were last shown.
	open map[string]*protocol.Request
	// unseen are the requests that a snapshot in several parts has not named yet.
	unseen map[string]bool
}

// New is an agent's empty board.
func New(me string) *Board {
	return &Board{me: me, numbers: map[string]int{}, open: map[string]*protocol.Request{}}
}

// Number is the request's number; a request that is new gets the next one.
func (b *Board) Number(id string) int {
	n, known := b.numbers[id]
	if !known {
		b.ids = append(b.ids, id)
		n = len(b.ids)
		b.numbers[id] = n
	}
	return n
}

// ID finds a request by its number, with or without the #, or by its id.
func (b *Board) ID(reference string) (string, error) {
	digits := reference
	if len(digits) > 0 && digits[0] == '#' {
		digits = digits[1:]
	}
	n, err := strconv.Atoi(digits)
	switch {
	case err != nil && digits == reference && reference != "":
		return reference, nil
	case err != nil || n < 1 || n > len(b.ids):
		return "", fmt.Errorf("there is no request #%s here: see them with list", digits)
	}
	return b.ids[n-1], nil
}

// note keeps a request as it is shown, and says whether that is news.
func (b *Board) note(r *protocol.Request) bool {
	delete(b.unseen, r.ID)
	last := b.open[r.ID]
	if r.State == request.Closed {
		delete(b.open, r.ID)
	} else {
		b.open[r.ID] = r
	}
	return last == nil || last.Version != r.Version
}
