package socketio_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/pullmode/operator/runtime/socketio"
)

func TestPackets(t *testing.T) {
	_, url := serve(t, socketio.Options{})
	tests := map[string]struct {
		say  string
		hear string
	}{
		"an event is answered with an event": {`42["say","x",{"a":[]}]`, `42["said","x",{"a":[]}]`},
		"an event that asks is answered":     {`4217["echo",1,null]`, `4317[1,null]`},
		"an answer may be empty":             {`420["echo"]`, `430[]`},
		"the namespace may be named":         {`42/,5["echo",1]`, `435[1]`},
		"another one is none":                {`40/admin,{"a":1}`, `44/admin,{"message":"Invalid namespace"}`},
		"it may have a question":             {`40/admin?a=1,`, `44/admin?a=1,{"message":"Invalid namespace"}`},
		"an id as large as clients count":    {`429007199254740991["echo"]`, `439007199254740991[]`},
		"a noop is nothing":                  {"6\x1e420[\"echo\"]", `430[]`},
		"an unasked answer is nothing":       {"4399[1]\x1e420[\"echo\"]", `430[]`},
		"so is an unasked pong":              {"3\x1e420[\"echo\"]", `430[]`},
		"an event that nobody handles":       {"42[\"what\"]\x1e420[\"echo\"]", `430[]`},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			c := talking(t, url)
			for _, packet := range strings.Split(tc.say, "\x1e") {
				c.say(packet)
			}
			c.expect(tc.hear)
			p := polled(t, url)
			p.post(tc.say)
			if got := p.get(); got != tc.hear {
				t.Errorf("polled %q, want %q", got, tc.hear)
			}
		})
	}
}

func TestBytes(t *testing.T) {
	_, url := serve(t, socketio.Options{})
	c := talking(t, url)
	c.say(`452-1["echo",{"b":{"_placeholder":true,"num":1},"n":12345678901234567890},{"_placeholder":true,"num":0}]`)
	for _, data := range [][]byte{{1, 2, 255}, {}} {
		if err := c.conn.WriteMessage(websocket.BinaryMessage, data); err != nil {
			t.Fatal(err)
		}
	}
	c.expect(`431[{"b":"","n":12345678901234567890},"AQL/"]`)
	p := polled(t, url)
	p.post(`451-1["echo",{"_placeholder":true,"num":0}]` + "\x1ebAQL/")
	if got, want := p.get(), `431["AQL/"]`; got != want {
		t.Errorf("polled %q, want %q", got, want)
	}
}

// An attachment has one place in its packet, as clients send it: in a thousand places
// it would weigh a thousand times what was sent.
func TestAnAttachmentHasOnePlace(t *testing.T) {
	sockets := make(chan *socketio.Socket, 1)
	_, url := serve(t, socketio.Options{Connect: connectTo(sockets)})
	c := talking(t, url)
	c.say(`451-1["echo",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}]`)
	if err := c.conn.WriteMessage(websocket.BinaryMessage, []byte{1, 2, 255}); err != nil {
		t.Fatal(err)
	}
	if got := ended(t, <-sockets); !errors.Is(got, socketio.ErrProtocol) {
		t.Errorf("it ended because %v", got)
	}
}

func TestConnectIsAnswered(t *testing.T) {
	_, url := serve(t, socketio.Options{})
	c := talk(t, url)
	c.say(`40{"refuse":true}`)
	c.expect(`44{"message":"not you","data":{"type":"unauthorized"}}`)
	c.say(`40{"refuse":1}`)
	c.expect(`44{"message":"internal error"}`)
	c.say(`40{"greet":true}`)
	if got := c.hear(); !strings.HasPrefix(got, `40{"sid":"`) {
		t.Fatalf("the third CONNECT is answered %q", got)
	}
	c.expect(`42["greeting","hello"]`)
	c.say(`41`)
	c.say(`40`)
	if got := c.hear(); !strings.HasPrefix(got, `40{"sid":"`) {
		t.Fatalf("the CONNECT behind a DISCONNECT is answered %q", got)
	}
}

// A client may leave, and come again, as soon as it has been told that it is connected.
func TestADisconnectAtOnce(t *testing.T) {
	_, url := serve(t, socketio.Options{})
	c := talk(t, url)
	for range 2000 {
		c.say(`40`)
		if got := c.hear(); !strings.HasPrefix(got, `40{"sid":"`) {
			t.Fatalf("a CONNECT is answered %q", got)
		}
		c.say(`41`)
	}
}

func TestPacketsWaitForAPoll(t *testing.T) {
	_, url := serve(t, socketio.Options{})
	p := polled(t, url)
	p.post("42[\"say\",1]\x1e42[\"say\",2]\x1e420[\"echo\",3]")
	var got []string
	for len(got) < 3 {
		got = append(got, strings.Split(p.get(), "\x1e")...)
	}
	want := `42["said",1] 42["said",2] 430[3]`
	if joined := strings.Join(got, " "); joined != want {
		t.Errorf("polled %s, want %s", joined, want)
	}
}

