package status

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/program"
	"github.com/pullmode/operator/runtime/snapshot"
)

const (
	wantedDigest = "new"
	oldDigest    = "old"
)

// channel is the verdict on the Channel c in generation 2.
func channel(served int64) compile.Verdict {
	return compile.Verdict{
		Kind: snapshot.KindChannel, Name: "c", UID: "u", Generation: 2, ServedGeneration: served,
		Accepted:     compile.Finding{OK: true, Reason: v1alpha1.ReasonAccepted},
		ResolvedRefs: compile.Finding{OK: true, Reason: v1alpha1.ReasonResolvedRefs},
	}
}

func refused(v compile.Verdict) compile.Verdict {
	v.Accepted = compile.Finding{Reason: v1alpha1.ReasonConflict, Message: "taken"}
	return v
}

// unserved is of a form that the runtime does not take.
func unserved(v compile.Verdict) compile.Verdict {
	v.Refused = "no good"
	return v
}

func main1() *v1alpha1.RoutingRuntime {
	rt := &v1alpha1.RoutingRuntime{}
	rt.Name, rt.UID, rt.Generation = "main", "rt", 1
	rt.Spec.Replicas = ptr.To[int32](1)
	rt.Status.ProgrammedGeneration = 1
	return rt
}

// fresh is a RoutingRuntime that has never served anything.
func fresh() *v1alpha1.RoutingRuntime {
	rt := main1()
	rt.Status.ProgrammedGeneration = 0
	return rt
}

func stopped() *v1alpha1.RoutingRuntime {
	rt := main1()
	rt.Spec.Replicas = ptr.To[int32](0)
	return rt
}

// serves is a replica that reports the Channel in a generation.
func serves(replica string, ready bool, digest string, generation int64) program.Reading {
	report := &snapshot.Report{Replica: replica, Sequence: 7, Digest: digest, Objects: []snapshot.Object{
		{Kind: snapshot.KindRuntime, Source: snapshot.Source{Name: "main", UID: "rt", Generation: 1}},
	}}
	if generation > 0 {
		report.Objects = append(report.Objects, snapshot.Object{
			Kind: snapshot.KindChannel, Source: snapshot.Source{Name: "c", UID: "u", Generation: generation},
		})
	}
	return program.Reading{Target: program.Target{Name: replica, Ready: ready}, Report: report}
}

func silent(replica string, ready bool) program.Reading {
	return program.Reading{Target: program.Target{Name: replica, Ready: ready}, Err: context.DeadlineExceeded}
}

func rejected(kind, name string) *snapshot.Refusal {
	return &snapshot.Refusal{Reason: snapshot.Rejected, Problems: []snapshot.Problem{{Kind: kind, Name: name, Message: "no good"}}}
}

