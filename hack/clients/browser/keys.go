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
		var held []chromedp.Modifier
		for _, m := range parts[:len(parts)-1] {
			held = append(held, modifiers[m])
		}
		p.must("press "+press, chromedp.KeyEvent(name, chromedp.KeyModifiers(held...)))
	}
}

// Type types text key by key where the focus is.
func (p *Page) Type(text string) {
	p.t.Helper()
	p.must("type", chromedp.KeyEvent(text))
}

// Paste puts a text in where the focus is, at once.
func (p *Page) Paste(text string) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		p.t.Fatalf("paste: %v", err)
	}
}
