// Package browser drives Chromium in tests as a person would: elements are found by
// their role and name as a screen reader says them, and clicked where they are seen.
// Whatever the page complains of fails the test.
package browser

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience is how long a page may take for anything before the test gives up on it:
// far more than it takes, also on a machine that does ten things at once.
const patience = 60 * time.Second

// chromium is the one process of a test binary, started when it is first needed.
var chromium struct {
	once sync.Once
	ctx  context.Context
	end  func()
	err  error
}

// Main runs the tests of a package, and ends the browser that they shared. TestMain
// calls it.
func Main(m *testing.M) int {
	code := m.Run()
	if chromium.end != nil {
		chromium.end()
	}
	return code
}

func process(t testing.TB) context.Context {
	t.Helper()
	chromium.once.Do(func() {
		ctx, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
			chromedp.Flag("disable-gpu", true), // there is none
			chromedp.Flag("hide-scrollbars", false),
			// A mouse, which a machine without a screen has not: hover, and fine.
			chromedp.Flag("blink-settings", "primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4"),
			chromedp.Flag("lang", "en-GB"),
			// A press is heard also before the page is painted for the first time.
			chromedp.Flag("allow-pre-commit-input", true),
			chromedp.Env("LANGUAGE=en_GB", "TZ=UTC"),
			chromedp.WSURLReadTimeout(patience),
		)...)
		ctx, closeAll := chromedp.NewContext(ctx)
		chromium.ctx, chromium.end = ctx, func() { closeAll(); stop() }
		chromium.err = chromedp.Do(ctx) // starts it
	})
	if chromium.err != nil {
		t.Fatalf("start Chromium: %v; hack/clients/install.sh installs it", chromium.err)
	}
	return chromium.ctx
}
