package desk

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pullmode/operator/hack/clients/browser"
)

func TestConversationIsLive(t *testing.T) {
	c := open(t, nil)
	john := c.john("page")
	a := c.signIn(t, "alice")
	a.join(john)
	a.conversation().Says("Do you deliver on Sundays?")
	c.customer("page", "john", "John Williams", "And on Saturdays?")
	a.conversation().Says("And on Saturdays?")
	c.joins(t, "bob", john)
	a.conversation().Says("bob")

	a.composer().Focus()
	a.Type("Yes,")
	a.Press("Shift+Enter")
	a.Type("until six.")
	a.composer().Is(`this.value === "Yes,\nuntil six."`)
	a.Press("Enter")
	a.composer().Is(`this.value === ""`)
	a.conversation().Says("Yes, until six.")
	c.customers.Took(t, "Yes,\nuntil six.")
}

func TestComposerCountsAsTheChannelDoes(t *testing.T) {
	c := open(t, nil)
	a := c.signIn(t, "alice")
	a.join(c.john("page"))
	counter := a.ID("counter")
	send := a.ID("send")

	// An emoji is one, also one that is two UTF-16 code units.
	a.composer().Fill(strings.Repeat("x", 4095) + "😀")
	counter.Says("4096 / 4096")
	send.Is("!this.disabled")
	a.Press("Enter")
	a.composer().Is(`this.value === ""`)
	c.customers.Took(t, strings.Repeat("x", 4095)+"😀")

	a.composer().Fill(strings.Repeat("y", 4096) + "😀")
	counter.Says("1 too many")
	send.Is("this.disabled")
	a.Press("Enter") // refused, and kept
	a.composer().Is("[...this.value].length === 4097")
	a.Press("Backspace")
	a.Press("Enter")
	a.composer().Is(`this.value === ""`)
	c.customers.Took(t, strings.Repeat("y", 4096))
}

func TestDraftIsKept(t *testing.T) {
	c := open(t, nil)
	john, ann := c.john("page"), c.customer("page", "ann", "Ann", "Hello")
	a := c.signIn(t, "alice")
	a.join(ann)
	a.join(john)
	a.composer().Fill("Half a sen")
	a.open(ann)
	a.composer().Is(`this.value === ""`)
	a.open(john)
	a.composer().Is(`this.value === "Half a sen"`)
}

// The browser goes back in its history in a while: what is opened meanwhile stays open.
func TestOneConversationRightAfterTheOther(t *testing.T) {
	c := open(t, nil)
	john, ann := c.john("page"), c.customer("page", "ann", "Ann", "Hello")
	a := c.signIn(t, "alice")
	a.row(ann).Shown()
	a.open(john)
	at := browser.Value[string](a.Page, fmt.Sprintf(`new Promise(done => {
		addEventListener("popstate", () => setTimeout(() => done(location.pathname)), {once: true});
		document.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape"}));
		document.getElementById("row-%s").click();
	})`, ann))
	if want := "/desk/requests/" + ann; at != want {
		t.Errorf("at %s, want %s", at, want)
	}
	a.ID("conversation-" + ann).Shown()
	browser.Value[bool](a.Page, "history.back(), true")
	a.conversation().Gone()
	a.Until("the inbox is where one comes from", `location.pathname === "/desk/"`)
}

func TestMessageThatDidNotArriveIsMarked(t *testing.T) {
	c := open(t, nil)
	a := c.signIn(t, "alice")
	a.join(c.john("page"))
	c.customers.Refuse()
	a.say("Yes, until six.")
	a.conversation().Says("the customer has blocked this page")
}

func TestChannelWithoutAnswersSaysSo(t *testing.T) {
	c := open(t, nil)
	a := c.signIn(t, "alice")
	a.join(c.customer("door", "cid", "Cid", "Hello"))
	a.composer().Fill("Hello")
	a.Press("Enter")
	a.conversation().Says("takes no answers")
}

func TestConversationThatIsNotJoinedTakesNoAnswers(t *testing.T) {
	c := open(t, nil)
	john := c.john("page")
	a := c.signIn(t, "alice")
	a.open(john)
	a.conversation().Says("Do you deliver on Sundays?")
	a.composer().Gone()
	if n := a.conversation().Like("button", "^Join").Count(); n != 1 {
		t.Errorf("there are %d ways to join, side by side", n)
	}
	a.conversation().Role("button", "Join to answer").Click()
	a.composer().Is("document.activeElement === this")
}