// The upgrade step by step, with packets under way in both directions.
func TestTheUpgrade(t *testing.T) {
	_, url := serve(t, socketio.Options{})
	p := polled(t, url)
	probe := strings.Replace(p.url, "transport=polling", "transport=websocket", 1)
	probe = strings.TrimPrefix(probe, url)

	c := dial(t, url+probe)
	// One at a time.
	status, body := fetch(t, http.MethodGet, url+probe, "", http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="}})
	if status != http.StatusBadRequest || !strings.Contains(body, `"code":3`) {
		t.Errorf("a second one is answered %d %s", status, body)
	}
	waiting := make(chan string)
	go func() { waiting <- p.get() }()
	c.say("2probe")
	c.expect("3probe")
	if got := <-waiting; got != "6" {
		t.Errorf("the poll that waits is answered %q, want a noop", got)
	}
	p.post(`42["say","posted"]`)
	if got := p.told(); got != `42["said","posted"]` {
		t.Errorf("a poll in the midst of it is answered %q", got)
	}
	p.post(`42["say","before"]`)
	c.say("5")
	c.say(`42["say","behind"]`)
	c.expect(`42["said","before"]`)
	c.expect(`42["said","behind"]`)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if status, body := fetch(t, method, p.url, `42["say","late"]`, nil); status != http.StatusBadRequest || !strings.Contains(body, `"code":3`) {
			t.Errorf("a %s behind it is answered %d %s", method, status, body)
		}
	}
	c.say(`420["echo"]`)
	c.expect(`430[]`)
}

func TestAnUpgradeThatFailsLeavesPolling(t *testing.T) {
	_, url := serve(t, socketio.Options{})
	for name, words := range map[string][]string{
		"not a probe":           {"hello"},
		"a message before":      {"2probe", `42["say","smuggled"]`},
		"gone":                  nil,
		"gone behind the probe": {"2probe"},
	} {
		t.Run(name, func(t *testing.T) {
			p := polled(t, url)
			c := dial(t, strings.Replace(p.url, "transport=polling", "transport=websocket", 1))
			for _, word := range words {
				c.say(word)
			}
			if words == nil || len(words) == 1 && words[0] == "2probe" {
				_ = c.conn.Close()
			} else if _, err := c.ends(); err == nil {
				t.Error("the WebSocket is kept")
			}
			p.post(`420["echo",1]`)
			if got := p.told(); got != `430[1]` {
				t.Errorf("polled %q", got)
			}
		})
	}
}

func TestAnEventIsEncodedOnceForMany(t *testing.T) {
	sockets := make(chan *socketio.Socket, 2)
	_, url := serve(t, socketio.Options{Connect: connectTo(sockets)})
	c, p := talking(t, url), polled(t, url)
	m, err := socketio.Prepare("news", map[string]int{"n": 1}, "<&>")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := (<-sockets).EmitPrepared(m); err != nil {
			t.Fatal(err)
		}
	}
	var got [2][]json.RawMessage
	for i, text := range []string{c.hear(), p.get()} {
		if err := json.Unmarshal([]byte(strings.TrimPrefix(text, "42")), &got[i]); err != nil {
			t.Fatalf("%v: %q", err, text)
		}
	}
	if string(got[0][1]) != `{"n":1}` || string(got[0][0]) != `"news"` || string(got[1][2]) != string(got[0][2]) {
		t.Errorf("heard %s and polled %s", got[0], got[1])
	}
	if _, err := socketio.Prepare("news", make(chan int)); err == nil {
		t.Error("a channel was encoded")
	}
}

// What asks for an answer that nobody waits for is answered a thousand times, or never:
// it is not held against the client, nor taken for the answer to something else.
func TestAnAnswerForNobody(t *testing.T) {
	sockets := make(chan *socketio.Socket, 1)
	_, url := serve(t, socketio.Options{Connect: connectTo(sockets)})
	c, m := talking(t, url), must(socketio.PrepareAsking("news", 1))
	s, answers := <-sockets, make(chan string, 1)
	if err := s.EmitAck("question", nil, func(args []json.RawMessage) { answers <- string(args[0]) }); err != nil {
		t.Fatal(err)
	}
	c.expect(`421["question"]`)
	for range 2000 {
		if err := s.EmitPrepared(m); err != nil {
			t.Fatal(err)
		}
		c.expect(`420["news",1]`)
	}
	c.say(`430["nobody's"]`)
	c.say(`431["the answer"]`)
	if got := <-answers; got != `"the answer"` {
		t.Errorf("answered %s", got)
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func TestAPongProvesWhatCameBeforeItsPing(t *testing.T) {
	sockets := make(chan *socketio.Socket, 1)
	_, url := serve(t, socketio.Options{Connect: connectTo(sockets)})
	c := talking(t, url)
	s, proven := <-sockets, make(chan string, 3)
	for _, name := range []string{"first", "second"} {
		if err := s.Emit(name); err != nil {
			t.Fatal(err)
		}
		s.Probe(func() { proven <- name })
	}
	for _, want := range []string{`42["first"]`, "2", `42["second"]`, "2"} {
		if _, got, err := c.conn.ReadMessage(); err != nil || string(got) != want {
			t.Fatalf("heard %q, %v, want %q", got, err, want)
		}
	}
	c.say("3")
	c.say(`420["echo"]`)
	c.expect(`430[]`)
	if got := <-proven; got != "first" || len(proven) > 0 {
		t.Errorf("one pong proves the %s, and %d more", got, len(proven))
	}
	c.say("3")
	if got := <-proven; got != "second" {
		t.Errorf("the second proves the %s", got)
	}
	c.say("3") // nobody asked
	c.say(`421["echo"]`)
	c.expect(`431[]`)
}
