package browser_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/pullmode/operator/hack/clients/browser"
)

func TestMain(m *testing.M) { os.Exit(browser.Main(m)) }

// page serves a page to a test.
func page(t *testing.T, body string) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; img-src data:")
		_, _ = w.Write([]byte("<!doctype html><html lang=en><title>A page</title><link rel=icon href=data:,><main><h1>A page</h1>" + body))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestWhatAPageSaysIsFoundAsAScreenReaderSaysIt(t *testing.T) {
	p := browser.Open(t)
	p.Goto(page(t, `
		<div data-testid=one><label>Name <input></label><button>Save</button></div>
		<div data-testid=two><button aria-label=Save>x</button><button hidden>Save</button></div>`))
	p.ID("one").Role("textbox", "Name").Fill("Zoë")
	p.Press("Shift+Home")
	p.Type("Ann")
	if got := browser.Get[string](p.ID("one").Role("textbox", "Name"), "this.value"); got != "Ann" {
		t.Errorf("got %q", got)
	}
	p.Type("e")
	p.ID("one").Role("textbox", "Name").Is(`this.value === "Anne"`)
	if n := p.Role("button", "Save").Count(); n != 2 {
		t.Errorf("%d buttons", n)
	}
	p.ID("two").Role("button", "Save").Says("x").Click()
	p.Until("the focus is there", "document.activeElement.ariaLabel === 'Save'")
	p.ID("three").Role("button", "Save").Gone()
	p.Accessible("the page")
}
