// Package archive tells of a backup that passes by whether all of it did.
package archive

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"hash"
)

// Check is a writer that a backup is written to. A backup ends with the SHA-256 of
// everything before.
type Check struct {
	hash hash.Hash
	// end are the last bytes so far: they may be the hash, so they are not hashed yet.
	end []byte
}

// NewCheck makes one that has seen nothing yet.
func NewCheck() *Check { return &Check{hash: sha256.New()} }

// Write takes the next bytes.
func (c *Check) Write(b []byte) (int, error) {
	c.end = append(c.end, b...)
	if over := len(c.end) - sha256.Size; over > 0 {
		c.hash.Write(c.end[:over])
		c.end = append(c.end[:0], c.end[over:]...)
	}
	return len(b), nil
}

// ErrBroken says that a backup is not whole.
var ErrBroken = errors.New("it does not have its hash at its end, as a backup that was cut off or changed")

// Whole tells whether all of a backup was written: nil, or ErrBroken.
func (c *Check) Whole() error {
	if !bytes.Equal(c.hash.Sum(nil), c.end) {
		return ErrBroken
	}
	return nil
}
