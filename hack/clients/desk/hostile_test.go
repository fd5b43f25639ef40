package desk

import (
	"net/http"
	"testing"

	"github.com/pullmode/operator/hack/clients/browser"
	"github.com/pullmode/operator/hack/clients/kit"
)

// attack would run in a desk that shows words as anything but words.
const attack = `<img src=x onerror="window.owned=1"><script>window.owned=1</script><svg onload="window.owned=1">`

func TestWordsOfOthersStayWords(t *testing.T) {
	c := open(t, map[string]string{"description": "'" + attack + "'"})
	request := c.Post("site", kit.Message{
		Customer: kit.Customer{ID: attack, Name: attack},
		Text:     attack + " javascript:window.owned=1 https://example.com/?a=<b>&c=\"d\"",
		Attachments: []kit.Attachment{
			{URL: "https://example.com/bill.pdf", Name: attack},
		},
	}).Request
	a := c.signIn(t, "alice")
	a.row(request).Says(attack)
	a.join(request)
	a.conversation().Says(attack)
	a.say(attack)
	a.ID("manage-subscriptions").Click()
	a.ID("dialog-subscriptions").Says(attack)

	if browser.Value[bool](a.Page, `"owned" in window`) {
		t.Error("what a customer wrote was run")
	}
	if n := browser.Value[int](a.Page, `document.querySelectorAll("body script, [onerror], [onload], img[src='x']").length`); n > 0 {
		t.Errorf("%d elements are a customer's", n)
	}
	for _, link := range browser.Value[[]struct{ Href, Rel, Target string }](a.Page, `[...document.links].filter(l => l.origin !== location.origin)
		.map(l => ({href: l.href, rel: l.rel, target: l.target}))`) {
		if link.Target != "_blank" || link.Rel == "" {
			t.Errorf("a link of others: %+v", link)
		}
	}
	if n := browser.Value[int](a.Page, `[...document.links].filter(l => !/^https?:$/.test(l.protocol)).length`); n > 0 {
		t.Errorf("%d links are no web pages", n)
	}
}

// The runtime takes no address of an attachment that a browser would run.
func TestAttachmentsAreWebPages(t *testing.T) {
	c := open(t, nil)
	for _, url := range []string{"javascript:alert(1)", "data:text/html,<script>alert(1)</script>"} {
		status := c.Status(c.Key(), http.MethodPost, "/v1/channels/page/messages", kit.Message{
			ID: url, Customer: kit.Customer{ID: "john"}, Attachments: []kit.Attachment{{URL: url}},
		})
		if status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", url, status)
		}
	}
}
