package view

// index finds entries by what one request can have several of, or none: members,
// parties of offers.
type index[K comparable] map[K]map[string]*Entry

func (x index[K]) add(key K, e *Entry) {
	if x[key] == nil {
		x[key] = map[string]*Entry{}
	}
	x[key][e.Doc.ID] = e
}

func (x index[K]) drop(key K, e *Entry) {
	delete(x[key], e.Doc.ID)
	if len(x[key]) == 0 {
		delete(x, key)
	}
}
