package browser

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Click clicks the middle of the element with the mouse, where nothing may be in front
// of it. A press that would come down on something else, as the page has moved between
// the look and the press, is kept from the page, and made again.
func (e Element) Click() {
	e.page.t.Helper()
	e.page.until("click "+e.String(), func(ctx context.Context) error {
		element, err := e.find(ctx)
		if err != nil {
			return err
		}
		at, err := point(ctx, element)
		if err != nil {
			return err
		}
		watch, err := call(ctx, element, watchPress, false)
		if err != nil {
			return err
		}
		if err := chromedp.Do(ctx, chromedp.MouseClickXY(at.X, at.Y)); err != nil {
			return err
		}
		said, err := call(ctx, watch.ObjectID, `function() { return this.end() }`, true)
		if err != nil {
			return nil // the page has gone, as whoever clicks a link wants it to
		}
		var missed string
		if err := json.Unmarshal(said.Value, &missed); err != nil || missed == "" {
			return err
		}
		return fmt.Errorf("the press missed it: %s", missed)
	})
}

// Hover puts the mouse over the element.
func (e Element) Hover() Element {
	e.page.t.Helper()
	e.page.until("hover over "+e.String(), func(ctx context.Context) error {
		element, err := e.find(ctx)
		if err == nil {
			_, err = point(ctx, element)
		}
		return err
	})
	return e
}

// spot is the middle of an element.
type spot struct {
	X, Y float64
	// Shy is what takes no press before the mouse is over it.
	Shy bool
}

// point puts the mouse over the middle of an element, which stands still and which
// nothing is in front of.
func point(ctx context.Context, element runtime.RemoteObjectID) (at spot, err error) {
	if at, err = middle(ctx, element); err != nil {
		return at, err
	}
	if err := chromedp.Do(ctx, chromedp.MouseEvent(chromedp.MouseMoved, at.X, at.Y)); err != nil {
		return at, err
	}
	if at, err = middle(ctx, element); err == nil && at.Shy {
		err = fmt.Errorf("it takes no press")
	}
	return at, err
}

func middle(ctx context.Context, element runtime.RemoteObjectID) (at spot, err error) {
	value, err := call(ctx, element, `function() {
		if (this.disabled || this.getAttribute('aria-disabled') === 'true') throw new Error('it is disabled');
		this.scrollIntoView({block: 'nearest', inline: 'nearest', behavior: 'instant'});
		if (document.getAnimations().some(a => a.playState === 'running' && a.effect?.getComputedTiming().endTime < Infinity && a.effect.target?.contains(this)))
			throw new Error('it moves');
		const box = this.getBoundingClientRect();
		const X = box.x + box.width / 2, Y = box.y + box.height / 2;
		const top = document.elementFromPoint(X, Y);
		if (top && (this.contains(top) || [...(this.labels ?? [])].some(l => l.contains(top)))) return {X, Y};
		if (top?.contains(this) && top !== document.documentElement && top !== document.body) return {X, Y, Shy: true};
		throw new Error('in front of it is ' + (top ? top.outerHTML.slice(0, 200) : 'nothing: it is outside of the window'));
	}`, true)
	if err != nil {
		return at, err
	}
	return at, json.Unmarshal(value.Value, &at)
}

// watchPress lets a press through to an element alone, until its end is called, which
// says what else was pressed, if anything was; "" of a click that came to the element.
const watchPress = `function() {
	const mine = node => this.contains(node) || this.control === node || [...(this.labels ?? [])].some(l => l.contains(node));
	let clicked = false, missed = '';
	const hear = event => {
		if (mine(event.target)) {
			clicked ||= event.type === 'click';
			return;
		}
		missed ||= event.type + ' on ' + (event.target.outerHTML ?? '').slice(0, 200);
		event.preventDefault();
		event.stopImmediatePropagation();
	};
	const types = ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click'];
	for (const type of types) addEventListener(type, hear, {capture: true});
	return {
		end: () => {
			for (const type of types) removeEventListener(type, hear, {capture: true});
			return clicked ? '' : missed || 'nothing came';
		},
	};
}`
