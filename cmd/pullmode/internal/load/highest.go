package load

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Search says how the highest rate is looked for.
type Search struct {
	// Step is how long each rate is held; the next one is half as much again.
	Step time.Duration
	// Limit is what 99 of 100 notifications may take at a rate that is carried.
	Limit time.Duration
}

// Highest is the highest rate that was carried, and what gave way above it.
type Highest struct {
	// Rate is in requests a second; 0 when not even the first one was carried.
	Rate  float64 `json:"requestsPerSecond"`
	Limit string  `json:"limit"`
	// GaveWay is what gave way first, in a sentence.
	GaveWay string `json:"gaveWay"`
	Steps   []Step `json:"steps"`
}

// Step is what a rate came to.
type Step struct {
	Rate float64 `json:"requestsPerSecond"`
	// Opened is how many requests a second were opened in fact, Deliveries how many
	// events a second the agents were told of.
	Opened       float64     `json:"openedPerSecond"`
	Deliveries   float64     `json:"deliveriesPerSecond"`
	Notification Percentiles `json:"notification"`
	Post         Percentiles `json:"post"`
	CutOff       int64       `json:"cutOff"`
	Usage
	Carried bool `json:"carried"`
}

// FindHighest raises the rate until it is not carried any more.
func FindHighest(ctx context.Context, t Target, o Options, s Search) (*Report, error) {
	r, err := prepare(ctx, t, o)
	if err != nil {
		return nil, err
	}
	calls, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	disconnect, err := r.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer disconnect()
	defer r.tell(calls)()
	first, err := r.sample(calls)
	if err != nil {
		return nil, err
	}
	highest := &Highest{Limit: s.Limit.String()}
	var conversations sync.WaitGroup
	last := first
	for rate := r.Rate; ctx.Err() == nil; rate *= 1.5 {
		r.say(fmt.Sprintf("trying %.0f requests a second", rate))
		f, cut := newFigures(), r.cutOff.Load()
		r.figures.Store(f)
		r.traffic(calls, rate, s.Step, &conversations)
		now, err := r.sample(calls)
		if err != nil {
			return nil, err
		}
		step := r.step(rate, last, now, f)
		step.CutOff = r.cutOff.Load() - cut
		step.Carried = step.carried(s.Limit)
		highest.Steps, last = append(highest.Steps, step), now
		if !step.Carried {
			highest.GaveWay = step.gaveWay(s.Limit)
			break
		}
		highest.Rate = step.Rate
	}
	r.settle(ctx, end, &conversations)
	report, err := r.report(ctx, first, last)
	if err != nil {
		return nil, err
	}
	report.Highest = highest
	return report, nil
}

func (r *run) step(rate float64, before, after sample, f *figures) Step {
	seconds := after.at.Sub(before.at).Seconds()
	return Step{
		Rate: rate, Opened: round(float64(after.opened-before.opened) / seconds), Deliveries: round(float64(after.received-before.received) / seconds),
		Notification: f.live.percentiles(), Post: f.commands["post"].percentiles(), Usage: usage(before, after),
	}
}

// carried says whether a rate was: nearly as many requests were opened as there were
// to be, agents were told, and in time, and nobody was cut off. Chance makes a few more or less.
func (s Step) carried(limit time.Duration) bool {
	most := float64(limit) / float64(time.Millisecond)
	return s.Opened >= 0.85*s.Rate && s.Notification.Count > 0 && s.Notification.P99 <= most && s.Post.P99 <= most && s.CutOff == 0
}

// What counts as used up: of all processors, and a commit that waits for the disk.
const (
	usedUp   = 0.85
	slowDisk = 100 // milliseconds
)

// gaveWay says what was used up first, from the figures of the step that was not
// carried.
func (s Step) gaveWay(limit time.Duration) string {
	cpu := s.RuntimeCPU + s.OwnCPU
	switch {
	case cpu >= usedUp*float64(s.Processors) && s.RuntimeCPU >= s.OwnCPU:
		return fmt.Sprintf("the processors: the runtime used %.2f of %d, and this load %.2f", s.RuntimeCPU, s.Processors, s.OwnCPU)
	case cpu >= usedUp*float64(s.Processors):
		return fmt.Sprintf("the processors, by this load itself: it used %.2f of %d, and the runtime %.2f; agents on another machine would show more", s.OwnCPU, s.Processors, s.RuntimeCPU)
	case s.CommitP99 >= slowDisk:
		return fmt.Sprintf("the disk: 99 of 100 commits took up to %.0f ms", s.CommitP99)
	case s.CutOff > 0:
		return fmt.Sprintf("slow connections: the runtime cut %d off", s.CutOff)
	case s.Notification.Count == 0:
		return "the feed: agents were told of nothing"
	}
	return fmt.Sprintf("nothing that was measured: notifications took up to %.0f ms and posts %.0f ms (99 of 100; the limit is %v)", s.Notification.P99, s.Post.P99, limit)
}
