package compile

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Form is one generation of one object.
type Form struct {
	// Kind is the object's, as package snapshot spells it.
	Kind       string
	Name       string
	UID        types.UID
	Generation int64
}

// Refused has the forms that the runtime did not take, with its own words. They
// are served no more than a form that is not accepted: the last one that the
// runtime took stays (L9), and all other objects go on without it.
//
// A RoutingRuntime among them is passed over, because its form is the whole
// snapshot's: what refuses that refuses everything.
type Refused map[Form]string

func (r Refused) has(kind string, o metav1.Object) bool {
	_, ok := r[Form{kind, o.GetName(), o.GetUID(), o.GetGeneration()}]
	return ok
}

// note writes on every verdict what the runtime had to say of that form.
func (r Refused) note(verdicts []Verdict) {
	if len(r) == 0 {
		return
	}
	for i := range verdicts {
		v := &verdicts[i]
		v.Refused = r[v.Form()]
	}
}

// Form is what was judged.
func (v *Verdict) Form() Form { return Form{v.Kind, v.Name, v.UID, v.Generation} }
