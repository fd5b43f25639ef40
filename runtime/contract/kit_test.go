package contract_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/onsi/gomega"

	"github.com/pullmode/operator/runtime/internal/lab"
	"github.com/pullmode/operator/runtime/internal/leak"
	"github.com/pullmode/operator/runtime/internal/site"
)

func TestMain(m *testing.M) { leak.Main(m) }

// customer posts a customer's message and gives the request's id.
func customer(s *site.Site, channel, who string) string {
	s.T.Helper()
	receipt, err := s.Connector(channel).Post(s.T.Context(), message(who))
	if err != nil {
		s.T.Fatal(err)
	}
	return receipt.Request
}

// told is one event that a desk was told.
type told struct {
	name string
	arg  json.RawMessage
	asks bool // for an acknowledgement, which it got
}

// desk is an existing desk, as far as the wire goes: a WebSocket with Socket.IO over
// it. It keeps all that it is told.
type desk struct {
	t    *testing.T
	conn *websocket.Conn
	done chan struct{}

	mu     sync.Mutex
	events []told
	acks   map[int]json.RawMessage
	asked  int
	ended  string // how the connection ended
	silent bool   // pings are not answered yet
	owed   int    // those
	proof  int    // how many events the newest ping was behind
	refuse json.RawMessage
}

// connect connects a desk; auth is its handshake's.
func connect(s *site.Site, auth map[string]any) *desk {
	s.T.Helper()
	address := "ws" + strings.TrimPrefix(s.URL, "http") + "/socket.io/?EIO=4&transport=websocket"
	conn, resp, err := websocket.DefaultDialer.Dial(address, nil)
	if err != nil {
		s.T.Fatalf("connect: %v, %+v", err, resp)
	}
	d := &desk{t: s.T.(*testing.T), conn: conn, done: make(chan struct{}), acks: map[int]json.RawMessage{}}
	go d.read()
	s.T.Cleanup(func() { d.hangUp() })
	payload, err := json.Marshal(auth)
	if err != nil {
		s.T.Fatal(err)
	}
	d.write("40" + string(payload))
	return d
}

// as connects the desk of an agent.
func as(s *site.Site, agent string, groups ...string) *desk {
	s.T.Helper()
	return connect(s, map[string]any{"token": s.Token(agent, groups...)})
}

func (d *desk) write(packet string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_ = d.conn.WriteMessage(websocket.TextMessage, []byte(packet)) // the end is what read sees
}

func (d *desk) read() {
	defer close(d.done)
	for {
		_, data, err := d.conn.ReadMessage()
		if err != nil {
			var closed *websocket.CloseError
			if d.end("broken"); errors.As(err, &closed) && closed.Code == websocket.CloseNormalClosure {
				d.end("closed")
			}
			return
		}
		switch packet := string(data); {
		case packet == "2":
			d.pong()
		case strings.HasPrefix(packet, "41"):
			d.end("disconnected")
		case strings.HasPrefix(packet, "42"):
			d.take(data[2:])
		case strings.HasPrefix(packet, "43"):
			number := strings.TrimLeft(packet[2:], "0123456789")
			id, _ := strconv.Atoi(packet[2 : len(packet)-len(number)])
			d.mu.Lock()
			d.acks[id] = json.RawMessage(number)
			d.mu.Unlock()
		case strings.HasPrefix(packet, "44"):
			d.mu.Lock()
			d.refuse = data[2:]
			d.mu.Unlock()
		}
	}
}

// pong answers a ping, unless pings are to wait.
func (d *desk) pong() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.owed++
	d.proof = len(d.events)
	d.settle()
}

// proves waits until the runtime knows that the desk has had all that it was told so
// far, and rang for.
func (d *desk) proves() {
	d.t.Helper()
	d.mu.Lock()
	told := len(d.events)
	d.mu.Unlock()
	d.eventually("not asked whether it has had everything", func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.proof >= told && d.owed == 0
	})
	d.must("changeAgentState", nil) // its answer is read before this
}

// hush has pings wait for their answers, until it is called with false.
func (d *desk) hush(silent bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.silent = silent
	d.settle()
}

func (d *desk) settle() {
	for ; !d.silent && d.owed > 0; d.owed-- {
		_ = d.conn.WriteMessage(websocket.TextMessage, []byte("3"))
	}
}

// end notes how it ended; the first counts.
func (d *desk) end(how string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ended == "" || how == "closed" && d.ended == "broken" {
		d.ended = how
	}
}

func (d *desk) take(data []byte) {
	var args []json.RawMessage
	var name string
	text := bytes.TrimLeft(data, "0123456789")
	id := string(data[:len(data)-len(text)])
	data = text
	if json.Unmarshal(data, &args) != nil || len(args) != 2 || json.Unmarshal(args[0], &name) != nil {
		d.t.Errorf("no event: %s", data)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.events = append(d.events, told{name, args[1], id != ""})
	if id != "" {
		_ = d.conn.WriteMessage(websocket.TextMessage, []byte("43"+id+`[{"status":"ok"}]`))
	}
}

// hangUp leaves as a page does that is closed.
func (d *desk) hangUp() {
	_ = d.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseGoingAway, ""), time.Now().Add(time.Second))
	_ = d.conn.Close()
	<-d.done
}

