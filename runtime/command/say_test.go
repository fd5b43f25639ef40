package command_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

// said starts a lab with a request that erin is in, on a channel with a way back.
func said(t *testing.T) (l *lab.Lab, id string) {
	t.Helper()
	l = lab.Start(t)
	id = l.MessageOn(lab.Response, "john", "m1").Request
	must(t, l.Do.Join, lab.Erin, id)
	return l, id
}

// C1: a member's message is kept and on its way in one transition, and answers what
// was unanswered.
func TestC1Say(t *testing.T) {
	l, id := said(t)
	say := protocol.Say{
		Text: "Hello John", Kind: "greeting", Attributes: map[string]string{"a": "b"},
		Attachments: []request.Attachment{{URL: "https://files.example/1.png", Name: "1.png", ContentType: "image/png", Size: 5}},
	}
	got := done(t)(l.Do.Say(ctx, lab.Erin, id, "k1", say))
	want := request.Message{
		Number: 2, ID: "k1", From: request.Actor{Kind: request.AgentActor, Name: "erin"}, Text: say.Text, Kind: say.Kind,
		Attachments: say.Attachments, Attributes: say.Attributes, At: l.Clock.Now(),
	}
	if diff := cmp.Diff(&want, got.Message); diff != "" || got.Outcome != request.Sent {
		t.Errorf("%s: %s", got.Outcome, diff)
	}
	if diff := cmp.Diff([]string{id + "/000000000002"}, keys(l, keyspace.Outbox)); diff != "" {
		t.Fatalf("outbox: %s", diff)
	}
	sending, _ := kept[keyspace.OutboxRecord](l, keyspace.Sending(id, 2))
	if diff := cmp.Diff(keyspace.OutboxRecord{
		Channel: lab.Response.Channel(), Request: id, Thread: id,
		Customer: request.Customer{ID: "john", Name: "John Williams"}, Message: want,
	}, sending); diff != "" {
		t.Error(diff)
	}
	if d := open(l, id); d.WaitingSince != nil || d.LastAgentAt == nil {
		t.Errorf("C1: %+v", d)
	}
	again := done(t)(l.Do.Say(ctx, lab.Erin, id, "k1", say))
	if diff := cmp.Diff(&want, again.Message); diff != "" || !again.Repeated {
		t.Errorf("G2: the retry: %+v %s", again, diff)
	}
	must(t, l.Do.Close, lab.Erin, id)
	if again := done(t)(l.Do.Say(ctx, lab.Erin, id, "k1", say)); !again.Repeated || again.Message.Number != 2 || again.Message.Text != say.Text {
		t.Errorf("G2: the retry after the close: %+v", again.Message)
	}
	if len(keys(l, keyspace.Outbox)) != 1 {
		t.Error("what was on its way is not, because the request was closed")
	}
}

// T32: the limit is the channel's, in code points, and exactly as many are sent.
func TestT32CodePoints(t *testing.T) {
	l, id := said(t)
	must(t, saying(l.Do, strings.Repeat("😀", snapshot.DefaultMessageMaxLength)), lab.Erin, id)
	_, err := saying(l.Do, strings.Repeat("😀", snapshot.DefaultMessageMaxLength)+"!")(ctx, lab.Erin, id, "")
	if e := refused(t, "T32", command.TooLong, err); !strings.Contains(e.Message, "4097") || !strings.Contains(e.Message, "4096") {
		t.Errorf("T32: %q", e.Message)
	}
	config := lab.Config()
	for i := range config.Channels {
		config.Channels[i].MessageMaxLength = 3
	}
	l.Program(config)
	must(t, saying(l.Do, "äöü"), lab.Erin, id)
	_, err = saying(l.Do, "1234")(ctx, lab.Erin, id, "")
	refused(t, "T32", command.TooLong, err)
}

