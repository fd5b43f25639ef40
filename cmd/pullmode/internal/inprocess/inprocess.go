// Package inprocess is a runtime in this process for the conformance suite: the
// operator's compiler, replicas of the runtime, and an issuer, without Kubernetes.
package inprocess

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pullmode/operator/cmd/pullmode/internal/listen"
	"github.com/pullmode/operator/controllers/folder"
	"github.com/pullmode/operator/controllers/schema"
	"github.com/pullmode/operator/runtime/hold"
	"github.com/pullmode/operator/runtime/issuer"
	"github.com/pullmode/operator/runtime/replica"
)

// Options are what a runtime is started with.
type Options struct {
	// Replicas is how many; more than one need Etcd. Default 1.
	Replicas int
	// Etcd are the endpoints of an external etcd. Without any, one replica keeps
	// everything itself.
	Etcd    []string
	Version string
	Log     *slog.Logger
}

// Runtime is a running one.
type Runtime struct {
	options Options
	// prefix is what every key on an external etcd begins with: each run has its own.
	prefix  string
	dir     string
	schemas *schema.Schemas
	issuer  *issuer.Issuer
	end     context.CancelFunc
	tasks   sync.WaitGroup
	// ahead is how far the replicas' clocks are ahead of the wall's.
	ahead atomic.Int64

	mu       sync.Mutex
	replicas []*replica.Replica
	addrs    []string
	release  []func() // gives the addresses back
	objects  map[string]object
	last     *folder.Folder
}

// Start starts the replicas and the issuer. They serve nothing before the first
// Apply.
func Start(ctx context.Context, o Options) (_ *Runtime, err error) {
	o.Replicas = max(o.Replicas, 1)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Replicas > 1 && len(o.Etcd) == 0 {
		return nil, errors.New("several replicas share an external etcd: name its endpoints with --etcd")
	}
	r := &Runtime{options: o, prefix: "/pullmode-conformance-" + rand.Text() + "/", objects: map[string]object{}, addrs: make([]string, o.Replicas)}
	if r.schemas, err = schema.Load(); err != nil {
		return nil, err
	}
	if r.dir, err = os.MkdirTemp("", "pullmode-conformance-"); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	if err := r.openIssuer(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(r.dir))
	}
	for i := range r.addrs {
		var release func()
		if r.addrs[i], release, err = hold.Port(); err != nil {
			return nil, errors.Join(fmt.Errorf("find a free port: %w", err), r.Stop(ctx))
		}
		r.release = append(r.release, release)
	}
	if err := r.run(ctx); err != nil {
		return nil, errors.Join(err, r.Stop(ctx))
	}
	return r, nil
}

func (r *Runtime) openIssuer() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("open the issuer's port: %w", err)
	}
	r.issuer, err = issuer.New(issuer.Options{URL: "http://" + listener.Addr().String(), Logger: r.options.Log})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	life, end := context.WithCancel(context.Background())
	r.end = end
	r.tasks.Go(func() {
		if err := listen.Serve(life, listener, r.issuer); err != nil {
			r.options.Log.Error("the issuer ended", "error", err)
		}
	})
	return nil
}

// run starts the replicas.
func (r *Runtime) run(ctx context.Context) error {
	for i := range r.addrs {
		one, err := replica.Start(ctx, r.replicaOptions(i))
		if err != nil {
			return err
		}
		r.replicas = append(r.replicas, one)
	}
	return nil
}

// drainTimeout is well within the suite's disconnectGrace: clients are sent away over
// half of it, and one replica alone has nowhere to send them.
const drainTimeout = 2 * time.Second

func (r *Runtime) replicaOptions(i int) replica.Options {
	name := fmt.Sprintf("conformance-%d", i)
	o := replica.Options{
		Name: name, Addr: r.addrs[i], AllowLoopback: true,
		DrainTimeout: drainTimeout, Version: r.options.Version, Log: r.options.Log,
		Now: func() time.Time { return time.Now().Add(time.Duration(r.ahead.Load())) },
	}
	if len(r.options.Etcd) == 0 {
		o.DataDir = filepath.Join(r.dir, name)
	} else {
		o.Etcd = replica.Etcd{Endpoints: r.options.Etcd, Prefix: r.prefix}
	}
	return o
}

// URLs are where the replicas answer.
func (r *Runtime) URLs() (urls []string) {
	for _, a := range r.addrs {
		urls = append(urls, "http://"+a)
	}
	return urls
}

// Token gives a token for any agent, good for a day.
func (r *Runtime) Token(_ context.Context, name string, groups ...string) (string, error) {
	return r.issuer.Sign(name, groups, 24*time.Hour)
}

// Restart stops all replicas and starts them again, one after the other, on what
// they have kept.
func (r *Runtime) Restart(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, one := range r.replicas {
		if err := one.Stop(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) { // then calls were cut off, as in a crash
			return fmt.Errorf("stop replica %d: %w", i, err)
		}
		next, err := replica.Start(ctx, r.replicaOptions(i))
		if err != nil {
			return fmt.Errorf("start replica %d again: %w", i, err)
		}
		r.replicas[i] = next
	}
	return nil
}

// Forget moves the clocks ahead by as much as the feed is kept at least, so that
// history is given up. Tokens outlast it.
func (r *Runtime) Forget(context.Context) error {
	r.ahead.Add(int64(11 * time.Minute))
	return nil
}

// Stop ends everything and removes the data.
func (r *Runtime) Stop(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var errs []error
	for _, one := range r.replicas {
		errs = append(errs, one.Stop(ctx))
	}
	for _, release := range r.release {
		release()
	}
	r.end()
	r.tasks.Wait()
	return errors.Join(append(errs, os.RemoveAll(r.dir))...)
}
