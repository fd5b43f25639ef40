package snapshot

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// DecodeUpdate reads what an operator puts. What version, this runtime's, does not
// know is not served, and must not go unnoticed: the problems name every such field
// and the object that has it, so that an operator of a later version can leave out
// that object alone. An error says that there is no Update to be read at all.
func DecodeUpdate(b []byte, version string) (Update, []Problem, error) {
	var u Update
	if err := json.Unmarshal(b, &u); err != nil {
		return Update{}, nil, err
	}
	s := strangers{version: version, object: Problem{Kind: KindRuntime, Name: u.Snapshot.Runtime.Name}}
	s.fields(reflect.TypeFor[Update](), b, "")
	return u, s.problems, nil
}

// kinds are the parts of a snapshot that are compiled from an object each; all else
// is of the RoutingRuntime.
var kinds = map[string]string{
	"snapshot.mediaRoutingDomains": KindMediaRoutingDomain, "snapshot.lists": KindList,
	"snapshot.channels": KindChannel, "snapshot.subscriptions": KindSubscription,
}

// strangers collects the fields that are not known.
type strangers struct {
	version string
	// object is whose fields are looked at.
	object   Problem
	problems []Problem
}

// value looks at what was decoded as a type already, so that it fits.
func (s *strangers) value(t reflect.Type, raw json.RawMessage, path string) {
	if reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		s.value(t.Elem(), raw, path)
	case reflect.Struct:
		s.fields(t, raw, path+".")
	case reflect.Slice:
		s.elements(t.Elem(), raw, path)
	}
}

func (s *strangers) elements(t reflect.Type, raw json.RawMessage, path string) {
	var elements []json.RawMessage
	_ = json.Unmarshal(raw, &elements)
	whole := s.object
	for _, element := range elements {
		if kind, ok := kinds[path]; ok {
			var named struct{ Name string }
			_ = json.Unmarshal(element, &named)
			s.object = Problem{Kind: kind, Name: named.Name}
		}
		s.value(t, element, path+"[]")
	}
	s.object = whole
}

func (s *strangers) fields(t reflect.Type, raw json.RawMessage, prefix string) {
	var values map[string]json.RawMessage
	_ = json.Unmarshal(raw, &values)
	known := fieldsOf(t)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if field, ok := known[name]; ok {
			s.value(field, values[name], prefix+name)
			continue
		}
		p := s.object
		p.Message = fmt.Sprintf("the runtime does not know the field %s: it is version %s; use a newer image, or leave the field out",
			strings.TrimPrefix(prefix+name, "snapshot."), s.version)
		s.problems = append(s.problems, p)
	}
}

// fieldsOf are the types of a struct's fields, by their names in JSON.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			fields[name] = f.Type
		}
	}
	return fields
}