// The longest message that a channel can allow fits into what is written.
func TestT32TheLongestMessage(t *testing.T) {
	l, id := said(t)
	config := lab.Config()
	for i := range config.Channels {
		config.Channels[i].MessageMaxLength = 65536
	}
	l.Program(config)
	for _, char := range []string{"😀", "<"} { // four bytes, and one that JSON writes as six
		must(t, saying(l.Do, strings.Repeat(char, 65536)), lab.Erin, id)
	}
}

func TestSayRefusals(t *testing.T) {
	l, id := said(t)
	plain := l.Message("mary", "m1").Request
	must(t, l.Do.Join, lab.Alice, plain)
	_, err := saying(l.Do, "hello")(ctx, lab.Alice, plain, "")
	refused(t, "a channel without a way back", command.NoOutbound, err)
	_, err = saying(l.Do, "hello")(ctx, lab.Frank, id, "")
	refused(t, "T32: by who has not joined", command.NotAMember, err)
	file := request.Attachment{URL: "https://files.example/1"}
	for name, say := range map[string]protocol.Say{
		"nothing":              {},
		"no UTF-8":             {Text: "\xff"},
		"long kind":            {Text: "x", Kind: strings.Repeat("k", 65)},
		"many attachments":     {Attachments: slices.Repeat([]request.Attachment{file}, 11)},
		"another scheme":       {Attachments: []request.Attachment{{URL: "ftp://files.example/1"}}},
		"no address":           {Attachments: []request.Attachment{{URL: "/etc/passwd"}}},
		"long address":         {Attachments: []request.Attachment{{URL: file.URL + strings.Repeat("x", 2048)}}},
		"negative size":        {Attachments: []request.Attachment{{URL: file.URL, Size: -1}}},
		"many attributes":      {Text: "x", Attributes: many(17)},
		"a nameless attribute": {Text: "x", Attributes: map[string]string{"": "x"}},
	} {
		_, err := l.Do.Say(ctx, lab.Erin, id, "", say)
		refused(t, name, command.InvalidRequest, err)
	}
	done(t)(l.Do.Say(ctx, lab.Erin, id, "", protocol.Say{Attachments: slices.Repeat([]request.Attachment{file}, 10), Attributes: many(16)}))
	must(t, l.Do.Close, lab.Erin, id)
	_, err = saying(l.Do, "hello")(ctx, lab.Erin, id, "")
	refused(t, "a closed one", command.Gone, err)
}

func many(n int) map[string]string {
	attributes := map[string]string{}
	for i := range n {
		attributes[fmt.Sprint(i)] = "x"
	}
	return attributes
}

// A customer's message can be of attachments alone, and more passes through.
func TestReceiveAttachments(t *testing.T) {
	l := lab.Start(t)
	m := protocol.PostMessage{
		ID: "m1", Customer: protocol.Customer{ID: "john"}, Kind: "photo", Attributes: map[string]string{"a": "b"},
		Attachments: []request.Attachment{{URL: "http://files.example/1"}},
	}
	receipt, err := l.Do.Receive(ctx, "facebook", m)
	if err != nil {
		t.Fatal(err)
	}
	joined := must(t, l.Do.Join, lab.Alice, receipt.Request)
	got := joined.Messages[0]
	if diff := cmp.Diff(m.Attachments, got.Attachments); diff != "" || got.Kind != "photo" || got.Attributes["a"] != "b" {
		t.Errorf("%+v", got)
	}
}

