package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Element says which element is meant. It is looked for whenever something is done to
// it, for as long as it takes, and has to be the only one.
type Element struct {
	page   *Page
	within *Element
	first  bool

	css  string
	role string
	name *regexp.Regexp
}

// Role is the element that a screen reader calls this.
func (p *Page) Role(role, name string) Element { return Element{page: p}.Role(role, name) }

// Like is one whose name matches a regular expression.
func (p *Page) Like(role, name string) Element { return Element{page: p}.Like(role, name) }

// ID is the element with this data-testid.
func (p *Page) ID(id string) Element { return Element{page: p}.ID(id) }

// CSS is the element that a selector finds, for what has no name.
func (p *Page) CSS(selector string) Element { return Element{page: p}.CSS(selector) }

// Role is the element inside of this one that a screen reader calls so.
func (e Element) Role(role, name string) Element {
	return e.Like(role, "^"+regexp.QuoteMeta(name)+"$")
}

// Like is one inside of this one whose name matches a regular expression.
func (e Element) Like(role, name string) Element {
	return Element{page: e.page, within: e.parent(), role: role, name: regexp.MustCompile(name)}
}

// ID is the element inside of this one with this data-testid.
func (e Element) ID(id string) Element {
	return e.CSS(fmt.Sprintf("[data-testid=%q]", id))
}

// CSS is the element inside of this one that a selector finds.
func (e Element) CSS(selector string) Element {
	return Element{page: e.page, within: e.parent(), css: selector}
}

// First is the first of several.
func (e Element) First() Element {
	e.first = true
	return e
}

func (e Element) parent() *Element {
	if e.css == "" && e.role == "" {
		return nil
	}
	return &e
}

func (e Element) String() string {
	s := e.role
	if e.name != nil {
		s += " " + e.name.String()
	}
	if e.css != "" {
		s = e.css
	}
	if e.within != nil {
		s += " in " + e.within.String()
	}
	return s
}

var errAbsent = errors.New("it is not there")

// find is the one element that is meant.
func (e Element) find(ctx context.Context) (runtime.RemoteObjectID, error) {
	found, err := e.all(ctx)
	switch {
	case err != nil:
		return "", err
	case len(found) == 0:
		return "", errAbsent
	case len(found) > 1 && !e.first:
		return "", fmt.Errorf("there are %d of it", len(found))
	}
	return found[0], nil
}

// all are those that can be seen.
func (e Element) all(ctx context.Context) (found []runtime.RemoteObjectID, err error) {
	scope := runtime.RemoteObjectID("")
	if e.within != nil {
		scope, err = e.within.find(ctx)
	} else {
		var document *runtime.RemoteObject
		if document, err = chromedp.Run(ctx, chromedp.Evaluate[*runtime.RemoteObject]("document")); err == nil {
			scope = document.ObjectID
		}
	}
	if err != nil {
		return nil, err
	}
	if e.css != "" {
		return e.byCSS(ctx, scope)
	}
	return e.byRole(ctx, scope)
}

func (e Element) byCSS(ctx context.Context, scope runtime.RemoteObjectID) (found []runtime.RemoteObjectID, err error) {
	array, err := call(ctx, scope, `function(selector) {
		return [...this.querySelectorAll(selector)].filter(e => e.checkVisibility({visibilityProperty: true}));
	}`, false, e.css)
	if err != nil {
		return nil, err
	}
	elements, err := chromedp.Call(ctx, runtime.GetProperties, runtime.GetPropertiesParams{ObjectID: array.ObjectID, OwnProperties: yes()})
	if err != nil {
		return nil, err
	}
	for _, property := range elements.Result {
		if property.Name != "length" && property.Value != nil {
			found = append(found, property.Value.ObjectID)
		}
	}
	return found, nil
}

func (e Element) byRole(ctx context.Context, scope runtime.RemoteObjectID) (found []runtime.RemoteObjectID, err error) {
	tree, err := chromedp.Call(ctx, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{ObjectID: scope, Role: e.role})
	if err != nil {
		return nil, err
	}
	for _, node := range tree.Nodes {
		var name string
		if node.Name != nil {
			_ = json.Unmarshal(node.Name.Value, &name) // no name is none
		}
		if node.Ignored || !e.name.MatchString(strings.TrimSpace(name)) {
			continue
		}
		element, err := chromedp.Call(ctx, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: node.BackendDOMNodeID})
		if err != nil {
			return nil, err // it went away meanwhile: look again
		}
		found = append(found, element.Object.ObjectID)
	}
	return found, nil
}

