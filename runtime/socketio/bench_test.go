package socketio_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pullmode/operator/runtime/socketio"
)

// listeners runs in a process of its own, so that what the clients cost is not
// counted: so many connections, on which nothing is read but thrown away.
func listeners(address, request, word string, count int) {
	for range count {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", request)
		in := bufio.NewReader(conn)
		if _, err := http.ReadResponse(in, nil); err != nil {
			panic(err)
		}
		// A masked text; the mask is zero.
		_, _ = conn.Write(append([]byte{0x81, 0x80 | byte(len(word)), 0, 0, 0, 0}, word...))
		go func() { _, _ = io.Copy(io.Discard, conn) }()
	}
	_, _ = io.Copy(io.Discard, os.Stdin) // until the benchmark is done
}

// listen starts them.
func listen(b *testing.B, url, request, word string, count int) {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "LISTEN="+strings.Join([]string{strings.TrimPrefix(url, "http://"), request, word, strconv.Itoa(count)}, " "))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
}

func cpu() time.Duration {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// desks are so many connected clients.
func desks(b *testing.B, count int) []*socketio.Socket {
	b.Helper()
	sockets := make(chan *socketio.Socket, count)
	_, url := serve(b, socketio.Options{Connect: connectTo(sockets)})
	listen(b, url, "/socket.io/?EIO=4&transport=websocket", "40", count)
	all := make([]*socketio.Socket, count)
	for i := range all {
		all[i] = <-sockets
	}
	return all
}

// bare are as many WebSockets, each with a goroutine that writes what it is given.
func bare(b *testing.B, count int, written *sync.WaitGroup) []chan []*websocket.PreparedMessage {
	b.Helper()
	conns := make(chan *websocket.Conn, count)
	upgrader := websocket.Upgrader{}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		conns <- conn
		for {
			if _, _, err := conn.ReadMessage(); err != nil {
				_ = conn.Close()
				return
			}
		}
	}))
	listen(b, web.URL, "/", "hello", count)
	all := make([]chan []*websocket.PreparedMessage, count)
	for i := range all {
		conn := <-conns
		all[i] = make(chan []*websocket.PreparedMessage, 16)
		go func() {
			for messages := range all[i] {
				for _, m := range messages {
					_ = conn.SetWriteDeadline(time.Now().Add(10 * time.Second))
					_ = conn.WritePreparedMessage(m)
				}
				written.Done()
			}
			_ = conn.Close()
		}()
	}
	b.Cleanup(func() {
		for _, c := range all {
			close(c)
		}
		web.Close()
	})
	return all
}

var event = map[string]any{"type": "PULL_MODE_LIST_REQUEST_STATE_CHANGED", "conversationId": "chats", "pullModeEvent": strings.Repeat("x", 180)}

// BenchmarkDelivery is one event for each of 1,000 clients, beside the same bytes
// over bare WebSockets; singly, and 8 events of one moment.
func BenchmarkDelivery(b *testing.B) {
	const clients = 1000
	text, _ := json.Marshal([]any{"onPullModeSubscribedListRequest", event})
	for _, batch := range []int{1, 8} {
		b.Run(fmt.Sprintf("socketio/%d", batch), func(b *testing.B) {
			sockets := desks(b, clients)
			started := cpu()
			for b.Loop() {
				for range batch {
					m, err := socketio.Prepare("onPullModeSubscribedListRequest", event)
					if err != nil {
						b.Fatal(err)
					}
					for _, s := range sockets {
						if err := s.EmitPrepared(m); err != nil {
							b.Fatal(err)
						}
					}
				}
				for _, s := range sockets {
					_ = s.Flushed(context.Background())
				}
			}
			b.ReportMetric(float64((cpu()-started).Nanoseconds())/1e3/float64(b.N*clients*batch), "cpu-us/delivery")
		})
		b.Run(fmt.Sprintf("bare/%d", batch), func(b *testing.B) {
			var written sync.WaitGroup
			conns := bare(b, clients, &written)
			started := cpu()
			for b.Loop() {
				messages := make([]*websocket.PreparedMessage, batch)
				for i := range messages {
					messages[i], _ = websocket.NewPreparedMessage(websocket.TextMessage, append([]byte("42"), text...))
				}
				written.Add(clients)
				for _, c := range conns {
					c <- messages
				}
				written.Wait()
			}
			b.ReportMetric(float64((cpu()-started).Nanoseconds())/1e3/float64(b.N*clients*batch), "cpu-us/delivery")
		})
	}
}

// BenchmarkIdle is what a client costs that only listens, beside a bare WebSocket.
func BenchmarkIdle(b *testing.B) {
	const clients = 2000
	measure := func(b *testing.B, come func()) {
		used := func() (bytes uint64) {
			runtime.GC()
			runtime.GC()
			var stats runtime.MemStats
			runtime.ReadMemStats(&stats)
			return stats.HeapAlloc + stats.StackInuse
		}
		before, routines := used(), runtime.NumGoroutine()
		come()
		for b.Loop() {
		}
		b.ReportMetric(float64(used()-before)/clients, "B/client")
		b.ReportMetric(float64(runtime.NumGoroutine()-routines)/clients, "goroutines/client")
		b.ReportMetric(0, "ns/op")
	}
	b.Run("socketio", func(b *testing.B) {
		measure(b, func() {
			sockets := desks(b, clients)
			for _, s := range sockets {
				_ = s.Flushed(context.Background())
			}
		})
	})
	b.Run("bare", func(b *testing.B) { measure(b, func() { bare(b, clients, nil) }) })
}
