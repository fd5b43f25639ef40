package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/internal/site"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/replica"
	"github.com/pullmode/operator/runtime/request"
)

// The story of a Facebook comment, as HTTP.
func TestStory(t *testing.T) {
	s := site.Start(t)
	alice := bearer(s.Token("alice"))
	var me protocol.Me
	wantOK(t, s.URL, sent{method: "GET", path: "/v1/me", header: alice}, &me)
	if len(me.Lists) != 1 || me.Lists[0].Name != "l1" || !me.Lists[0].Subscribed {
		t.Errorf("alice is subscribed on sight: %+v", me)
	}
	var receipt protocol.Receipt
	wantOK(t, s.URL, post("facebook", message("m1", "john williams/1", "Do you deliver?")), &receipt)
	if receipt.Outcome != request.Opened || receipt.List != "l1" {
		t.Errorf("T01: %+v", receipt)
	}
	var page protocol.Page
	wantOK(t, s.URL, sent{method: "GET", path: "/v1/requests?state=UNREAD&joined=false&attention=Normal&limit=10", header: alice}, &page)
	if len(page.Requests) != 1 || page.Requests[0].ID != receipt.Request || page.Cursor == "" {
		t.Errorf("%+v", page)
	}
	at := func(action string) sent {
		return sent{method: "POST", path: "/v1/requests/" + receipt.Request + action, header: alice}
	}
	var result protocol.Result
	wantOK(t, s.URL, at("/join"), &result)
	if result.Outcome != request.Joined || result.Request.State != request.Active || len(result.Messages) != 1 {
		t.Errorf("T07: %+v", result)
	}
	var c protocol.Conversation
	wantOK(t, s.URL, sent{method: "GET", path: "/v1/requests/" + receipt.Request, header: alice}, &c)
	if len(c.Messages) != 1 || c.Messages[0].Text != "Do you deliver?" {
		t.Errorf("%+v", c)
	}
	wantOK(t, s.URL, at("/leave"), &result)
	if result.Request.State != request.Inactive {
		t.Errorf("T15: %+v", result)
	}
	wantOK(t, s.URL, at("/join"), &result)
	wantOK(t, s.URL, at("/close"), &result)
	if result.Outcome != request.Ended || result.Request.State != request.Closed {
		t.Errorf("T18: %+v", result)
	}
	wantOK(t, s.URL, at("/close"), &result)
	if result.Outcome != request.AlreadyClosed {
		t.Errorf("T20: %+v", result)
	}
	wantOK(t, s.URL, post("facebook", message("m2", "john williams/1", "Hello?")), &receipt)
	var end protocol.SessionEnd
	ending := sent{method: "POST", path: "/v1/channels/facebook/sessions/john%20williams%2F1/end", header: bearer(site.Key("facebook"))}
	wantOK(t, s.URL, ending, &end)
	if end.Outcome != request.Ended {
		t.Errorf("T21: %+v", end)
	}
	wantOK(t, s.URL, ending, &end)
	if end.Outcome != request.AlreadyClosed {
		t.Errorf("T21, again: %+v", end)
	}
	for _, method := range []string{"DELETE", "DELETE", "PUT", "PUT"} {
		wantOK(t, s.URL, sent{method: method, path: "/v1/lists/l1/subscription", header: alice}, nil)
	}
}

// The same message twice has one effect (G9).
func TestTheSameMessageTwice(t *testing.T) {
	s := site.Start(t)
	var first, second protocol.Receipt
	wantOK(t, s.URL, post("facebook", message("m1", "john", "hi")), &first)
	wantOK(t, s.URL, post("facebook", message("m1", "john", "hi")), &second)
	first.Duplicate = true
	if diff := cmp.Diff(first, second); diff != "" {
		t.Error(diff)
	}
	c, err := s.Agent("alice").Request(ctx, first.Request)
	if err != nil || len(c.Messages) != 1 {
		t.Errorf("%+v, %v", c, err)
	}
}

// Two first messages of one customer at the same moment open one request (G8).
func TestTwoFirstMessagesAtOnce(t *testing.T) {
	s := site.Start(t)
	const customers, each = 20, 4
	var wg sync.WaitGroup
	var mu sync.Mutex
	requests := map[string]map[string]int{}
	for n := range customers * each {
		wg.Go(func() {
			customer := fmt.Sprint("customer-", n/each)
			receipt, err := s.Connector("facebook").Post(ctx, protocol.PostMessage{ID: fmt.Sprint("m", n), Customer: protocol.Customer{ID: customer}, Text: "hi"})
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if requests[customer] == nil {
				requests[customer] = map[string]int{}
			}
			requests[customer][receipt.Request]++
		})
	}
	wg.Wait()
	for customer, of := range requests {
		if len(of) != 1 {
			t.Errorf("%s has requests %v", customer, of)
		}
	}
}

// A command repeated with its key finds its first answer (G2).
func TestIdempotencyKey(t *testing.T) {
	s := site.Start(t)
	var receipt protocol.Receipt
	wantOK(t, s.URL, post("facebook", message("m1", "john", "hi")), &receipt)
	command := func(name, key string) (result protocol.Result) {
		header := bearer(s.Token("alice"))
		header["Idempotency-Key"] = key
		wantOK(t, s.URL, sent{method: "POST", path: "/v1/requests/" + receipt.Request + "/" + name, header: header}, &result)
		return result
	}
	command("join", "one")
	command("leave", "two")
	again := command("leave", "two") // would be not-a-member without the key
	if !again.Repeated || again.Outcome != request.Left {
		t.Errorf("%+v", again)
	}
}

// Pages continue where the one before ended, oldest first.
func TestPages(t *testing.T) {
	s := site.Start(t)
	var want []string
	for n := range 25 {
		receipt, err := s.Connector("facebook").Post(ctx, protocol.PostMessage{ID: fmt.Sprint("m", n), Customer: protocol.Customer{ID: fmt.Sprint("c", n)}, Text: "hi"})
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, receipt.Request)
	}
	var got []string
	for r, err := range s.Agent("alice").Requests(ctx, client.Query{Limit: 10, Lists: []string{"l1"}}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r.ID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// When the store is nearly full, new requests are refused and open ones go on.
func TestStoreFull(t *testing.T) {
	// The figure of the used space is some seconds old; this clock makes it old.
	var ahead atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	// The store tells its size as of its last batch, up to 0.1 s ago: what is left above the guard has to last longer.
	s := site.Start(t, func(o *replica.Options) { o.QuotaBytes, o.Now = 48<<20, now })
	var open protocol.Receipt
	wantOK(t, s.URL, post("facebook", message("first", "first", "hi")), &open)
	for n := 0; ; n++ {
		if n%10 == 0 { // not with each one: tokens last an hour
			ahead.Add(int64(6 * time.Second))
		}
		r := post("facebook", message(fmt.Sprint("m", n), fmt.Sprint("c", n), strings.Repeat("x", 60<<10)))
		if resp, _ := send(t, s.URL, r); resp.StatusCode != http.StatusOK {
			break
		}
	}
	wantProblem(t, s.URL, post("facebook", message("new", "new", "hi")), answered{507, protocol.ProblemStoreFull, map[string]string{"Retry-After": "60"}})
	wantOK(t, s.URL, post("facebook", message("further", "first", "hi")), nil)
	wantOK(t, s.URL, sent{method: "POST", path: "/v1/requests/" + open.Request + "/join", header: bearer(s.Token("alice"))}, nil)
}
