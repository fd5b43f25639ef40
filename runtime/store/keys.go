package store

import clientv3 "go.etcd.io/etcd/client/v3"

// embeddedRoot is what every key begins with in the embedded engine; it is in the data of every volume that there is.
const embeddedRoot root = "pullmode/"

// root is what every key begins with in the engine, so that ours can be told from others; no key seen outside of this
// package has it.
type root string

func (r root) engineKey(key string) []byte {
	b := make([]byte, 0, len(r)+len(key))
	return append(append(b, r...), key...)
}

func (r root) storeKey(key []byte) string { return string(key[len(r):]) }

// end is the end of the range of all keys with the prefix.
func (r root) end(prefix string) []byte {
	return []byte(clientv3.GetPrefixRangeEnd(string(r) + prefix))
}