// ask emits an event and waits for its acknowledgement.
func (d *desk) ask(event string, payload any) map[string]any {
	d.t.Helper()
	d.mu.Lock()
	id := d.asked
	d.asked++
	d.mu.Unlock()
	text, err := json.Marshal([]any{event, payload})
	if err != nil {
		d.t.Fatal(err)
	}
	d.write("42" + strconv.Itoa(id) + string(text))
	var answers []map[string]any
	d.eventually("no acknowledgement of "+event, func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.acks[id] != nil && json.Unmarshal(d.acks[id], &answers) == nil
	})
	return answers[0]
}

// must asks for what has to be done.
func (d *desk) must(event string, payload any) map[string]any {
	d.t.Helper()
	answer := d.ask(event, payload)
	if answer["status"] != "ok" {
		d.t.Fatalf("%s was answered %v", event, answer)
	}
	return answer
}

func (d *desk) eventually(what string, fact func() bool) {
	d.t.Helper()
	gomega.NewWithT(d.t).Eventually(fact, time.Minute, time.Millisecond).Should(gomega.BeTrue(), func() string {
		d.mu.Lock()
		defer d.mu.Unlock()
		var all strings.Builder
		for _, e := range d.events {
			all.WriteString("\n" + e.name + " " + short(e.arg))
		}
		return what + "; told:" + all.String()
	})
}

func short(arg json.RawMessage) string { return string(arg[:min(len(arg), 300)]) }

// all are the arguments of every event of a name, so far.
func (d *desk) all(name string) []json.RawMessage {
	d.mu.Lock()
	defer d.mu.Unlock()
	var args []json.RawMessage
	for _, e := range d.events {
		if e.name == name {
			args = append(args, e.arg)
		}
	}
	return args
}

// wait waits for the nth event of a name, from 1, and reads it.
func wait[T any](d *desk, name string, nth int) (value T) {
	d.t.Helper()
	d.eventually("no "+name+" number "+strconv.Itoa(nth), func() bool { return len(d.all(name)) >= nth })
	if err := json.Unmarshal(d.all(name)[nth-1], &value); err != nil {
		d.t.Fatal(err)
	}
	return value
}

// row is what a desk reads of a list event: in which of the forms it comes.
type row struct {
	Type, ID, Status, ListID, Topic, Customer string
}

// rows are the list events so far.
func (d *desk) rows() []row {
	d.t.Helper()
	var rows []row
	for _, arg := range d.all("onPullModeSubscribedListRequest") {
		var e struct {
			PullModeEvent                 json.RawMessage
			Type, ConversationID, TopicID string
		}
		if err := json.Unmarshal(arg, &e); err != nil {
			d.t.Fatal(err)
		}
		var text string
		if json.Unmarshal(e.PullModeEvent, &text) == nil {
			e.PullModeEvent = json.RawMessage(text)
		}
		r := listRow(d.t, e.PullModeEvent)
		r.Type, r.Topic = strings.TrimPrefix(e.Type, "PULL_MODE_LIST_REQUEST_"), e.ConversationID+e.TopicID
		rows = append(rows, r)
	}
	return rows
}

func listRow(t *testing.T, text json.RawMessage) row {
	t.Helper()
	var r struct {
		ID, Status, ListID string
		ChannelSession     struct{ Customer struct{ FirstName string } }
	}
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return row{ID: r.ID, Status: r.Status, ListID: r.ListID, Customer: r.ChannelSession.Customer.FirstName}
}

// array waits for the nth snapshot event of a name and gives the ids in it.
func (d *desk) array(name string, nth int) []string {
	d.t.Helper()
	ids := []string{}
	for _, element := range wait[[]json.RawMessage](d, name, nth) {
		ids = append(ids, listRow(d.t, element).ID)
	}
	return ids
}

// saw waits for a list event of a type and status about a request.
func (d *desk) saw(kind, status, id string) {
	d.t.Helper()
	d.eventually(kind+" "+status+" of "+id, func() bool { return d.count(kind, status, id) > 0 })
}

func (d *desk) count(kind, status, id string) (n int) {
	d.t.Helper()
	for _, r := range d.rows() {
		if r.Type == kind && r.Status == status && r.ID == id {
			n++
		}
	}
	return n
}

// in waits until the desk is told of its lists and of what is open on them.
func (d *desk) in() *desk {
	d.t.Helper()
	wait[[]json.RawMessage](d, "pullModeSubscribedListRequests", 1)
	return d
}

// over waits for the end and says how it came.
func (d *desk) over() string {
	d.t.Helper()
	<-d.done
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ended
}

// grab is the channel that lands on a Grab list, and that list.
var grab = struct{ channel, list string }{lab.Grab.Channel(), lab.Grab.List()}
