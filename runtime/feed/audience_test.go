package feed

import (
	"testing"

	"github.com/pullmode/operator/runtime/snapshot"
)

func TestAudience(t *testing.T) {
	for name, tc := range map[string]struct {
		audience   Audience
		subscribed bool
		role       snapshot.Role
		want       bool
	}{
		"N1 subscribed":             {Audience{List: "l1"}, true, snapshot.Representative, true},
		"N1 an Admin too":           {Audience{List: "l1"}, true, snapshot.Admin, true},
		"N1 not subscribed":         {Audience{List: "l1"}, false, snapshot.Admin, false},
		"N12 of the role":           {Audience{List: "l1", Role: snapshot.Admin}, true, snapshot.Admin, true},
		"N12 of the other role":     {Audience{List: "l1", Role: snapshot.Admin}, true, snapshot.Representative, false},
		"N12 excepted":              {Audience{List: "l1", Role: snapshot.Representative, Except: []string{"alice"}}, true, snapshot.Representative, false},
		"N3 by name":                {Audience{List: "l1", Role: snapshot.Admin, Agents: []string{"alice"}}, false, "", true},
		"by name, though excepted":  {Audience{List: "l2", Except: []string{"alice"}, Agents: []string{"alice"}}, true, snapshot.Admin, true},
		"of no list, and not named": {Audience{Agents: []string{"bob"}}, true, snapshot.Representative, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tc.audience.Has("alice", tc.subscribed, tc.role); got != tc.want {
				t.Errorf("alice is in it: %t", got)
			}
		})
	}
}
