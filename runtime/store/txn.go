package store

// LeaseID names a lease; 0 is none.
type LeaseID int64

// Compare is one condition of a Txn: the key was last written at Revision. Revision 0: the key does not exist.
type Compare struct {
	Key      string
	Revision int64
}

// Op is one write of a Txn; see Put, PutLeased and Delete.
type Op struct {
	key    string
	value  []byte
	lease  LeaseID
	remove bool
}

// Put writes value at key. The value belongs to the store until Commit returns.
func Put(key string, value []byte) Op { return Op{key: key, value: value} }

// PutLeased writes value at key, and the key goes when the lease does.
func PutLeased(key string, value []byte, lease LeaseID) Op {
	return Op{key: key, value: value, lease: lease}
}

// Delete removes key; it is no error if there is none.
func Delete(key string) Op { return Op{key: key, remove: true} }

// Key is the key that the operation writes.
func (o Op) Key() string { return o.key }

// Txn is one transition: if every compare holds, all ops are applied in one revision; otherwise none.
type Txn struct {
	Compares []Compare
	Ops      []Op
}

// KV is one key as it is. Revision is the revision of its last write; 0: there is no such key.
type KV struct {
	Key      string
	Value    []byte
	Revision int64
}

// Result is the answer to a Txn.
type Result struct {
	// Committed: the compares held and the ops are durable.
	Committed bool
	// Revision is where the ops were applied, or, if not committed, the revision that Current shows.
	Revision int64
	// Current holds the compared keys as they are, in the order of Txn.Compares, if not committed.
	Current []KV
}
