package routing

import (
	"slices"
	"time"

	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/program"
	"github.com/pullmode/operator/runtime/snapshot"
)

// refusedAgainAfter is when a form that was refused is offered again although
// neither it nor the runtime's version has changed: the runtime can be another
// build of the same version. Asking costs one request that is refused from memory
// and one more compile, and no write of a status.
const refusedAgainAfter = 10 * time.Minute

// refusals are the forms that the runtime did not take. Forgetting them costs one
// more attempt that is refused.
type refusals struct {
	forms compile.Refused
	// versions are those of the replicas when the first of the forms was refused, at since.
	versions []string
	since    time.Time
}

// outdated tells whether the runtime may think otherwise by now. While nobody
// answers, nothing is known of that.
func (r *refusals) outdated(versions []string, now time.Time) bool {
	return len(r.forms) > 0 && (now.Sub(r.since) >= refusedAgainAfter || len(versions) > 0 && !slices.Equal(versions, r.versions))
}

// keep forgets the forms that are not an object's present one any more.
func (r *refusals) keep(verdicts []compile.Verdict) {
	present := compile.Refused{}
	for i := range verdicts {
		if v := &verdicts[i]; v.Refused != "" {
			present[v.Form()] = v.Refused
		}
	}
	r.forms = present
}

// learn takes in which forms a refusal names, out of a snapshot with these
// verdicts. It tells whether there is one to go on without: not where the refusal
// names the RoutingRuntime, or what is not in its present form already. As every
// form is learned once, attempts come to an end.
func (r *refusals) learn(refusal *snapshot.Refusal, verdicts []compile.Verdict, versions []string, now time.Time) bool {
	said := map[[2]string]string{}
	for _, p := range refusal.Problems {
		key := [2]string{p.Kind, p.Name}
		if said[key] != "" {
			p.Message = said[key] + "; " + p.Message
		}
		said[key] = p.Message
	}
	learned := false
	for i := range verdicts {
		v := &verdicts[i]
		message := said[[2]string{v.Kind, v.Name}]
		if message == "" || v.Kind == snapshot.KindRuntime || v.ServedGeneration != v.Generation || v.Refused != "" {
			continue
		}
		if len(r.forms) == 0 {
			r.forms, r.versions, r.since = compile.Refused{}, versions, now
		}
		r.forms[v.Form()] = message
		learned = true
	}
	return learned
}

// versions are those that a runtime's replicas report, each once.
func versions(readings []program.Reading) []string {
	var all []string
	for _, r := range readings {
		if r.Report != nil {
			all = append(all, r.Report.Version)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
