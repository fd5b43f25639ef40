package routing

import (
	"cmp"
	"context"
	"errors"
	"time"

	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/meter"
	"github.com/pullmode/operator/controllers/notice"
	"github.com/pullmode/operator/controllers/program"
	"github.com/pullmode/operator/controllers/status"
	"github.com/pullmode/operator/runtime/snapshot"
)

// Reconcile makes what is declared in a namespace what its runtime serves, as
// far as both allow, and reports what is served.
func (r *Reconciler) Reconcile(ctx context.Context, ns Namespace) (ctrl.Result, error) {
	objects, err := r.objects(ctx, ns)
	if err != nil {
		return ctrl.Result{}, err
	}
	rt := compile.Elected(objects.Runtimes)
	if rt == nil {
		r.Clients.Keep(string(ns), "")
		r.memories.forget(ns)
		meter.Forget(string(ns))
		if empty(objects) {
			return ctrl.Result{}, nil
		}
		again, err := r.Status.Write(ctx, objects, compile.Compile(objects).Verdicts, status.Facts{})
		return ctrl.Result{RequeueAfter: again}, err
	}
	r.Clients.Keep(string(ns), rt.Name)
	m := r.memories.get(ns)
	found, err := r.ask(ctx, rt, m)
	if err != nil {
		return ctrl.Result{}, err
	}
	if found.newlySilent {
		return ctrl.Result{RequeueAfter: secondLook}, nil
	}
	objects.Previous, objects.Open = m.snapshot, found.open()
	result, facts, problem := r.serve(ctx, objects, status.Facts{Runtime: rt, Readings: found.readings}, found, m)
	switch {
	case conflict(problem):
		return ctrl.Result{}, problem // compiled from what is not served any more: nothing to report
	case errors.Is(problem, errOverruled):
		return ctrl.Result{RequeueAfter: r.DriftInterval}, nil
	}
	again, err := r.Status.Write(ctx, objects, result.Verdicts, facts)
	if err := errors.Join(err, problem); err != nil {
		return ctrl.Result{}, err
	}
	next := min(r.DriftInterval, cmp.Or(again, r.DriftInterval))
	if underWay(facts) {
		next = min(next, m.hurry(r.DriftInterval))
	} else {
		m.hurried = 0
	}
	return ctrl.Result{RequeueAfter: next}, nil
}

// serve compiles and programs, and again without the forms that the runtime
// refuses: what is wrong with one object holds up no other one (L9).
func (r *Reconciler) serve(ctx context.Context, objects compile.Input, known status.Facts, found replicas, m *memory) (compile.Result, status.Facts, error) {
	now, versions := r.Now(), versions(found.readings)
	if m.refusals.outdated(versions, now) {
		m.refusals = refusals{}
	}
	for {
		objects.Refused = m.refusals.forms
		begun := time.Now()
		result := compile.Compile(objects)
		meter.Compiled(time.Since(begun))
		m.refusals.keep(result.Verdicts)
		facts := known
		problem := r.program(ctx, &facts, found, result.Snapshot, m)
		facts.Served = m.snapshot
		if facts.Refusal == nil || !m.refusals.learn(facts.Refusal, result.Verdicts, versions, now) {
			return result, facts, problem
		}
	}
}

// errOverruled says that another operator programs this runtime, with another
// opinion of what is declared, and that this one lets it.
var errOverruled = errors.New("another operator programs this runtime otherwise")

// program hands the snapshot over if something else is served, and adds what
// comes of it to the facts. A refusal is a fact and no error.
func (r *Reconciler) program(ctx context.Context, facts *status.Facts, found replicas, wanted *snapshot.Snapshot, m *memory) error {
	if wanted == nil {
		return nil
	}
	encoded, err := wanted.Encode()
	if err != nil {
		return err
	}
	facts.Digest = snapshot.Digest(encoded)
	// Only where a replica told what is served may the runtime be programmed: compiled
	// from anything else, a snapshot would drop last accepted forms and lists that drain.
	newest := program.Newest(found.readings)
	if newest == nil || newest.Report.Digest == facts.Digest && !m.partly {
		return nil
	}
	log := ctrl.LoggerFrom(ctx).WithValues("digest", facts.Digest, "bytes", len(encoded))
	if overruled, news := m.rivalry.overruled(newest.Report, facts.Digest, r.Now()); overruled {
		if news {
			log.Info("another operator programs this runtime otherwise, and this one lets it", "served", newest.Report.Digest)
			notice.OtherOperator(r.Status.Events, facts.Runtime)
		}
		return errOverruled
	}
	facts.Readings, err = found.client.Program(ctx, found.readings, encoded, facts.Digest)
	meter.Attempted(facts.Runtime.Namespace, outcome(err))
	var refusal *program.Refusal
	switch {
	case err == nil:
		m.snapshot, m.digest, m.partly = wanted, facts.Digest, false
		m.rivalry.won(facts.Digest, newest.Report.Epoch, newest.Report.Sequence+1)
		log.Info("programmed", "sequence", program.Sequence(facts.Readings))
		return nil
	case conflict(err):
		return err
	case errors.As(err, &refusal) && refusal.Reason == snapshot.Rejected:
		log.Info("the runtime refused the snapshot", "problems", refusal.Problems)
		facts.Refusal = &refusal.Refusal
		return nil
	default:
		facts.Failure = err
		return err
	}
}

// conflict tells whether somebody else programmed in between.
func conflict(err error) bool {
	var refusal *program.Refusal
	return errors.As(err, &refusal) && refusal.Reason == snapshot.SequenceConflict
}

// outcome is what the metrics say of an attempt to program.
func outcome(err error) meter.Outcome {
	var refusal *program.Refusal
	switch {
	case err == nil:
		return meter.Programmed
	case conflict(err):
		return meter.Conflict
	case errors.As(err, &refusal):
		return meter.Rejected
	default:
		return meter.Failed
	}
}

// underWay tells whether a replica is about to change what it says without an
// event to tell of it: one that starts does not answer yet, one that was just
// programmed may not have adopted the snapshot.
func underWay(facts status.Facts) bool {
	for _, r := range facts.Readings {
		if r.Report == nil || facts.Refusal == nil && facts.Digest != "" && !r.Serves(facts.Digest) {
			return true
		}
	}
	return false
}
