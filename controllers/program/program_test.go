package program_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/api/v1alpha1"
	"github.com/pullmode/operator/controllers/program"
	"github.com/pullmode/operator/controllers/workload"
	"github.com/pullmode/operator/runtime/snapshot"
)

func encoded(t *testing.T, displayName string) (*snapshot.Snapshot, []byte, string) {
	t.Helper()
	s := &snapshot.Snapshot{
		FormatVersion: snapshot.FormatVersion,
		Runtime:       snapshot.Source{Name: "main", UID: "u", Generation: 1},
		Retention:     snapshot.Retention{Closed: snapshot.Duration(time.Hour), Feed: snapshot.Duration(time.Hour)},
		Lists: []snapshot.List{{
			Source: snapshot.Source{Name: "l1"}, DisplayName: displayName, ClosePolicy: snapshot.CloseMembers,
			SoonAfter: 1, OverdueAfter: 2, AutoCloseAfter: 3,
		}},
	}
	b, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return s, b, snapshot.Digest(b)
}

func TestProgramAndReadBack(t *testing.T) {
	f := newFixture(t)
	targets := []program.Target{
		f.serve(t, "main-0", f.store.replica("main-0")),
		f.serve(t, "main-1", f.store.replica("main-1")),
	}
	for sequence, name := range []string{"first", "second"} {
		s, b, digest := encoded(t, name)
		readings, err := f.client.Program(t.Context(), f.client.Read(t.Context(), targets), b, digest)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range readings {
			if !r.Serves(digest) || r.Report.Sequence != int64(sequence+1) {
				t.Errorf("%s serves %+v, want sequence %d of %s", r.Name, r.Report, sequence+1, digest)
			}
		}
		update, err := f.client.Snapshot(t.Context(), targets[1])
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(*s, update.Snapshot); diff != "" {
			t.Errorf("snapshot read back (-want +got):\n%s", diff)
		}
	}
}

// Of two operators that read the same report, one wins and the other learns it.
func TestOfTwoOperatorsOneWins(t *testing.T) {
	f := newFixture(t)
	targets := []program.Target{f.serve(t, "main-0", f.store.replica("main-0"))}
	readings := f.client.Read(t.Context(), targets)
	_, b, digest := encoded(t, "ours")
	if _, err := f.client.Program(t.Context(), readings, b, digest); err != nil {
		t.Fatal(err)
	}
	_, other, otherDigest := encoded(t, "theirs")
	after, err := f.client.Program(t.Context(), readings, other, otherDigest)
	refusal := refusalOf(t, err)
	if refusal.Reason != snapshot.SequenceConflict || refusal.Sequence != 1 {
		t.Errorf("refusal %+v, want a conflict with sequence 1", refusal)
	}
	if !after[0].Serves(digest) {
		t.Errorf("served %+v, want the winner's", after[0].Report)
	}
}

func TestRejectionNamesTheObject(t *testing.T) {
	f := newFixture(t)
	targets := []program.Target{f.serve(t, "main-0", f.store.replica("main-0"))}
	s, _, _ := encoded(t, "x")
	s.Lists[0].ClosePolicy = "Nobody"
	b, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	after, err := f.client.Program(t.Context(), f.client.Read(t.Context(), targets), b, snapshot.Digest(b))
	refusal := refusalOf(t, err)
	want := []snapshot.Problem{{Kind: snapshot.KindList, Name: "l1", Message: `close policy "Nobody" is not known here`}}
	if diff := cmp.Diff(want, refusal.Problems); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if after[0].Report.Digest != "" {
		t.Error("something is served of a snapshot that was refused")
	}
}

func refusalOf(t *testing.T, err error) *program.Refusal {
	t.Helper()
	var refusal *program.Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("error %v, want a refusal", err)
	}
	return refusal
}

// A replica that does not answer is said not to, and does not keep the others
// from being programmed.
func TestOneReplicaIsGone(t *testing.T) {
	f := newFixture(t)
	gone := program.Target{Name: "main-0", Addr: "127.0.0.1:1", Ready: true}
	targets := []program.Target{gone, f.serve(t, "main-1", f.store.replica("main-1"))}
	_, b, digest := encoded(t, "x")
	readings, err := f.client.Program(t.Context(), f.client.Read(t.Context(), targets), b, digest)
	if err != nil {
		t.Fatal(err)
	}
	if readings[0].Err == nil || readings[0].Report != nil {
		t.Errorf("the replica that is gone reported %+v", readings[0].Report)
	}
	if !readings[1].Serves(digest) {
		t.Errorf("the other one serves %+v", readings[1].Report)
	}
}

func TestNobodyAnswers(t *testing.T) {
	f := newFixture(t)
	targets := []program.Target{{Name: "main-0", Addr: "127.0.0.1:1", Ready: true}}
	_, b, digest := encoded(t, "x")
	_, err := f.client.Program(t.Context(), f.client.Read(t.Context(), targets), b, digest)
	if !errors.Is(err, program.ErrNobodyAnswers) {
		t.Errorf("error %v, want %v", err, program.ErrNobodyAnswers)
	}
}

