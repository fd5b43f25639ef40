package contract

import (
	"log/slog"
	"testing"

	"github.com/pullmode/operator/runtime/store"
)

// A desk that comes while the store does not answer is to come again by itself.
func TestAStoreThatDoesNotAnswerIsNoRefusal(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	s, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	f := &Face{Options: Options{Log: log}, memory: memory{store: s}}
	if _, err := f.had(t.Context(), "alice"); err == nil || !refusalOf(err, log).passing() {
		t.Errorf("refused for good: %v", err)
	}
}