// call calls a function of JavaScript on an object.
func call(ctx context.Context, on runtime.RemoteObjectID, function string, byValue bool, args ...any) (*runtime.RemoteObject, error) {
	params := runtime.CallFunctionOnParams{ObjectID: on, FunctionDeclaration: function, AwaitPromise: yes()}
	if byValue {
		params.ReturnByValue = yes()
	}
	for _, a := range args {
		value, err := json.Marshal(a)
		if err != nil {
			return nil, err
		}
		params.Arguments = append(params.Arguments, &runtime.CallArgument{Value: value})
	}
	result, err := chromedp.Call(ctx, runtime.CallFunctionOn, params)
	if err != nil {
		return nil, err
	}
	if result.ExceptionDetails != nil {
		return nil, fmt.Errorf("%s", result.ExceptionDetails.Exception.Description)
	}
	return result.Result, nil
}

func yes() *bool {
	v := true
	return &v
}

// Shown waits until the element is there.
func (e Element) Shown() Element {
	e.page.t.Helper()
	e.page.until(e.String()+" is shown", func(ctx context.Context) error {
		_, err := e.find(ctx)
		return err
	})
	return e
}

// Gone waits until there is none.
func (e Element) Gone() {
	e.page.t.Helper()
	e.page.until(e.String()+" goes", func(ctx context.Context) error {
		found, err := e.all(ctx)
		if errors.Is(err, errAbsent) { // nor what it was in
			return nil
		}
		if err == nil && len(found) > 0 {
			err = errors.New("it is there")
		}
		return err
	})
}

// Count is how many there are now.
func (e Element) Count() int {
	e.page.t.Helper()
	n := 0
	e.page.until("count "+e.String(), func(ctx context.Context) error {
		found, err := e.all(ctx) // one may go away while it is looked at
		if errors.Is(err, errAbsent) {
			err = nil
		}
		n = len(found)
		return err
	})
	return n
}

// Says waits until the element's text has all of the words.
func (e Element) Says(words ...string) Element {
	e.page.t.Helper()
	e.page.until(fmt.Sprintf("%s says %q", e, words), func(ctx context.Context) error {
		text, err := e.text(ctx)
		for _, w := range words {
			if err == nil && !strings.Contains(text, w) {
				err = fmt.Errorf("it says %q", text)
			}
		}
		return err
	})
	return e
}

// Silent waits until the element's text has none of the words.
func (e Element) Silent(words ...string) Element {
	e.page.t.Helper()
	e.page.until(fmt.Sprintf("%s does not say %q", e, words), func(ctx context.Context) error {
		text, err := e.text(ctx)
		for _, w := range words {
			if err == nil && strings.Contains(text, w) {
				err = fmt.Errorf("it says %q", text)
			}
		}
		return err
	})
	return e
}

// text is what is seen, with one space for whatever white space there is.
func (e Element) text(ctx context.Context) (string, error) {
	element, err := e.find(ctx)
	if err != nil {
		return "", err
	}
	value, err := call(ctx, element, `function() { return this.innerText }`, true)
	if err != nil {
		return "", err
	}
	var text string
	err = json.Unmarshal(value.Value, &text)
	return strings.Join(strings.Fields(text), " "), err
}

// Get is what a function of JavaScript says whose `this` is the element.
func Get[T any](e Element, body string) (v T) {
	e.page.t.Helper()
	e.page.until("look at "+e.String(), func(ctx context.Context) error {
		element, err := e.find(ctx)
		if err != nil {
			return err
		}
		value, err := call(ctx, element, `function() { return (`+body+`) }`, true)
		if err != nil {
			return err
		}
		return json.Unmarshal(value.Value, &v)
	})
	return v
}

// Is waits until a function of JavaScript whose `this` is the element says true.
func (e Element) Is(body string) Element {
	e.page.t.Helper()
	e.page.until(fmt.Sprintf("%s is such that %s", e, body), func(ctx context.Context) error {
		element, err := e.find(ctx)
		if err != nil {
			return err
		}
		value, err := call(ctx, element, `function() { return !!(`+body+`) }`, true)
		if err == nil && string(value.Value) != "true" {
			err = errors.New("it is not")
		}
		return err
	})
	return e
}

// Focus puts the focus on the element.
func (e Element) Focus() Element {
	e.page.t.Helper()
	return e.Is("(this.focus(), true)")
}

// Fill replaces what is in a field.
func (e Element) Fill(text string) {
	e.page.t.Helper()
	e.Is("this.focus(), this.select ? (this.select(), true) : false")
	if text == "" {
		e.page.Press("Backspace")
		return
	}
	e.page.Paste(text)
}

// Choose chooses an option of a list by what it says, as a person does who types it.
func (e Element) Choose(option string) {
	e.page.t.Helper()
	e.Is(fmt.Sprintf(`(o => o && (this.focus(), this.value = o.value,
		this.dispatchEvent(new Event('input', {bubbles: true})), this.dispatchEvent(new Event('change', {bubbles: true})), true)
	)([...this.options].find(o => o.label.trim().startsWith(%q)))`, option))
}
