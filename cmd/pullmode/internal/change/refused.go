package change

import (
	"cmp"
	"slices"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/folder"
	"github.com/pullmode/operator/runtime/snapshot"
)

// refused collects what of the folder would not be taken or served as it is, and what
// of the namespace the change spoils, and beside them what gets a warning that it has
// not had. What is wrong already, and not the folder's, is
// the status' to tell.
func (r *Report) refused(f *folder.Folder, was, will []compile.Verdict) {
	for _, p := range f.Problems {
		message := p.Message
		if p.Field != "" {
			message = p.Field + ": " + message
		}
		r.Refused = append(r.Refused, Refused{Kind: p.Kind, Name: p.Name, Place: p.Place.String(), Reason: v1alpha1.ReasonInvalid, Message: message})
	}
	for _, v := range will {
		if v.Kind == snapshot.KindRuntime && v.Name == nobody {
			continue
		}
		place, ofFolder := f.Find(v.Kind, v.Name)
		i := slices.IndexFunc(was, func(before compile.Verdict) bool { return before.Kind == v.Kind && before.Name == v.Name })
		for j, finding := range []compile.Finding{v.Accepted, v.ResolvedRefs} {
			before := compile.Finding{}
			if i >= 0 {
				before = []compile.Finding{was[i].Accepted, was[i].ResolvedRefs}[j]
			}
			plain := finding.Reason == v1alpha1.ReasonAccepted || finding.Reason == v1alpha1.ReasonResolvedRefs
			if plain || finding == before && (finding.OK || !ofFolder) {
				continue
			}
			one := Refused{Kind: v.Kind, Name: v.Name, Reason: finding.Reason, Message: finding.Message}
			if ofFolder {
				one.Place = place.String()
			}
			if finding.OK {
				r.Remarks = append(r.Remarks, one)
			} else {
				r.Refused = append(r.Refused, one)
			}
		}
	}
	for _, all := range [][]Refused{r.Refused, r.Remarks} {
		slices.SortStableFunc(all, func(a, b Refused) int {
			return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
		})
	}
}
