package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/store"
)

func TestCommit(t *testing.T) { engines(t, testCommit) }

func testCommit(t *testing.T, on engine) {
	s := open(t, on(t))
	a := put(t, s, "a", 0, "1")
	b := put(t, s, "b", 0, "1")

	tests := []struct {
		name    string
		txn     store.Txn
		won     bool
		current []store.KV
		after   map[string]string
	}{
		{
			name:    "a key that must not exist does",
			txn:     store.Txn{Compares: []store.Compare{{Key: "a"}}, Ops: []store.Op{store.Put("a", []byte("2"))}},
			current: []store.KV{{Key: "a", Value: []byte("1"), Revision: a}},
			after:   map[string]string{"a": "1"},
		},
		{
			name: "one of several compares fails: nothing is written, and all are shown in their order",
			txn: store.Txn{
				Compares: []store.Compare{{Key: "none"}, {Key: "b", Revision: a}, {Key: "a", Revision: a}},
				Ops:      []store.Op{store.Put("c", []byte("2")), store.Delete("a")},
			},
			current: []store.KV{{Key: "none"}, {Key: "b", Value: []byte("1"), Revision: b}, {Key: "a", Value: []byte("1"), Revision: a}},
			after:   map[string]string{"a": "1", "c": ""},
		},
		{
			name: "all compares hold",
			txn: store.Txn{
				Compares: []store.Compare{{Key: "none"}, {Key: "b", Revision: b}, {Key: "a", Revision: a}},
				Ops:      []store.Op{store.Put("c", []byte("2")), store.Delete("a"), store.Put("b", []byte("2"))},
			},
			won:   true,
			after: map[string]string{"a": "", "b": "2", "c": "2"},
		},
		{
			name:  "no compares",
			txn:   store.Txn{Ops: []store.Op{store.Put("a", []byte("3")), store.Delete("none")}},
			won:   true,
			after: map[string]string{"a": "3"},
		},
		{
			name:  "no writes",
			txn:   store.Txn{Compares: []store.Compare{{Key: "none"}}},
			won:   true,
			after: map[string]string{"a": "3"},
		},
	}
	for _, tc := range tests { // in order: they build on each other
		t.Run(tc.name, func(t *testing.T) {
			result := commit(t, s, tc.txn)
			if result.Committed != tc.won {
				t.Errorf("committed: %t, want %t", result.Committed, tc.won)
			}
			if diff := cmp.Diff(tc.current, result.Current); diff != "" {
				t.Errorf("current (-want +got):\n%s", diff)
			}
			for key, want := range tc.after {
				got := get(t, s, key)
				if string(got.Value) != want || (want == "") != (got.Revision == 0) {
					t.Errorf("%s is %q at %d, want %q", key, got.Value, got.Revision, want)
				}
				if wrote(tc.txn, key) && tc.won && want != "" && got.Revision != result.Revision {
					t.Errorf("%s was written at %d, the result says %d", key, got.Revision, result.Revision)
				}
			}
		})
	}
}

func wrote(txn store.Txn, key string) bool {
	for _, op := range txn.Ops {
		if op.Key() == key {
			return true
		}
	}
	return false
}

func TestCommitRefuses(t *testing.T) { engines(t, testCommitRefuses) }

func testCommitRefuses(t *testing.T, on engine) {
	s := open(t, on(t))
	many := func(n int) (txn store.Txn) {
		for i := range n {
			txn.Ops = append(txn.Ops, store.Put(strconv.Itoa(i), nil))
			txn.Compares = append(txn.Compares, store.Compare{Key: strconv.Itoa(i)})
		}
		return txn
	}
	tests := map[string]struct {
		txn  store.Txn
		want error
	}{
		"nothing":             {store.Txn{}, store.ErrInvalid},
		"an empty key":        {store.Txn{Ops: []store.Op{store.Put("", nil)}}, store.ErrInvalid},
		"a compare of no key": {store.Txn{Compares: []store.Compare{{Revision: 1}}}, store.ErrInvalid},
		"a negative revision": {store.Txn{Compares: []store.Compare{{Key: "a", Revision: -1}}}, store.ErrInvalid},
		"two puts of a key":   {store.Txn{Ops: []store.Op{store.Put("a", nil), store.Put("a", nil)}}, store.ErrInvalid},
		"a put and a delete":  {store.Txn{Ops: []store.Op{store.Put("a", nil), store.Delete("a")}}, store.ErrInvalid},
		"too many ops":        {many(store.MaxOps + 1), store.ErrInvalid},
		"a value too large":   {store.Txn{Ops: []store.Op{store.Put("a", make([]byte, store.MaxTransitionBytes))}}, store.ErrTooLarge},
		"values too large together": {
			store.Txn{Ops: []store.Op{
				store.Put("a", make([]byte, store.MaxTransitionBytes/2)), store.Put("b", make([]byte, store.MaxTransitionBytes/2)),
			}}, store.ErrTooLarge,
		},
		"a lease that there is not": {store.Txn{Ops: []store.Op{store.PutLeased("a", nil, 4711)}}, store.ErrLeaseNotFound},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			if result, err := s.Commit(t.Context(), tc.txn); !errors.Is(err, tc.want) || errors.Is(err, store.ErrUnknownOutcome) {
				t.Errorf("got %+v, %v, want %v", result, err, tc.want)
			}
		})
	}

	t.Run("but not what is just small enough", func(t *testing.T) {
		commit(t, s, many(store.MaxOps))
		value := bytes.Repeat([]byte("x"), store.MaxTransitionBytes-100)
		commit(t, s, store.Txn{Ops: []store.Op{store.Put("large", value)}})
		if got := get(t, s, "large"); !bytes.Equal(got.Value, value) {
			t.Errorf("%d bytes came back, of %d", len(got.Value), len(value))
		}
	})
}

