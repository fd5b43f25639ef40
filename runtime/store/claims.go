package store

// claims says which transitions touch which keys. Two may share a proposal only if neither writes a key that the other
// writes or compares: etcd refuses a key that is put twice, and evaluates every compare of a proposal against the state
// before it, so that two who saw the same revision would both win.
type claims map[string]claim

type claim struct {
	writer    *transition
	comparers int
}

// conflict reports whether the transition cannot go together with those who hold the claims.
func (c claims) conflict(t *transition) bool {
	if len(c) == 0 {
		return false
	}
	for _, op := range t.txn.Ops {
		if _, held := c[op.key]; held {
			return true
		}
	}
	for _, compare := range t.txn.Compares {
		if c[compare.Key].writer != nil {
			return true
		}
	}
	return false
}

func (c claims) add(t *transition) {
	for _, compare := range t.txn.Compares {
		held := c[compare.Key]
		held.comparers++
		c[compare.Key] = held
	}
	for _, op := range t.txn.Ops {
		held := c[op.key]
		held.writer = t
		c[op.key] = held
	}
}

// remove undoes add; claims that were added while in conflict cannot be removed.
func (c claims) remove(t *transition) {
	for _, op := range t.txn.Ops {
		held := c[op.key]
		held.writer = nil
		c.put(op.key, held)
	}
	for _, compare := range t.txn.Compares {
		held := c[compare.Key]
		held.comparers--
		c.put(compare.Key, held)
	}
}

func (c claims) put(key string, held claim) {
	if held == (claim{}) {
		delete(c, key)
		return
	}
	c[key] = held
}

// lost reports whether the transition has certainly lost against writers that were just answered, and the answer to it.
// Only if they wrote all that it compares: otherwise its Result.Current would have to be read.
func (c claims) lost(t *transition) (Result, bool) {
	var (
		result = Result{Current: make([]KV, 0, len(t.txn.Compares))}
		lost   bool
	)
	for _, compare := range t.txn.Compares {
		writer := c[compare.Key].writer
		if writer == nil || !writer.result.Committed {
			return Result{}, false
		}
		now := writer.wrote(compare.Key)
		if compare.Revision > writer.result.Revision {
			return Result{}, false // it has seen a later one
		}
		lost = lost || compare.Revision != now.Revision
		result.Current = append(result.Current, now)
		result.Revision = max(result.Revision, writer.result.Revision)
	}
	return result, lost
}

// wrote is the key as the transition, which is committed, left it.
func (t *transition) wrote(key string) KV {
	for _, op := range t.txn.Ops {
		if op.key == key && !op.remove {
			return KV{Key: key, Value: op.value, Revision: t.result.Revision}
		}
	}
	return KV{Key: key}
}
