package view

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

// configuration assembles the snapshot in force from its chunks. They are
// written before the pointer that names them, so a pointer always finds its own.
type configuration struct {
	pointer  keyspace.Pointer
	revision int64
	chunks   map[string]map[int]store.KV // by digest and number
	index    *snapshot.Index
}

func (c *configuration) put(key string, value []byte, revision int64) error {
	if key == keyspace.ConfigCurrent {
		c.revision = revision
		return json.Unmarshal(value, &c.pointer)
	}
	digest, n, err := keyspace.ConfigChunkOf(key)
	if err != nil {
		return err
	}
	if c.chunks[digest] == nil {
		c.chunks[digest] = map[int]store.KV{}
	}
	c.chunks[digest][n] = store.KV{Key: key, Value: value, Revision: revision}
	return nil
}

func (c *configuration) remove(key string) {
	digest, n, err := keyspace.ConfigChunkOf(key)
	if err != nil {
		return
	}
	delete(c.chunks[digest], n)
	if len(c.chunks[digest]) == 0 {
		delete(c.chunks, digest)
	}
}

// adopt makes the snapshot that the pointer names the one in force.
func (c *configuration) adopt() error {
	if c.revision == 0 || (c.index != nil && c.index.Sequence == c.pointer.Sequence) {
		return nil
	}
	var encoded bytes.Buffer
	for n := range c.pointer.Chunks {
		encoded.Write(c.chunks[c.pointer.Digest][n].Value)
	}
	if got := snapshot.Digest(encoded.Bytes()); got != c.pointer.Digest {
		return fmt.Errorf("snapshot %d: its bytes have digest %.12s and not %.12s: the store is damaged, restore a backup", c.pointer.Sequence, got, c.pointer.Digest)
	}
	s, err := snapshot.Decode(encoded.Bytes())
	if err != nil {
		return fmt.Errorf("snapshot %d: %w", c.pointer.Sequence, err)
	}
	c.index = snapshot.NewIndex(s, c.pointer.Sequence, c.pointer.Digest)
	return nil
}
