package browser

import (
	"strings"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// keys are those with names, as KeyboardEvent.key has them.
var keys = map[string]string{
	"Enter": kb.Enter, "Tab": kb.Tab, "Escape": kb.Escape, "Backspace": kb.Backspace, "Space": " ",
	"ArrowUp": kb.ArrowUp, "ArrowDown": kb.ArrowDown, "ArrowLeft": kb.ArrowLeft, "ArrowRight": kb.ArrowRight,
	"Home": kb.Home, "End": kb.End, "PageDown": kb.PageDown, "PageUp": kb.PageUp,
}

var modifiers = map[string]chromedp.Modifier{
	"Shift": chromedp.ModifierShift, "Control": chromedp.ModifierCtrl, "Alt": chromedp.ModifierAlt,
}

// Press presses keys one after the other, each such as a, Enter or Shift+Tab.
func (p *Page) Press(pressed ...string) {
	p.t.Helper()
	for _, press := range pressed {
		parts := strings.Split(press, "+")
		name := parts[len(parts)-1]
		if key, ok := keys[name]; ok {
			name = key
		}
		var held chromedp.Modifier
		for _, m := range parts[:len(parts)-1] {
			held |= modifiers[m]
		}
		p.key([]rune(name)[0], held)
	}
}

// Type types text key by key where the focus is.
func (p *Page) Type(text string) {
	p.t.Helper()
	for _, r := range text {
		p.key(r, 0)
	}
}

// key presses a key and lets it go. What it writes goes with the press, as it does at a
// keyboard, so that a page that takes the press keeps it from being written.
func (p *Page) key(r rune, held chromedp.Modifier) {
	p.t.Helper()
	events := kb.Encode(r)
	down, up := events[0], events[len(events)-1]
	down.Modifiers |= int64(held)
	up.Modifiers |= int64(held)
	if writes := events[1]; writes != up && down.Modifiers&^int64(chromedp.ModifierShift) == 0 {
		down.Text, down.UnmodifiedText = writes.Text, writes.UnmodifiedText
	}
	for _, event := range []*input.DispatchKeyEventParams{down, up} {
		if _, err := chromedp.Call(p.ctx, input.DispatchKeyEvent, *event); err != nil {
			p.t.Fatalf("press %q: %v", r, err)
		}
	}
}

// Paste puts a text in where the focus is, at once.
func (p *Page) Paste(text string) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		p.t.Fatalf("paste: %v", err)
	}
}