func TestProgrammed(t *testing.T) {
	type want struct {
		status     metav1.ConditionStatus
		reason     v1alpha1.ConditionReason
		generation int64
	}
	for name, tc := range map[string]struct {
		verdict compile.Verdict
		facts   Facts
		known   int64 // programmedGeneration so far
		want    want
	}{
		"every ready replica serves it": {
			channel(2), Facts{Runtime: main1(), Digest: wantedDigest, Readings: []program.Reading{
				serves("main-0", true, wantedDigest, 2), serves("main-1", true, wantedDigest, 2)}}, 0,
			want{metav1.ConditionTrue, v1alpha1.ReasonProgrammed, 2},
		},
		"one ready replica serves an older generation": {
			channel(2), Facts{Runtime: main1(), Digest: wantedDigest, Readings: []program.Reading{
				serves("main-0", true, wantedDigest, 2), serves("main-1", true, oldDigest, 1)}}, 1,
			want{metav1.ConditionFalse, v1alpha1.ReasonPending, 1},
		},
		"one ready replica does not have it": {
			channel(2), Facts{Runtime: main1(), Digest: wantedDigest, Readings: []program.Reading{
				serves("main-0", true, wantedDigest, 2), serves("main-1", true, oldDigest, 0)}}, 0,
			want{metav1.ConditionFalse, v1alpha1.ReasonPending, 0},
		},
		"what a replica that is not ready serves does not count": {
			channel(2), Facts{Runtime: main1(), Digest: wantedDigest, Readings: []program.Reading{
				serves("main-0", true, wantedDigest, 2), serves("main-1", false, "", 0)}}, 0,
			want{metav1.ConditionTrue, v1alpha1.ReasonProgrammed, 2},
		},
		"another object had this name": {
			func() compile.Verdict { v := channel(2); v.UID = "newer"; return v }(),
			Facts{Runtime: main1(), Digest: wantedDigest, Readings: []program.Reading{serves("main-0", true, oldDigest, 2)}}, 0,
			want{metav1.ConditionFalse, v1alpha1.ReasonPending, 0},
		},
		"programming failed": {
			channel(2), Facts{Runtime: main1(), Digest: wantedDigest, Failure: errors.New("the volume is full"), Readings: []program.Reading{
				serves("main-0", true, oldDigest, 1)}}, 1,
			want{metav1.ConditionFalse, v1alpha1.ReasonPending, 1},
		},
		"the runtime refused it": {
			channel(2), Facts{Runtime: main1(), Digest: wantedDigest, Refusal: rejected(snapshot.KindChannel, "c"), Readings: []program.Reading{
				serves("main-0", true, oldDigest, 1)}}, 1,
			want{metav1.ConditionFalse, v1alpha1.ReasonRejected, 1},
		},
		"the runtime refused its form, and the snapshot goes with the last one": {
			unserved(channel(1)), Facts{Runtime: main1(), Digest: wantedDigest, Readings: []program.Reading{
				serves("main-0", true, wantedDigest, 1)}}, 1,
			want{metav1.ConditionFalse, v1alpha1.ReasonRejected, 1},
		},
		"the runtime refused its form, and the snapshot goes without it": {
			unserved(channel(0)), Facts{Runtime: main1(), Digest: wantedDigest, Readings: []program.Reading{
				serves("main-0", true, wantedDigest, 0)}}, 0,
			want{metav1.ConditionFalse, v1alpha1.ReasonRejected, 0},
		},
		"the runtime refused its form, and restarts": {
			unserved(channel(1)), Facts{Runtime: main1(), Digest: wantedDigest, Readings: []program.Reading{silent("main-0", false)}}, 1,
			want{metav1.ConditionFalse, v1alpha1.ReasonRejected, 1},
		},
		"the runtime refused another object, this one waits": {
			channel(2), Facts{Runtime: main1(), Digest: wantedDigest, Refusal: rejected(snapshot.KindList, "l"), Readings: []program.Reading{
				serves("main-0", true, oldDigest, 1)}}, 1,
			want{metav1.ConditionFalse, v1alpha1.ReasonPending, 1},
		},
		"the runtime refused another object, this one is served": {
			channel(2), Facts{Runtime: main1(), Digest: wantedDigest, Refusal: rejected(snapshot.KindList, "l"), Readings: []program.Reading{
				serves("main-0", true, oldDigest, 2)}}, 2,
			want{metav1.ConditionTrue, v1alpha1.ReasonProgrammed, 2},
		},
		"a ready replica does not answer": {
			channel(2), Facts{Runtime: main1(), Digest: wantedDigest, Readings: []program.Reading{
				serves("main-0", true, wantedDigest, 2), silent("main-1", true)}}, 2,
			want{metav1.ConditionUnknown, v1alpha1.ReasonRuntimeUnreachable, 2},
		},
		"a replica that is not ready does not answer": {
			channel(2), Facts{Runtime: main1(), Digest: wantedDigest, Readings: []program.Reading{
				serves("main-0", true, wantedDigest, 2), silent("main-1", false)}}, 2,
			want{metav1.ConditionTrue, v1alpha1.ReasonProgrammed, 2},
		},
		"no flapping while the pod restarts": {
			channel(2), Facts{Runtime: main1(), Digest: wantedDigest, Readings: []program.Reading{silent("main-0", false)}}, 2,
			want{metav1.ConditionTrue, v1alpha1.ReasonProgrammed, 2},
		},
		"nor while there is no pod": {
			channel(2), Facts{Runtime: main1(), Digest: wantedDigest}, 2,
			want{metav1.ConditionTrue, v1alpha1.ReasonProgrammed, 2},
		},
		"changed while there is no pod": {
			channel(2), Facts{Runtime: main1(), Digest: wantedDigest}, 1,
			want{metav1.ConditionFalse, v1alpha1.ReasonNoRuntime, 1},
		},
		"programmed, and not ready yet": {
			channel(2), Facts{Runtime: main1(), Digest: wantedDigest, Readings: []program.Reading{serves("main-0", false, wantedDigest, 2)}}, 0,
			want{metav1.ConditionFalse, v1alpha1.ReasonNoRuntime, 0},
		},
		"served by a RoutingRuntime before this one": {
			channel(2), Facts{Runtime: fresh(), Digest: wantedDigest}, 2,
			want{metav1.ConditionFalse, v1alpha1.ReasonNoRuntime, 0},
		},
		"served by a RoutingRuntime before this one, which does not answer": {
			channel(2), Facts{Runtime: fresh(), Digest: wantedDigest, Readings: []program.Reading{silent("main-0", true)}}, 2,
			want{metav1.ConditionUnknown, v1alpha1.ReasonRuntimeUnreachable, 0},
		},
		"no RoutingRuntime": {
			channel(0), Facts{}, 2,
			want{metav1.ConditionFalse, v1alpha1.ReasonNoRuntime, 0},
		},
		"a RoutingRuntime that was never accepted": {
			channel(0), Facts{Runtime: fresh()}, 0,
			want{metav1.ConditionFalse, v1alpha1.ReasonNoRuntime, 0},
		},
		"a RoutingRuntime that was never accepted, over a volume that serves it": {
			channel(0), Facts{Runtime: fresh(), Readings: []program.Reading{serves("main-0", true, oldDigest, 2)}}, 0,
			want{metav1.ConditionTrue, v1alpha1.ReasonProgrammed, 2},
		},
		"a RoutingRuntime that was never accepted, over a volume that serves another generation": {
			channel(0), Facts{Runtime: fresh(), Readings: []program.Reading{serves("main-0", true, oldDigest, 1)}}, 0,
			want{metav1.ConditionFalse, v1alpha1.ReasonNoRuntime, 1},
		},
		"a RoutingRuntime that is not accepted any more, and what it serves is not known now": {
			channel(0), Facts{Runtime: main1(), Readings: []program.Reading{silent("main-0", false)}}, 2,
			want{metav1.ConditionTrue, v1alpha1.ReasonProgrammed, 2},
		},
		"a RoutingRuntime that is not accepted any more, and does not answer": {
			channel(0), Facts{Runtime: main1(), Readings: []program.Reading{silent("main-0", true)}}, 2,
			want{metav1.ConditionUnknown, v1alpha1.ReasonRuntimeUnreachable, 2},
		},
		"scaled to 0": {
			channel(2), Facts{Runtime: stopped(), Digest: wantedDigest}, 2,
			want{metav1.ConditionFalse, v1alpha1.ReasonNoRuntime, 0},
		},
		"not accepted, an earlier generation is served": {
			refused(channel(1)), Facts{Runtime: main1(), Digest: wantedDigest, Readings: []program.Reading{serves("main-0", true, wantedDigest, 1)}}, 1,
			want{metav1.ConditionFalse, v1alpha1.ReasonNotAccepted, 1},
		},
		"never accepted": {
			refused(channel(0)), Facts{Runtime: main1(), Digest: wantedDigest, Readings: []program.Reading{serves("main-0", true, wantedDigest, 0)}}, 0,
			want{metav1.ConditionFalse, v1alpha1.ReasonNotAccepted, 0},
		},
		"a list is missing, the channel is served without it": {
			func() compile.Verdict {
				v := channel(2)
				v.ResolvedRefs = compile.Finding{Reason: v1alpha1.ReasonListNotFound}
				return v
			}(),
			Facts{Runtime: main1(), Digest: wantedDigest, Readings: []program.Reading{serves("main-0", true, wantedDigest, 2)}}, 0,
			want{metav1.ConditionTrue, v1alpha1.ReasonProgrammed, 2},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, generation := look(tc.facts).programmed(tc.verdict, v1alpha1.ObjectStatus{ProgrammedGeneration: tc.known})
			if diff := cmp.Diff(tc.want, want{got.status, got.reason, generation}, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("programmed (-want +got):\n%s\n%s", diff, got.message)
			}
			if got.message == "" {
				t.Error("there is no message")
			}
		})
	}
}