// TestOneWinner is the grab: whoever sees the same revision, one of them wins, and the others are told who.
func TestOneWinner(t *testing.T) { engines(t, testOneWinner) }

func testOneWinner(t *testing.T, on engine) {
	const agents = 200
	s := open(t, on(t))
	before := put(t, s, "slots/a", 0, "UNREAD")
	results := make([]store.Result, agents)
	var group sync.WaitGroup
	for agent := range agents {
		group.Go(func() {
			var err error
			results[agent], err = s.Commit(t.Context(), store.Txn{
				Compares: []store.Compare{{Key: "slots/a", Revision: before}},
				Ops:      []store.Op{store.Put("slots/a", []byte(strconv.Itoa(agent)))},
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()

	now := get(t, s, "slots/a")
	winners := 0
	for agent, result := range results {
		if result.Committed {
			winners++
			if string(now.Value) != strconv.Itoa(agent) || now.Revision != result.Revision {
				t.Errorf("agent %d won at %d, but the key holds %q of %d", agent, result.Revision, now.Value, now.Revision)
			}
			continue
		}
		if diff := cmp.Diff([]store.KV{now}, result.Current); diff != "" {
			t.Errorf("what agent %d, who lost, was told (-want +got):\n%s", agent, diff)
		}
	}
	if winners != 1 {
		t.Errorf("%d winners", winners)
	}
}

// TestTransfers moves amounts between a few accounts, two keys a transition, from many sides at once. Whatever shares a
// proposal with whatever, nothing may be lost or made.
func TestTransfers(t *testing.T) { engines(t, testTransfers) }

func testTransfers(t *testing.T, on engine) {
	const accounts, clerks, transfers = 8, 16, 25
	s := open(t, on(t))
	for account := range accounts {
		put(t, s, fmt.Sprint("account/", account), 0, "1000")
	}
	var moved, lost atomic.Int64
	var group sync.WaitGroup
	for clerk := range clerks {
		group.Go(func() {
			for i := range transfers {
				from, to := (clerk+i)%accounts, (clerk*3+i*5+1)%accounts
				if from == to {
					to = (to + 1) % accounts
				}
				for !transfer(t, s, fmt.Sprint("account/", from), fmt.Sprint("account/", to)) {
					lost.Add(1)
				}
				moved.Add(1)
			}
		})
	}
	group.Wait()
	sum := 0
	for account := range accounts {
		value, err := strconv.Atoi(string(get(t, s, fmt.Sprint("account/", account)).Value))
		if err != nil {
			t.Error(err)
		}
		sum += value
	}
	if sum != accounts*1000 {
		t.Errorf("the accounts hold %d, want %d", sum, accounts*1000)
	}
	t.Logf("%d transfers, %d attempts lost against another", moved.Load(), lost.Load())
}

func transfer(t *testing.T, s *store.Store, from, to string) bool {
	source, target := get(t, s, from), get(t, s, to)
	plus := func(kv store.KV, n int) []byte {
		value, err := strconv.Atoi(string(kv.Value))
		if err != nil {
			t.Error(err)
		}
		return []byte(strconv.Itoa(value + n))
	}
	result, err := s.Commit(t.Context(), store.Txn{
		Compares: []store.Compare{{Key: from, Revision: source.Revision}, {Key: to, Revision: target.Revision}},
		Ops:      []store.Op{store.Put(from, plus(source, -1)), store.Put(to, plus(target, 1))},
	})
	if err != nil {
		t.Error(err)
		return true
	}
	return result.Committed
}

func TestCommitWithAnEndedContext(t *testing.T) { engines(t, testCommitWithAnEndedContext) }

func testCommitWithAnEndedContext(t *testing.T, on engine) {
	s := open(t, on(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Commit(ctx, store.Txn{Ops: []store.Op{store.Put("a", nil)}})
	if !errors.Is(err, context.Canceled) || errors.Is(err, store.ErrUnknownOutcome) {
		t.Errorf("got %v", err)
	}
	if got := get(t, s, "a"); got.Revision != 0 {
		t.Errorf("it happened nevertheless: %+v", got)
	}
}

// TestErrorsTellWhatToDo: who reads only the message knows what to do next.
func TestErrorsTellWhatToDo(t *testing.T) {
	for err, hint := range map[error]string{
		store.ErrInUse:                    "stop it first",
		store.ErrNoSpace:                  "raise the quota",
		store.ErrUnknownOutcome:           "read again",
		&store.CompactedError{Floor: 100}: "revision 100",
	} {
		if !strings.Contains(err.Error(), hint) {
			t.Errorf("%q does not say %q", err, hint)
		}
	}
}
