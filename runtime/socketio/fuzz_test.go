package socketio_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/pullmode/operator/runtime/socketio"
)

func inProcess(method, target, body string) *http.Request {
	return httptest.NewRequest(method, target, strings.NewReader(body))
}

func serveInProcess(server http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	server.ServeHTTP(w, r)
	return w
}

// Whatever a body holds, it is answered, and ends its own session at most.
func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		"40", "40{}\x1e42[\"echo\",1]", "41", "1", "3", "6", "", "\x1e", "b", "bAQL/", "4", "420[\"echo\"]",
		"40\x1e451-1[\"echo\",{\"_placeholder\":true,\"num\":0}]\x1ebAQL/", "40/admin,{\"a\":1}", "430[]", "40\x1e42[\"say\",[[[[]]]]]",
		"40\x1e42[\"ask\",1]\x1e430[1]\x1e42[\"bye\"]\x1e42[\"say\"]", "40\x1e451-[\"bytes\",{\"_placeholder\":true,\"num\":-1}]\x1eb",
	} {
		f.Add(seed)
	}
	server := socketio.New(socketio.Options{Connect: desk, MaxPayload: 4096, Log: quiet()})
	f.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = server.Close(ctx) // sessions are left as they are
	})
	f.Fuzz(func(t *testing.T, body string) {
		begun := serveInProcess(server, inProcess(http.MethodGet, "/socket.io/?EIO=4&transport=polling", "")).Body.String()
		session := "/socket.io/?EIO=4&transport=polling&sid=" + opened(t, begun).SID
		switch answer := serveInProcess(server, inProcess(http.MethodPost, session, body)); answer.Code {
		case http.StatusOK, http.StatusBadRequest, http.StatusRequestEntityTooLarge:
		default:
			t.Errorf("answered %d %s", answer.Code, answer.Body)
		}
		serveInProcess(server, inProcess(http.MethodPost, session, "1"))
	})
}

// Whatever a query holds, it is answered.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"", "EIO=4&transport=polling", "EIO=4&transport=websocket", "EIO=4&transport=polling&sid=x", "EIO=%zz", "sid"} {
		f.Add(seed)
	}
	server := socketio.New(socketio.Options{Connect: desk})
	f.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = server.Close(ctx) // sessions are left as they are
	})
	f.Fuzz(func(t *testing.T, query string) {
		r := inProcess(http.MethodGet, "/socket.io/", "")
		r.URL = &url.URL{Path: "/socket.io/", RawQuery: query}
		answer := serveInProcess(server, r)
		switch answer.Code {
		case http.StatusOK:
			session := "/socket.io/?EIO=4&transport=polling&sid=" + opened(t, answer.Body.String()).SID
			serveInProcess(server, inProcess(http.MethodPost, session, "1"))
		case http.StatusBadRequest:
			if !json.Valid(answer.Body.Bytes()) {
				t.Errorf("answered %s", answer.Body)
			}
		default:
			t.Errorf("answered %d %s", answer.Code, answer.Body)
		}
	})
}
