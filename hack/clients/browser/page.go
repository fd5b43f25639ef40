package browser

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Page is one tab.
type Page struct {
	t        testing.TB
	ctx      context.Context
	problems *problems
}

// Open opens a tab in a profile of its own, as on another machine, of the size of a
// desk. It is closed when the test ends, which fails if the page complained.
func Open(t testing.TB) *Page {
	t.Helper()
	return open(t, process(t), chromedp.WithNewBrowserContext())
}

// Tab opens another tab in the same profile.
func (p *Page) Tab() *Page {
	p.t.Helper()
	return open(p.t, p.ctx)
}

func open(t testing.TB, parent context.Context, options ...chromedp.ContextOption) *Page {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(parent, options...)
	p := &Page{t: t, ctx: ctx}
	p.problems = watch(ctx)
	t.Cleanup(func() {
		if t.Failed() {
			_ = p.picture("failed") // the test has failed of something else
		}
		for _, problem := range p.problems.end(ctx) {
			t.Errorf("the page complains: %s", problem)
		}
		closeTab()
	})
	p.Size(Desktop)
	return p
}

// Allow lets the page complain in words that match the regular expression, also
// before.
func (p *Page) Allow(complaint string) { p.problems.allow(complaint) }

// Goto opens an address, and waits until it is there.
func (p *Page) Goto(url string) {
	p.t.Helper()
	p.must("open "+url, chromedp.Navigate(url))
}

// Stretch makes timers of a length have another one, on pages that are opened from now
// on: a page may give up on nothing while a slow machine is in the middle of a test.
func (p *Page) Stretch(from, to time.Duration) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: fmt.Sprintf(`{
			const begin = setTimeout;
			window.setTimeout = (run, ms, ...args) => begin(run, ms === %d ? %d : ms, ...args);
		}`, from.Milliseconds(), to.Milliseconds()),
	})
	if err != nil {
		p.t.Fatalf("stretch timers: %v", err)
	}
}

// Reload loads the page again.
func (p *Page) Reload() {
	p.t.Helper()
	p.must("reload", chromedp.Reload())
}

// Close closes the tab, as a person does.
func (p *Page) Close() {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, page.Close, struct{}{})
	if err != nil {
		p.t.Fatalf("close the tab: %v", err)
	}
}

// URL is the address of the page.
func (p *Page) URL() string {
	p.t.Helper()
	return Value[string](p, "location.href")
}

// Value is what JavaScript says.
func Value[T any](p *Page, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// Until waits for JavaScript to say true.
func (p *Page) Until(what, expression string) {
	p.t.Helper()
	p.until(what, func(ctx context.Context) error {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+expression+")", chromedp.EvalAwaitPromise))
		if err == nil && !ok {
			err = fmt.Errorf("not so: %s", expression)
		}
		return err
	})
}

// until tries again until there is no error any more.
func (p *Page) until(what string, try func(context.Context) error) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	var last error
	for {
		err := try(ctx)
		if err == nil {
			return
		}
		if ctx.Err() == nil || last == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			p.t.Fatalf("%s: %v\n%s", what, last, p.says())
		case <-again.C:
		}
	}
}

func (p *Page) must(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

// says is what can be read on the page, for a test that has failed.
func (p *Page) says() string {
	ctx, cancel := context.WithTimeout(p.ctx, 10*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
	if err != nil {
		return "the page does not answer: " + err.Error()
	}
	return "the page says: " + text
}

// Screen is what a page is looked at with.
type Screen struct {
	Name          string
	Width, Height int64
	Touch         bool
}

// The screens of the people at the desk.
var (
	Desktop = Screen{Name: "desktop", Width: 1440, Height: 900}
	Tablet  = Screen{Name: "tablet", Width: 900, Height: 700, Touch: true}
	Phone   = Screen{Name: "phone", Width: 390, Height: 844, Touch: true}
	Narrow  = Screen{Name: "narrow", Width: 320, Height: 568, Touch: true}
)

// Size puts the page on another screen.
func (p *Page) Size(s Screen) {
	p.t.Helper()
	var options []chromedp.EmulateViewportOption
	if s.Touch {
		options = append(options, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	p.must("resize", chromedp.EmulateViewport(s.Width, s.Height, options...))
}

// Scheme is what somebody likes a page to be like: light or dark.
type Scheme string

// Both schemes.
const (
	Light Scheme = "light"
	Dark  Scheme = "dark"
)

// Prefer makes the page light or dark, and still: what moves is not the same in two
// pictures.
func (p *Page) Prefer(s Scheme) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: string(s)},
		{Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	if err != nil {
		p.t.Fatalf("prefer %s: %v", s, err)
	}
}

// Settle waits until what changes by and by has changed, and is painted.
func (p *Page) Settle() {
	p.t.Helper()
	Value[bool](p, `(async () => {
		const painted = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
		await painted();
		await Promise.allSettled(document.getAnimations().filter(a => a.effect.getComputedTiming().endTime < Infinity).map(a => a.finished));
		await painted();
		return true;
	})()`)
}
