package store

// root is what every key begins with in the engine, so that ours can be told from others;
// no key seen outside of this package has it.
const root = "pullmode/"

func engineKey(key string) []byte {
	b := make([]byte, 0, len(root)+len(key))
	return append(append(b, root...), key...)
}

func storeKey(key []byte) string { return string(key[len(root):]) }