// A replica that adopts late is waited for.
func TestReadBackWaitsForEveryReplica(t *testing.T) {
	f := newFixture(t)
	var asked atomic.Int32
	late := http.NewServeMux()
	late.HandleFunc("GET /admin/v1/configz", func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) < 4 { // it has not seen the store's event yet
			answer(w, http.StatusOK, snapshot.Report{Replica: "main-1"})
			return
		}
		f.store.replica("main-1").ServeHTTP(w, r)
	})
	targets := []program.Target{f.serve(t, "main-0", f.store.replica("main-0")), f.serve(t, "main-1", late)}
	_, b, digest := encoded(t, "x")
	readings, err := f.client.Program(t.Context(), f.client.Read(t.Context(), targets), b, digest)
	if err != nil {
		t.Fatal(err)
	}
	if !readings[1].Serves(digest) {
		t.Errorf("the late one serves %+v after %d questions", readings[1].Report, asked.Load())
	}
}

func TestWhatAReplicaMayAnswer(t *testing.T) {
	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"a problem document": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusInsufficientStorage)
			_, _ = w.Write([]byte(`{"type":"about:blank","detail":"the volume is full"}`))
		}, "answers 507: the volume is full"},
		"a conflict that is no refusal": {func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "no", http.StatusConflict)
		}, `answers 409: "no\n"`},
		"not JSON": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("<html>"))
		}, "answers for snapshot what cannot be read"},
		"without end": {func(w http.ResponseWriter, _ *http.Request) {
			chunk := []byte(strings.Repeat(" ", 1<<20))
			for {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		}, "answers for snapshot with more than"},
		"nothing, and the connection ends": {func(http.ResponseWriter, *http.Request) {
			panic(http.ErrAbortHandler)
		}, "cannot be asked for snapshot"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			_, err := f.client.Snapshot(t.Context(), f.serve(t, "main-0", tc.handler))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want one that says %q", err, tc.want)
			}
		})
	}
}

// A replica that is stopped holds a call up no longer than its caller allows.
func TestAReplicaThatHangs(t *testing.T) {
	f := newFixture(t)
	reached, release := make(chan struct{}), make(chan struct{})
	target := f.serve(t, "main-0", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(reached)
		<-release
	}))
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-reached
		cancel()
	}()
	if _, err := f.client.Report(ctx, target); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

func TestOnlyTheRuntimesOwnAuthorityIsTrusted(t *testing.T) {
	f := newFixture(t)
	target := f.serve(t, "main-0", f.store.replica("main-0"))
	rt := &v1alpha1.RoutingRuntime{}
	rt.Name = "main"
	stranger, err := workload.Renew(rt, workload.Credentials{}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.clientWith(t, stranger).Report(t.Context(), target); err == nil {
		t.Error("a client of another authority was answered")
	}
	other := newFixture(t).serve(t, "main-0", f.store.replica("main-0"))
	if _, err := f.client.Report(t.Context(), other); err == nil {
		t.Error("a server of another authority was believed")
	}
}

// The runtime's opinion is asked for once, of a replica that takes traffic.
func TestARefusalIsFinal(t *testing.T) {
	f := newFixture(t)
	var asked []string
	counting := func(name string) http.Handler {
		replica := f.store.replica(name)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut {
				asked = append(asked, name)
			}
			replica.ServeHTTP(w, r)
		})
	}
	starting, serving := f.serve(t, "main-0", counting("main-0")), f.serve(t, "main-1", counting("main-1"))
	starting.Ready = false
	s, _, _ := encoded(t, "x")
	s.Lists[0].ClosePolicy = "Nobody"
	b, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.client.Program(t.Context(), f.client.Read(t.Context(), []program.Target{starting, serving}), b, snapshot.Digest(b))
	refusalOf(t, err)
	if diff := cmp.Diff([]string{"main-1"}, asked); diff != "" {
		t.Errorf("asked to take it (-want +got):\n%s", diff)
	}
}

// A replica that has not seen the last snapshot yet does not make the next one
// take its number.
func TestTheHighestSequenceCounts(t *testing.T) {
	f := newFixture(t)
	behind := http.NewServeMux()
	behind.Handle("/", f.store.replica("main-1"))
	behind.HandleFunc("GET /admin/v1/configz", func(w http.ResponseWriter, r *http.Request) {
		if f.store.sequence() < 2 { // it has not seen the store's event yet
			answer(w, http.StatusOK, snapshot.Report{Replica: "main-1"})
			return
		}
		f.store.replica("main-1").ServeHTTP(w, r)
	})
	ahead := f.serve(t, "main-0", f.store.replica("main-0"))
	_, first, digest := encoded(t, "first")
	if _, err := f.client.Program(t.Context(), f.client.Read(t.Context(), []program.Target{ahead}), first, digest); err != nil {
		t.Fatal(err)
	}
	readings := f.client.Read(t.Context(), []program.Target{ahead, f.serve(t, "main-1", behind)})
	_, second, digest := encoded(t, "second")
	readings, err := f.client.Program(t.Context(), readings, second, digest)
	if err != nil {
		t.Fatal(err)
	}
	if !readings[0].Serves(digest) || readings[0].Report.Sequence != 2 {
		t.Errorf("served %+v, want sequence 2", readings[0].Report)
	}
}
