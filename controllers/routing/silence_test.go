package routing

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/controllers/program"
	"github.com/pullmode/operator/runtime/snapshot"
)

func TestASilenceIsToldOnceItIsNoMoment(t *testing.T) {
	start := time.Now()
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	type look struct {
		begun, now int // milliseconds
		answers    bool
		unready    bool
	}
	for name, tc := range map[string]struct {
		looks []look
		want  []bool // newly silent, at each look
	}{
		"it answers":                      {[]look{{begun: 0, now: 1, answers: true}}, []bool{false}},
		"it refuses at once, and later":   {[]look{{begun: 0, now: 1}, {begun: 1500, now: 1501}}, []bool{true, false}},
		"it lets its time run out":        {[]look{{begun: 0, now: 2000}}, []bool{false}},
		"it is asked in a burst":          {[]look{{begun: 0, now: 1}, {begun: 100, now: 101}, {begun: 200, now: 201}, {begun: 1600, now: 1601}}, []bool{true, true, true, false}},
		"it has answered in between":      {[]look{{begun: 0, now: 1}, {begun: 1000, now: 1001, answers: true}, {begun: 1600, now: 1601}}, []bool{true, false, true}},
		"it does not count as ready then": {[]look{{begun: 0, now: 1}, {begun: 1500, now: 1501, unready: true}}, []bool{true, false}},
	} {
		t.Run(name, func(t *testing.T) {
			var s silence
			var got []bool
			for _, l := range tc.looks {
				r := program.Reading{Target: program.Target{Name: "main-0", Ready: !l.unready}}
				if l.answers {
					r.Report = &snapshot.Report{}
				}
				got = append(got, s.newly([]program.Reading{r}, at(l.begun), at(l.now)))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("newly silent (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadinessThatHasGoneMeanwhileDoesNotCount(t *testing.T) {
	reading := func(name string, ready bool) program.Reading {
		return program.Reading{Target: program.Target{Name: name, Ready: ready}}
	}
	readings := []program.Reading{reading("stays", true), reading("went", true), reading("gone", true), reading("comes", false)}
	stillReady(readings, []program.Target{{Name: "stays", Ready: true}, {Name: "went"}, {Name: "comes", Ready: true}})
	want := []program.Reading{reading("stays", true), reading("went", false), reading("gone", false), reading("comes", false)}
	if diff := cmp.Diff(want, readings); diff != "" {
		t.Errorf("readings (-want +got):\n%s", diff)
	}
}
