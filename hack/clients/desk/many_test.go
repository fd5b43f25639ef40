package desk

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/pullmode/operator/hack/clients/browser"
)

func TestManyRowsStayUsable(t *testing.T) {
	c := open(t, nil)
	a := c.signIn(t, "alice")
	const many = 2000
	var last string
	var writers sync.WaitGroup
	for w := range 20 {
		writers.Go(func() {
			for i := range many / 20 {
				c.customer("page", fmt.Sprintf("c%d-%d", w, i), fmt.Sprintf("Customer %d-%d", w, i), "Hello")
			}
		})
	}
	writers.Wait()
	last = c.customer("page", "last", "Zoë Last", "Hello")
	a.part("view-all").Says(fmt.Sprint("999+"))
	c.Call(c.Token("alice"), http.MethodDelete, "/v1/alerts", nil, nil)

	timed := func(what string, do func()) {
		t.Helper()
		began := time.Now()
		do()
		t.Logf("%s takes %s", what, time.Since(began).Round(time.Millisecond))
	}
	timed("to load the page", func() { a.Reload(); a.live() })
	timed("to find a customer among 2,001", func() {
		a.ID("find").Fill("Zoë")
		a.shows(t, last)
	})
	timed("to show all again", func() {
		a.ID("find").Fill("")
		a.row(last).Shown()
	})
	timed("to sort", func() {
		a.ID("sort").Choose("Newest at the top")
		a.row(last).Shown()
	})
	timed("to see a new row", func() {
		a.row(c.customer("page", "more", "One More", "Hello")).Shown()
	})
	longest := browser.Value[float64](a.Page, `new Promise(done => {
		let longest = 0, frames = 0, before = performance.now();
		const scroller = document.querySelector(".rows-scroll");
		requestAnimationFrame(function step(now) {
			longest = Math.max(longest, now - before);
			before = now;
			scroller.scrollTop += scroller.scrollHeight / 60;
			if (++frames < 60) requestAnimationFrame(step); else done(longest);
		});
	})`)
	t.Logf("the longest frame while scrolling through all of them took %.0f ms", longest)
}