func TestProgrammedOfARoutingRuntime(t *testing.T) {
	verdict := compile.Verdict{
		Kind: snapshot.KindRuntime, Name: "main", UID: "rt", Generation: 1, ServedGeneration: 1,
		Accepted:     compile.Finding{OK: true, Reason: v1alpha1.ReasonAccepted},
		ResolvedRefs: compile.Finding{OK: true, Reason: v1alpha1.ReasonResolvedRefs},
	}
	loser := refused(verdict)
	loser.Name, loser.UID = "second", "rt2"
	for name, tc := range map[string]struct {
		verdict           compile.Verdict
		facts             Facts
		programmed, ready v1alpha1.ConditionReason
	}{
		"serves the wanted snapshot": {
			verdict, Facts{Runtime: main1(), Digest: wantedDigest, Readings: []program.Reading{serves("main-0", true, wantedDigest, 2)}},
			v1alpha1.ReasonProgrammed, v1alpha1.ReasonReady,
		},
		"its own generation is served, but an object's change is not": {
			verdict, Facts{Runtime: main1(), Digest: wantedDigest, Readings: []program.Reading{serves("main-0", true, oldDigest, 1)}},
			v1alpha1.ReasonPending, v1alpha1.ReasonPending,
		},
		"the snapshot was refused for another object": {
			verdict, Facts{Runtime: main1(), Digest: wantedDigest, Refusal: rejected(snapshot.KindChannel, "c"), Readings: []program.Reading{serves("main-0", true, oldDigest, 1)}},
			v1alpha1.ReasonRejected, v1alpha1.ReasonRejected,
		},
		"its pod restarts": {
			verdict, Facts{Runtime: main1(), Digest: wantedDigest, Readings: []program.Reading{silent("main-0", false)}},
			v1alpha1.ReasonProgrammed, v1alpha1.ReasonNotReady,
		},
		"not the namespace's": {
			loser, Facts{Runtime: main1(), Digest: wantedDigest, Readings: []program.Reading{serves("main-0", true, wantedDigest, 2)}},
			v1alpha1.ReasonNotAccepted, v1alpha1.ReasonConflict,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := look(tc.facts).runtime(tc.verdict, v1alpha1.RoutingRuntimeStatus{ObjectStatus: v1alpha1.ObjectStatus{ProgrammedGeneration: 1}}, metav1.Now())
			reasons := map[string]string{}
			for _, c := range got.Conditions {
				reasons[c.Type] = c.Reason
			}
			want := map[string]string{
				"Accepted": string(tc.verdict.Accepted.Reason), "ResolvedRefs": string(v1alpha1.ReasonResolvedRefs),
				"Programmed": string(tc.programmed), "Ready": string(tc.ready),
			}
			if diff := cmp.Diff(want, reasons); diff != "" {
				t.Errorf("reasons (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRuntimeStatus(t *testing.T) {
	verdict := compile.Verdict{Kind: snapshot.KindRuntime, Name: "main", UID: "rt", Generation: 1, ServedGeneration: 1}
	reading := serves("main-0", true, wantedDigest, 2)
	reading.Report.Lists = []snapshot.ListOpening{{Name: "l1", Open: 3}, {Name: "l2", Open: 4}}
	known := v1alpha1.RoutingRuntimeStatus{Snapshot: &v1alpha1.SnapshotStatus{Sequence: 6, Digest: oldDigest}, OpenRequests: ptr.To[int64](5)}
	for name, tc := range map[string]struct {
		readings []program.Reading
		want     v1alpha1.RoutingRuntimeStatus
	}{
		"what it reports": {
			[]program.Reading{reading},
			v1alpha1.RoutingRuntimeStatus{
				Snapshot:     &v1alpha1.SnapshotStatus{Sequence: 7, Digest: wantedDigest},
				Replicas:     []v1alpha1.ReplicaStatus{{Name: "main-0", Ready: true, Digest: wantedDigest, Sequence: 7}},
				OpenRequests: ptr.To[int64](7),
			},
		},
		"none is open": {
			[]program.Reading{serves("main-0", true, wantedDigest, 2)},
			v1alpha1.RoutingRuntimeStatus{
				Snapshot:     &v1alpha1.SnapshotStatus{Sequence: 7, Digest: wantedDigest},
				Replicas:     []v1alpha1.ReplicaStatus{{Name: "main-0", Ready: true, Digest: wantedDigest, Sequence: 7}},
				OpenRequests: ptr.To[int64](0),
			},
		},
		"while it is silent, what was known stands": {
			[]program.Reading{silent("main-0", true)},
			v1alpha1.RoutingRuntimeStatus{
				Snapshot:     known.Snapshot,
				Replicas:     []v1alpha1.ReplicaStatus{{Name: "main-0", Ready: true, Message: "Its admin port does not answer in time."}},
				OpenRequests: ptr.To[int64](5),
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := look(Facts{Runtime: main1(), Digest: wantedDigest, Readings: tc.readings}).runtime(verdict, known, metav1.Now())
			got.ObjectStatus = v1alpha1.ObjectStatus{}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("status (-want +got):\n%s", diff)
			}
		})
	}
}

// A status that says it all already gives nothing to write; a condition that
// keeps its status keeps its time.
func TestUpdateOnlyWhatDiffers(t *testing.T) {
	facts := look(Facts{Runtime: main1(), Digest: wantedDigest, Readings: []program.Reading{serves("main-0", true, wantedDigest, 2)}})
	first, later := metav1.NewTime(time.Unix(100, 0)), metav1.NewTime(time.Unix(200, 0))
	object := &v1alpha1.Channel{}
	object.Name, object.Status.ObservedGeneration = "c", -1
	if facts.update(object, channel(2), first) == nil {
		t.Fatal("nothing to write on a new object")
	}
	object.Status.ObjectStatus = facts.object(channel(2), object.Status.ObjectStatus, first)
	// The API server may keep conditions in another order, and others may add their own.
	c := object.Status.Conditions
	object.Status.Conditions = append([]metav1.Condition{{Type: "Theirs"}}, c[3], c[1], c[2], c[0])
	if update := facts.update(object, channel(2), later); update != nil {
		t.Errorf("written again although equal: %+v", update)
	}
	next := channel(3)
	next.Generation = 3
	for _, c := range facts.object(next, object.Status.ObjectStatus, later).Conditions {
		want := first
		if c.Status != metav1.ConditionTrue {
			want = later
		}
		if !c.LastTransitionTime.Equal(&want) || c.ObservedGeneration != 3 {
			t.Errorf("condition %s of %v for generation %d, want %v and 3", c.Type, c.LastTransitionTime, c.ObservedGeneration, want)
		}
	}
}

// What works and is worth a look is told by Ready, whose reason kubectl get shows.
func TestReadyWarns(t *testing.T) {
	for name, tc := range map[string]struct {
		warn func(*compile.Verdict)
		want v1alpha1.ConditionReason
	}{
		"nothing to remark": {func(*compile.Verdict) {}, v1alpha1.ReasonReady},
		"nobody works the list": {func(v *compile.Verdict) {
			v.Accepted = compile.Finding{OK: true, Reason: v1alpha1.ReasonNoAgentSubscription, Message: "name it"}
		}, v1alpha1.ReasonNoAgentSubscription},
		"the selector takes nothing": {func(v *compile.Verdict) {
			v.ResolvedRefs = compile.Finding{OK: true, Reason: v1alpha1.ReasonNoListSelected, Message: "label one"}
		}, v1alpha1.ReasonNoListSelected},
	} {
		t.Run(name, func(t *testing.T) {
			v := channel(2)
			tc.warn(&v)
			f := look(Facts{Runtime: main1(), Digest: wantedDigest, Readings: []program.Reading{serves("main-0", true, wantedDigest, 2)}})
			ready := meta.FindStatusCondition(f.object(v, v1alpha1.ObjectStatus{}, metav1.Now()).Conditions, "Ready")
			if ready.Status != metav1.ConditionTrue || ready.Reason != string(tc.want) || ready.Message == "" {
				t.Errorf("Ready is %+v, want True with the reason %s", ready, tc.want)
			}
		})
	}
}

// storeless is a replica that is not ready because its etcd does not answer.
func storeless(name string) program.Reading {
	r := serves(name, false, wantedDigest, 2)
	r.Report.Store, r.Report.StoreSilent = snapshot.StoreEtcd, true
	return r
}

// Where pods are missing, the message leads to who knows why.
func TestClue(t *testing.T) {
	broken, external := main1(), main1()
	broken.Status.Conditions = []metav1.Condition{{Type: string(v1alpha1.ConditionDegraded), Status: metav1.ConditionTrue}}
	external.Spec.Storage.Etcd = &v1alpha1.EtcdStorage{}
	for name, tc := range map[string]struct {
		facts Facts
		want  string
	}{
		"a pod that is not ready": {
			Facts{Runtime: broken, Readings: []program.Reading{serves("main-0", true, wantedDigest, 2), silent("main-1", false)}},
			"see why with kubectl describe pod main-1",
		},
		"an etcd that does not answer": {
			Facts{Runtime: external, Readings: []program.Reading{silent("main-1", false), storeless("main-2")}},
			"the etcd of spec.storage.etcd does not answer replica main-2, so see whether its members run, have a leader and are reached from there",
		},
		"what could not be applied": {Facts{Runtime: broken}, "see the condition Degraded of RoutingRuntime main"},
		"no pod":                    {Facts{Runtime: main1()}, "see why with kubectl describe statefulset,pods -l app.kubernetes.io/instance=main"},
		"no pod over an etcd":       {Facts{Runtime: external}, "see why with kubectl describe deployment,pods -l app.kubernetes.io/instance=main"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := look(tc.facts).clue(); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

// An issuer that is out of reach is told of by whoever does not reach it, and what is
// served stays ready.
func TestUnreachedIssuers(t *testing.T) {
	const here, there = "https://here.example", "https://there.example"
	at := func(name string, silent ...snapshot.SilentIssuer) program.Reading {
		r := serves(name, true, wantedDigest, 1)
		r.Report.SilentIssuers = silent
		return r
	}
	refuses := func(url string) snapshot.SilentIssuer {
		return snapshot.SilentIssuer{URL: url, Cause: "refuses the connection"}
	}
	hangs := snapshot.SilentIssuer{URL: here, Cause: "does not answer in time"}
	away := at("main-2", hangs)
	away.Ready = false
	for name, tc := range map[string]struct {
		readings []program.Reading
		want     string
	}{
		"none":                 {[]program.Reading{at("main-0"), at("main-1")}, ""},
		"one, everywhere":      {[]program.Reading{at("main-0", refuses(here)), at("main-1", refuses(here))}, "issuer " + here + " refuses the connection"},
		"one, otherwise":       {[]program.Reading{at("main-0", refuses(here)), at("main-1", hangs)}, "issuer " + here + " refuses the connection"},
		"one, somewhere":       {[]program.Reading{at("main-0"), at("main-1", hangs)}, "issuer " + here + " does not answer in time (at main-1)"},
		"two":                  {[]program.Reading{at("main-0", refuses(there), hangs)}, "issuer " + here + " does not answer in time, issuer " + there + " refuses the connection"},
		"by who is not ready":  {[]program.Reading{at("main-0"), away}, ""},
		"by who says nothing":  {[]program.Reading{silent("main-0", true)}, ""},
		"by an older replica":  {[]program.Reading{serves("main-0", true, wantedDigest, 1)}, ""},
		"beside one not ready": {[]program.Reading{at("main-0", hangs), away}, "issuer " + here + " does not answer in time"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := look(Facts{Runtime: main1(), Readings: tc.readings}).unreached(); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

// Stalled is there only while nothing but the object itself can cure it, and says what Accepted says.
func TestStalled(t *testing.T) {
	for name, tc := range map[string]struct {
		accepted compile.Finding
		want     bool
	}{
		"accepted":                       {compile.Finding{OK: true, Reason: v1alpha1.ReasonAccepted}, false},
		"invalid":                        {compile.Finding{Reason: v1alpha1.ReasonInvalid, Message: "a field"}, true},
		"times out of order":             {compile.Finding{Reason: v1alpha1.ReasonImpossibleTimes, Message: "times"}, true},
		"an older object can be deleted": {compile.Finding{Reason: v1alpha1.ReasonConflict, Message: "taken"}, false},
		"a limit can be raised":          {compile.Finding{Reason: v1alpha1.ReasonCapacityAboveLimit, Message: "above"}, false},
		"it is being deleted":            {compile.Finding{Reason: v1alpha1.ReasonDeleting, Message: "gone"}, false},
		"accepted, and nobody is told":   {compile.Finding{OK: true, Reason: v1alpha1.ReasonNoAgentSubscription, Message: "a warning"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			v := channel(2)
			v.Accepted = tc.accepted
			f := look(Facts{Runtime: main1(), Digest: wantedDigest})
			got := f.object(v, v1alpha1.ObjectStatus{}, metav1.Now())
			stalled := meta.FindStatusCondition(got.Conditions, "Stalled")
			if (stalled != nil) != tc.want {
				t.Fatalf("Stalled is %v, want it there: %v", stalled, tc.want)
			}
			if stalled != nil && (stalled.Status != metav1.ConditionTrue || stalled.Reason != string(tc.accepted.Reason) || stalled.Message != tc.accepted.Message) {
				t.Errorf("Stalled is %+v, want what Accepted says", stalled)
			}
			object := &v1alpha1.Channel{Status: v1alpha1.ChannelStatus{ObjectStatus: got}}
			if f.update(object, v, metav1.Now()) != nil {
				t.Error("written again although equal")
			}
		})
	}
}
