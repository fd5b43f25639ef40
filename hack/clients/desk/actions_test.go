package desk

import (
	"net/http"
	"testing"
)

func TestJoinLeaveAndClose(t *testing.T) {
	c := open(t, nil)
	john := c.john("page")
	a := c.signIn(t, "alice")
	a.join(john)
	a.row(john).Says("Joined", "Active")
	a.ID("action-leave").Click()
	a.row(john).Says("Inactive").Silent("Joined")
	a.conversation().Gone() // also when others have been told before the answer came

	a.join(john)
	a.ID("action-close").Click()
	a.ID("dialog-close").Says("John Williams").Role("button", "Cancel").Click()
	a.ID("dialog-close").Gone()
	a.row(john).Says("Joined")
	a.ID("action-close").Click()
	a.ID("dialog-close").Role("button", "Close conversation").Click()
	a.row(john).Gone()
}

// On a list whose closePolicy is Members, only who has joined closes.
func TestCloseIsOfferedToWhoMay(t *testing.T) {
	c := open(t, nil)
	john := c.john("page")
	c.joins(t, "bob", john)
	representative, admin := c.signIn(t, "alice"), c.signIn(t, "sam", "supervisors")
	representative.open(john)
	if n := representative.ID("action-close").Count(); n != 0 {
		t.Error("somebody who has not joined is offered to close")
	}
	admin.open(john)
	admin.ID("action-close").Shown()
}

func TestAdminRemovesAMember(t *testing.T) {
	c := open(t, nil)
	john := c.john("page")
	bob, admin := c.signIn(t, "bob"), c.signIn(t, "sam", "supervisors")
	bob.join(john)
	admin.open(john)
	admin.conversation().Like("button", "(?i)remove bob").Click()
	admin.ID("dialog-remove").Role("button", "Remove").Click()
	bob.row(john).Says("Inactive").Silent("Joined")
}

func TestGrabIsLostToWhoCameFirst(t *testing.T) {
	c := open(t, nil)
	a := c.signIn(t, "alice")
	zoe := c.customer("shop", "zoe", "Zoë", "Where is my order?")
	a.open(zoe)
	c.joins(t, "bob", zoe)
	a.row(zoe).Gone()
	a.conversation().Says("bob")

	// When its owner leaves, it is there again for everybody.
	c.as(t, "bob", http.MethodPost, "/v1/requests/"+zoe+"/leave", nil)
	a.row(zoe).Says("Inactive")
}

func TestGrabIsSeenByAdmins(t *testing.T) {
	c := open(t, nil)
	zoe := c.customer("shop", "zoe", "Zoë", "Where is my order?")
	c.joins(t, "bob", zoe)
	a, admin := c.signIn(t, "alice"), c.signIn(t, "sam", "supervisors")
	admin.row(zoe).Says("Active")
	a.row(zoe).Gone()
	admin.join(zoe)
	admin.row(zoe).Says("Joined")
}

func TestWrapUp(t *testing.T) {
	c := open(t, nil)
	bea := c.customer("site", "bea", "Bea", "It is broken.")
	a := c.signIn(t, "alice")
	a.join(bea)
	a.ID("action-leave").Click()
	dialog := a.ID("dialog-wrap-up")
	dialog.Says("Bea", "Something else") // the default, and until when there is time
	dialog.Role("checkbox", "Refund").Click()
	dialog.Role("checkbox", "Apology").Click()
	dialog.Like("textbox", "^Note").Fill("Has the money by Friday.")
	dialog.Role("button", "Submit wrap-up").Click()
	dialog.Gone()
	var given struct {
		Request struct {
			WrapUp struct {
				Reasons   []string
				AppliedAt string
			}
		}
	}
	c.Call(c.Token("alice"), http.MethodGet, "/v1/requests/"+bea, nil, &given)
	if got := given.Request.WrapUp; len(got.Reasons) != 2 || got.AppliedAt == "" {
		t.Errorf("the wrap-up is %+v", got)
	}
}
