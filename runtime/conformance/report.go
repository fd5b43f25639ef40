package conformance

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// Outcome is what became of a case.
type Outcome string

// The outcomes.
const (
	Passed  Outcome = "passed"
	Failed  Outcome = "failed"
	Skipped Outcome = "skipped"
)

// Result is what became of one case.
type Result struct {
	Rule string `json:"rule"`
	// Text is the rule itself.
	Text   string  `json:"text"`
	Case   string  `json:"case"`
	Result Outcome `json:"result"`
	// Duration is how long it took: most of it is waiting for clocks.
	Duration time.Duration `json:"-"`
	Seconds  float64       `json:"seconds"`
	// Detail says what was wrong, or why it was skipped.
	Detail string `json:"detail,omitempty"`
}

// Report is what a run comes to.
type Report struct {
	URLs      []string  `json:"urls"`
	Version   string    `json:"version,omitempty"`
	StartedAt time.Time `json:"startedAt"`
	Seconds   float64   `json:"seconds"`
	Passed    int       `json:"passed"`
	Failed    int       `json:"failed"`
	Skipped   int       `json:"skipped"`
	Results   []Result  `json:"results"`
}

func (r *Report) finish() {
	r.Seconds = time.Since(r.StartedAt).Round(time.Millisecond).Seconds()
	for i := range r.Results {
		one := &r.Results[i]
		one.Seconds = one.Duration.Round(time.Millisecond).Seconds()
		switch one.Result {
		case Passed:
			r.Passed++
		case Failed:
			r.Failed++
		case Skipped:
			r.Skipped++
		}
	}
}

// Broken are the rules that were not kept.
func (r *Report) Broken() (rules []string) {
	for _, one := range r.Results {
		if one.Result == Failed && (len(rules) == 0 || rules[len(rules)-1] != one.Rule) {
			rules = append(rules, one.Rule)
		}
	}
	return rules
}

// Table writes the report for people.
func (r *Report) Table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "RULE\tCASE\tRESULT\tSECONDS\tWHAT WAS WRONG")
	for _, one := range r.Results {
		fmt.Fprintf(t, "%s\t%s\t%s\t%.1f\t%s\n", one.Rule, one.Case, one.Result, one.Seconds, one.Detail)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%d passed, %d failed, %d skipped, in %.0f s\n", r.Passed, r.Failed, r.Skipped, r.Seconds)
	return err
}

// JSON writes the report for programs.
func (r *Report) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