// L4: a message on a channel that is deleted is taken, and fails visibly.
func TestL4SayOnADeletedChannel(t *testing.T) {
	l, id := said(t)
	config := lab.Config()
	config.Channels = slices.DeleteFunc(config.Channels, func(c snapshot.Channel) bool { return c.Name == lab.Response.Channel() })
	l.Program(config)
	must(t, saying(l.Do, "hello"), lab.Erin, id)
	for range 2 { // the outbox may say so twice
		if err := l.Do.DeliveryFailed(ctx, id, id, 2, "the channel has been deleted"); err != nil {
			t.Fatal(err)
		}
	}
	d := open(l, id)
	if d.Last.Kind != request.DeliveryFailed || d.Last.Message != 2 || d.Version != 4 {
		t.Errorf("L4: %+v", d)
	}
	m, _ := kept[request.Message](l, keyspace.Message(id, 2))
	if m.Delivery != request.DeliveryFailedFinally || m.Failure != "the channel has been deleted" || m.Text != "hello" {
		t.Errorf("L4: %+v", m)
	}
}

// What failed is told where the conversation goes on, and also when the message is
// one of the last no more.
func TestDeliveryFailedLater(t *testing.T) {
	l, id := said(t)
	must(t, saying(l.Do, "hello"), lab.Erin, id)
	for n := range request.KeptMessages {
		l.MessageOn(lab.Response, "john", fmt.Sprint("n", n))
	}
	must(t, saying(l.Do, "are you there?"), lab.Erin, id)
	next := done(t)(l.Do.Transfer(ctx, lab.Erin, id, "", toList("l2"))).Request.TransferredTo
	for _, number := range []int64{2, request.KeptMessages + 3} {
		if err := l.Do.DeliveryFailed(ctx, id, id, number, "no answer"); err != nil {
			t.Fatal(err)
		}
		if d := open(l, next); d.Last.Kind != request.DeliveryFailed || d.Last.Message != number {
			t.Errorf("message %d: %+v", number, d.Last)
		}
		if m, ok := kept[request.Message](l, keyspace.Message(id, number)); !ok || m.Failure != "no answer" {
			t.Errorf("message %d: %+v", number, m)
		}
	}
	joined := must(t, l.Do.Join, lab.Carol, next)
	if first := joined.Messages[0].Number; len(joined.Messages) != request.KeptMessages || first != 4 {
		t.Errorf("who joins sees %d messages from %d on", len(joined.Messages), first)
	}
	must(t, l.Do.Close, lab.Carol, next)
	if err := l.Do.DeliveryFailed(ctx, id, id, 2, "no answer"); err != nil {
		t.Errorf("of a closed one: %v", err)
	}
	if err := l.Do.DeliveryFailed(ctx, "nothing", "nothing", 2, "no answer"); err != nil {
		t.Errorf("of one that is gone: %v", err)
	}
}

// A request that is transferred while a failure is noted has it where it goes on.
func TestDeliveryFailedDuringATransfer(t *testing.T) {
	l, id := said(t)
	must(t, saying(l.Do, "hello"), lab.Erin, id)
	var next string
	s := &meddled{Store: l.Store, first: func() {
		next = must(t, target(l.Do.Transfer, toList("l2")), lab.Erin, id).Request.TransferredTo
	}}
	x := command.New(command.Options{Store: s, View: l.View, Now: l.Clock.Now})
	if err := x.DeliveryFailed(ctx, id, id, 2, "no answer"); err != nil {
		t.Fatal(err)
	}
	if d := open(l, next); d.Last.Kind != request.DeliveryFailed || d.Last.Message != 2 {
		t.Errorf("%+v", d.Last)
	}
}

// A command without a deadline gets one: a store that does not answer is no reason
// to wait for ever.
func TestCommandsEnd(t *testing.T) {
	l, id := said(t)
	s := &timed{Store: l.Store}
	x := command.New(command.Options{Store: s, View: l.View, Now: l.Clock.Now})
	must(t, x.Join, lab.Frank, id)
	if !s.ends {
		t.Error("the commit has no deadline")
	}
}

// timed is a store that notes whether a commit ends.
type timed struct {
	*store.Store
	ends bool
}

func (s *timed) Commit(ctx context.Context, txn store.Txn) (store.Result, error) {
	_, s.ends = ctx.Deadline()
	return s.Store.Commit(ctx, txn)
}
