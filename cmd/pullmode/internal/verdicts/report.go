package verdicts

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/folder"
)

// Report is everything that there is to say of a folder.
type Report struct {
	Namespace string    `json:"namespace"`
	Verdicts  []Verdict `json:"verdicts"`
	// Problems are of files, and of what no verdict is on.
	Problems []string `json:"problems,omitempty"`
	// Notes say what was left out, and why.
	Notes []string `json:"notes,omitempty"`
}

// Of joins what the reader says of a folder with what the compiler says of its
// objects.
func Of(f *folder.Folder, compiled []compile.Verdict) Report {
	r := Report{Namespace: f.Namespace, Verdicts: []Verdict{}}
	refused := map[[2]string][]string{}
	places := map[[2]string]folder.Place{}
	for _, p := range f.Problems {
		id := [2]string{p.Kind, p.Name}
		used, known := f.Find(p.Kind, p.Name)
		if p.Kind == "" || p.Name == "" || known && used.File != p.File {
			r.Problems = append(r.Problems, p.String())
			continue
		}
		message := p.Message
		if p.Field != "" {
			message = p.Field + ": " + message
		}
		if _, more := places[id]; !more {
			places[id] = p.Place
		}
		refused[id] = append(refused[id], message)
	}
	for _, v := range compiled {
		id := [2]string{v.Kind, v.Name}
		if refused[id] != nil {
			refused[id] = append(refused[id], "It stays as it was read before, until it is corrected.")
			continue
		}
		one := of(v)
		if place, ok := f.Find(v.Kind, v.Name); ok {
			one.Place = place.String()
		}
		r.Verdicts = append(r.Verdicts, one)
	}
	for id, messages := range refused {
		one := invalid(id[0], id[1], strings.Join(messages, "\n"))
		one.Place = places[id].String()
		r.Verdicts = append(r.Verdicts, one)
	}
	sort(r.Verdicts)
	for _, n := range f.Notes {
		r.Notes = append(r.Notes, n.String())
	}
	return r
}

// Count says how much is wrong, and how much only deserves a look.
func (r Report) Count() (bad, warnings int) {
	for _, v := range r.Verdicts {
		switch {
		case !v.Good():
			bad++
		case v.Warns():
			warnings++
		}
	}
	return bad + len(r.Problems), warnings
}

// Empty says that the folder has nothing of this product.
func (r Report) Empty() bool { return len(r.Verdicts) == 0 && len(r.Problems) == 0 }

// Has says whether there is an object of the kind, whatever is said of it.
func (r Report) Has(kind string) bool {
	return slices.ContainsFunc(r.Verdicts, func(v Verdict) bool { return v.Kind == kind })
}

// Equal says that two reports say the same.
func (r Report) Equal(other Report) bool {
	return slices.Equal(r.Verdicts, other.Verdicts) && slices.Equal(r.Problems, other.Problems)
}

// Write shows a person the table, the problems beside it and a summary.
func (r Report) Write(w io.Writer) error {
	if err := table(w, r.Verdicts); err != nil {
		return err
	}
	if len(r.Problems) > 0 {
		fmt.Fprintln(w)
	}
	for _, p := range r.Problems {
		fmt.Fprintln(w, p)
	}
	bad, warnings := r.Count()
	summary := fmt.Sprintf("\n%s of namespace %s", Counted(len(r.Verdicts), "object"), r.Namespace)
	if bad == 0 {
		summary += ", all accepted and resolved"
	} else {
		summary += ", " + Counted(bad, "problem")
	}
	if warnings > 0 {
		summary += ", " + Counted(warnings, "warning")
	}
	_, err := fmt.Fprintln(w, summary+".")
	return err
}

// Counted is a number and what it is of, in the plural where it is not one.
func Counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
