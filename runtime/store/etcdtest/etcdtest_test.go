package etcdtest_test

import (
	"context"
	"testing"
	"time"

	"github.com/pullmode/operator/runtime/internal/leak"
	"github.com/pullmode/operator/runtime/store/etcdtest"
)

func TestMain(m *testing.M) { leak.Main(m) }

// A cluster of three goes on without its leader, and one that comes back finds what was written meanwhile.
func TestThree(t *testing.T) {
	c := etcdtest.Start(t, 3)
	client := c.Client()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	if _, err := client.Put(ctx, "a", "1"); err != nil {
		t.Fatal(err)
	}
	first := c.Leader()
	first.Kill()
	second := c.Leader()
	if second == first {
		t.Fatalf("%s leads, and was killed", first.Name)
	}
	if got, err := client.Get(ctx, "a"); err != nil || len(got.Kvs) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	first.Start()
	second.Kill()
	third := c.Leader()
	if got, err := client.Get(ctx, "a"); err != nil || len(got.Kvs) != 1 || third == second {
		t.Errorf("%s leads: %+v, %v", third.Name, got, err)
	}
}
