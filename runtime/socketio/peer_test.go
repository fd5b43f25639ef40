package socketio_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// patience is for what has to come; only a test that fails waits for it.
const patience = time.Minute

// poller is a client that speaks the protocol by hand, over long polling.
type poller struct {
	t   testing.TB
	url string // with the sid
}

// opening is the payload of a session's first packet.
type opening struct {
	SID                       string
	Upgrades                  []string
	PingInterval, PingTimeout int
	MaxPayload                int
}

func opened(t testing.TB, packet string) opening {
	t.Helper()
	var o opening
	if !strings.HasPrefix(packet, "0{") || json.Unmarshal([]byte(packet[1:]), &o) != nil {
		t.Fatalf("a session began with %q", packet)
	}
	return o
}

func poll(t testing.TB, url string) *poller {
	t.Helper()
	p := &poller{t, url + "/socket.io/?EIO=4&transport=polling"}
	p.url += "&sid=" + begun(t, url, p.get()).SID
	return p
}

// begun is opened for a session that is polled. It says goodbye at the end: the
// server, when it closes, would wait for another poll.
func begun(t testing.TB, url, packet string) opening {
	t.Helper()
	o := opened(t, packet)
	t.Cleanup(func() { fetch(t, http.MethodPost, url+"/socket.io/?EIO=4&transport=polling&sid="+o.SID, "1", nil) })
	return o
}

func polled(t testing.TB, url string) *poller {
	t.Helper()
	p := poll(t, url)
	p.post("40")
	for got := ""; !strings.Contains(got, `40{"sid":"`); {
		if strings.HasPrefix(got, "2") {
			p.post("3")
		} else if got != "" {
			t.Fatalf("CONNECT was answered %q", got)
		}
		got = p.get()
	}
	return p
}

func (p *poller) get() string {
	p.t.Helper()
	status, body := fetch(p.t, http.MethodGet, p.url, "", nil)
	if status != http.StatusOK {
		p.t.Fatalf("GET: %d %s", status, body)
	}
	return body
}

// told is what the next poll is answered with that an upgrade does not answer.
func (p *poller) told() string {
	p.t.Helper()
	for {
		if got := p.get(); got != "6" {
			return got
		}
	}
}

func (p *poller) post(body string) {
	p.t.Helper()
	if status, answer := fetch(p.t, http.MethodPost, p.url, body, nil); status != http.StatusOK || answer != "ok" {
		p.t.Fatalf("POST: %d %s", status, answer)
	}
}

// fetch is one request. Its connection is not kept: goroutines of idle ones would
// look like leaks.
func fetch(t testing.TB, method, url, body string, header http.Header) (status int, answer string) {
	t.Helper()
	response := request(t, method, url, body, header)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Errorf("%s: %v", method, err)
	}
	return response.StatusCode, string(text)
}

func request(t testing.TB, method, url, body string, header http.Header) *http.Response {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Close = true
	for name := range header {
		r.Header.Set(name, header.Get(name))
	}
	response, err := (&http.Client{Transport: &http.Transport{DialContext: reach}}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

// talker is a client that speaks the protocol by hand, over a WebSocket.
type talker struct {
	t    testing.TB
	conn *websocket.Conn
}

func dial(t testing.TB, url string) *talker {
	t.Helper()
	conn, response, err := (&websocket.Dialer{NetDialContext: reach}).Dial("ws"+strings.TrimPrefix(url, "http"), nil)
	if err != nil {
		t.Fatalf("dial: %v (%v)", err, response)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	return &talker{t, conn}
}

// talk opens a session.
func talk(t testing.TB, url string) *talker {
	t.Helper()
	c := dial(t, url+"/socket.io/?EIO=4&transport=websocket")
	opened(t, c.hear())
	return c
}

func talking(t testing.TB, url string) *talker {
	t.Helper()
	c := talk(t, url)
	c.say("40")
	if got := c.hear(); !strings.HasPrefix(got, `40{"sid":"`) {
		t.Fatalf("CONNECT was answered %q", got)
	}
	return c
}

func (c *talker) say(text string) {
	c.t.Helper()
	if err := c.conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		c.t.Fatalf("say %q: %v", text, err)
	}
}

// hear is the next message; pings it answers.
func (c *talker) hear() string {
	c.t.Helper()
	for {
		_, data, err := c.conn.ReadMessage()
		if err != nil {
			c.t.Fatalf("hear: %v", err)
		}
		if string(data) != "2" {
			return string(data)
		}
		c.say("3")
	}
}

func (c *talker) expect(want string) {
	c.t.Helper()
	if got := c.hear(); got != want {
		c.t.Fatalf("heard %q, want %q", got, want)
	}
}

// ends waits for the end of the connection and tells what was heard until then.
func (c *talker) ends() (heard []string, err error) {
	c.t.Helper()
	for {
		_, data, err := c.conn.ReadMessage()
		if err != nil {
			return heard, err
		}
		heard = append(heard, string(data))
	}
}
