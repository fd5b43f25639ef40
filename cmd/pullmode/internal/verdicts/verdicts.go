// Package verdicts shows what the compiler says of the objects of a folder.
package verdicts

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/compile"
)

// Verdict is what is said of one object, in the words of its conditions.
type Verdict struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Place is the file and the line that the object begins in.
	Place        string  `json:"place,omitempty"`
	Accepted     Finding `json:"accepted"`
	ResolvedRefs Finding `json:"resolvedRefs"`
}

// Finding is a condition as the operator would write it.
type Finding struct {
	Status  Status                   `json:"status"`
	Reason  v1alpha1.ConditionReason `json:"reason"`
	Message string                   `json:"message"`
}

// Status is a condition's.
type Status string

// The statuses of a condition.
const (
	True    Status = "True"
	False   Status = "False"
	Unknown Status = "Unknown"
)

// of shows the compiler's verdict on an object.
func of(v compile.Verdict) Verdict {
	return Verdict{Kind: v.Kind, Name: v.Name, Accepted: finding(v.Accepted), ResolvedRefs: finding(v.ResolvedRefs)}
}

func finding(f compile.Finding) Finding {
	status := False
	if f.OK {
		status = True
	}
	return Finding{Status: status, Reason: f.Reason, Message: f.Message}
}

// invalid is the verdict on an object that the API server would not take: the
// compiler never sees it.
func invalid(kind, name, message string) Verdict {
	return Verdict{
		Kind: kind, Name: name,
		Accepted:     Finding{Status: False, Reason: v1alpha1.ReasonInvalid, Message: message},
		ResolvedRefs: Finding{Status: Unknown, Reason: v1alpha1.ReasonPending, Message: "The object has to be valid first."},
	}
}

// Good says that nothing keeps the object from being served as it is.
func (v Verdict) Good() bool { return v.Accepted.Status == True && v.ResolvedRefs.Status == True }

// Warns says that the object is served, and that there is something to remark.
func (v Verdict) Warns() bool { return v.Good() && len(v.remarks()) > 0 }

// remarks are the messages worth reading: those of findings that are not as they
// should be.
func (v Verdict) remarks() []string {
	var remarks []string
	for _, f := range []Finding{v.Accepted, v.ResolvedRefs} {
		plain := f.Reason == v1alpha1.ReasonAccepted || f.Reason == v1alpha1.ReasonResolvedRefs
		if f.Status == Unknown || f.Status == True && plain {
			continue
		}
		remarks = append(remarks, fmt.Sprintf("%s: %s", f.Reason, f.Message))
	}
	return remarks
}

// sort orders verdicts by kind and name.
func sort(verdicts []Verdict) {
	slices.SortStableFunc(verdicts, func(a, b Verdict) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
}

// table writes a row for each verdict, and a further one for each further message.
func table(w io.Writer, verdicts []Verdict) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "KIND\tNAME\tACCEPTED\tREFS\tMESSAGE")
	for _, v := range verdicts {
		var lines []string
		for _, remark := range v.remarks() {
			lines = append(lines, strings.Split(remark, "\n")...)
		}
		if v.Place != "" && !v.Good() {
			lines = append(lines, "in "+v.Place)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s", v.Kind, v.Name, v.Accepted.Status, v.ResolvedRefs.Status)
		for i, line := range lines {
			if i > 0 {
				fmt.Fprint(t, "\n\t\t\t")
			}
			fmt.Fprint(t, "\t", line)
		}
		fmt.Fprintln(t)
	}
	return t.Flush()
}
