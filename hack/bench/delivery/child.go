package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The servers that are compared.
const (
	kindLoop    = "loop"    // one goroutine writes to all connections, one after the other
	kindPumps   = "pumps"   // each connection has a queue and a goroutine that writes
	kindRuntime = "runtime" // the product
)

var kinds = []string{kindLoop, kindPumps, kindRuntime}

// usage is what a server's process has used.
type usage struct {
	CPU time.Duration
	// Memory is what is the process's own: files that it has mapped, as a store does,
	// are not counted.
	Memory int64
}

// child is one of the servers. It says on standard output where it is, and ends with
// its standard input.
func child(ctx context.Context, kind, issuer, profile string) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	control, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /usage", func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(used()) })
	mux.HandleFunc("POST /settle", func(http.ResponseWriter, *http.Request) { debug.FreeOSMemory() })
	go func() { _ = http.Serve(control, mux) }()
	say := func(url string) error {
		return json.NewEncoder(os.Stdout).Encode(server{Kind: kind, URL: url, Control: "http://" + control.Addr().String()})
	}
	if kind == kindRuntime {
		return product(ctx, issuer, say)
	}
	return bare(ctx, kind == kindPumps, say)
}

// used is what this process has used until now.
func used() (u usage) {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	u.CPU = time.Duration(r.Utime.Nano() + r.Stime.Nano())
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "RssAnon:" {
			kilobytes, _ := strconv.ParseInt(fields[1], 10, 64)
			u.Memory = kilobytes << 10
		}
	}
	return u
}

// server is one that runs, as this program's other side knows it.
type server struct {
	Kind, URL, Control string

	process *exec.Cmd
	stdin   io.Closer
}

// start starts one.
func start(ctx context.Context, kind, issuer, profile string) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &server{process: exec.CommandContext(ctx, self, "-serve", kind, "-issuer", issuer, "-profile", profile)}
	s.process.Stderr = os.Stderr
	if s.stdin, err = s.process.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.process.Start(); err != nil {
		return nil, err
	}
	if err := json.NewDecoder(out).Decode(s); err != nil {
		s.stop()
		return nil, fmt.Errorf("the %s server did not say where it is: %w", kind, err)
	}
	return s, nil
}

func (s *server) stop() {
	_ = s.stdin.Close()
	_ = s.process.Wait()
}

// usage asks for what the server has used until now.
func (s *server) usage() (u usage, err error) {
	resp, err := http.Get(s.Control + "/usage")
	if err != nil {
		return u, err
	}
	defer resp.Body.Close()
	return u, json.NewDecoder(resp.Body).Decode(&u)
}

// settle has the server give back what it does not need.
func (s *server) settle() error {
	resp, err := http.Post(s.Control+"/settle", "", nil)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
