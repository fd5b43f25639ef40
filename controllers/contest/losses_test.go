package contest

import (
	"testing"
	"time"
)

func TestLosses(t *testing.T) {
	var l Losses
	now := time.Unix(0, 0)
	for n := 1; n <= Concede; n++ {
		if l.Conceded("a", now) {
			t.Fatalf("gives in before loss %d", n)
		}
		now = now.Add(time.Minute)
		if news := l.Replaced("a", now); news != (n == Concede) {
			t.Errorf("loss %d is news: %t", n, news)
		}
	}
	if !l.Conceded("a", now.Add(AsideFor-time.Second)) {
		t.Error("does not stay aside")
	}
	if l.Conceded("b", now) {
		t.Error("gives in on what nobody replaced")
	}
	now = now.Add(AsideFor)
	if l.Conceded("a", now) {
		t.Error("does not try once more")
	}
	if !l.Replaced("a", now) || !l.Conceded("a", now) {
		t.Error("does not give in at once the next time")
	}
	if now = now.Add(2 * AsideFor); l.Conceded("b", now) || l.Replaced("a", now) {
		t.Error("losses of long ago are not forgotten")
	}
}
