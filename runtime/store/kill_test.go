package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/pullmode/operator/runtime/store"
)

// victimData names the variable that makes this test binary a process to be killed, over the store in that directory or
// behind that address.
const victimData = "STORE_VICTIM"

func victimOptions(data string) store.Options {
	if strings.HasPrefix(data, "http") {
		return store.Options{Endpoints: []string{data}}
	}
	return store.Options{Dir: data}
}

const (
	victimWriters = 32
	victimKeys    = 4 // few enough that the writers get in each other's way
	victimAcks    = 2000
)

// liveUntilKilled counts up on a few keys, from many sides at once, and prints each acknowledged step: key, step, revision.
// The value of a key is its step and the revision of the one before.
func liveUntilKilled(options store.Options) error {
	ctx := context.Background()
	options.Logger = slog.New(slog.NewTextHandler(os.Stderr, nil))
	s, err := store.Open(ctx, options)
	if err != nil {
		return err
	}
	errs := make(chan error)
	for writer := range victimWriters {
		go func() {
			key := fmt.Sprint("slots/", writer%victimKeys)
			for {
				now, err := s.Get(ctx, key)
				if err != nil {
					errs <- err
					return
				}
				step := stepOf(now) + 1
				result, err := s.Commit(ctx, store.Txn{
					Compares: []store.Compare{{Key: key, Revision: now.Revision}},
					Ops:      []store.Op{store.Put(key, fmt.Appendf(nil, "%d %d", step, now.Revision))},
				})
				if errors.Is(err, store.ErrUnknownOutcome) {
					continue // and see what became of it
				}
				if err != nil {
					errs <- err
					return
				}
				if result.Committed {
					fmt.Println(key, step, result.Revision) // one write: never cut in two by the kill
				}
			}
		}()
	}
	return <-errs
}

func stepOf(kv store.KV) int {
	if kv.Revision == 0 {
		return 0
	}
	step, _ := parse(kv.Value)
	return step
}

func parse(value []byte) (step int, before int64) {
	if _, err := fmt.Sscan(string(value), &step, &before); err != nil {
		panic(err)
	}
	return step, before
}

type ack struct {
	key      string
	step     int
	revision int64
}

// TestKill kills a process in the middle of its commits, twice over the same data. What it had acknowledged is there, each
// at its revision, and every step was made over the one before it.
func TestKill(t *testing.T) { engines(t, testKill) }

func testKill(t *testing.T, on engine) {
	data := on(t)
	var acks []ack
	for range 2 {
		acks = append(acks, runVictim(t, data)...)
	}
	s := open(t, data)
	history := map[string][]store.Event{}
	latest, err := s.Load(t.Context(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	batches, err := watchUntil(t.Context(), s, 3, latest)
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range eventsOf(batches) {
		if !strings.HasPrefix(event.Key, "meta/") { // each opening notes itself
			history[event.Key] = append(history[event.Key], event)
		}
	}
	for key, events := range history {
		var before int64
		for i, event := range events {
			if step, over := parse(event.Value); step != i+1 || over != before {
				t.Errorf("%s: number %d of its history is step %d, made over revision %d instead of %d", key, i+1, step, over, before)
			}
			before = event.Revision
		}
		if now := get(t, s, key); now.Revision != before {
			t.Errorf("%s is at revision %d, its history ends at %d", key, now.Revision, before)
		}
	}
	for _, ack := range acks {
		events := history[ack.key]
		if len(events) < ack.step || events[ack.step-1].Revision != ack.revision {
			t.Errorf("%s: step %d was acknowledged at revision %d, and is not there", ack.key, ack.step, ack.revision)
		}
	}
	t.Logf("%d acknowledged, %d in the history", len(acks), len(eventsOf(batches)))
}

// runVictim starts a process over the data, kills it once it has acknowledged enough, and returns all it acknowledged.
func runVictim(t *testing.T, data store.Options) []ack {
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	victim := exec.CommandContext(t.Context(), binary)
	victim.Env = append(os.Environ(), victimData+"="+strings.Join(append(data.Endpoints, data.Dir), ""))
	victim.Stderr = t.Output()
	output, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	var acks []ack
	var once sync.Once
	lines := bufio.NewReader(output)
	for {
		line, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		var a ack
		if _, err := fmt.Sscan(line, &a.key, &a.step, &a.revision); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if acks = append(acks, a); len(acks) >= victimAcks {
			once.Do(func() {
				if err := victim.Process.Kill(); err != nil {
					t.Error(err)
				}
			})
		}
	}
	err = victim.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the victim ended by itself: %v", err)
	}
	return acks
}
