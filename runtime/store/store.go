package store

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
)

// Options say where the data is: in Dir, or behind Endpoints.
type Options struct {
	// Dir is the data directory of the embedded engine; it is created if missing.
	Dir string
	// Endpoints are the addresses of the members of an external etcd cluster (https://host:2379), which any number of replicas
	// may share. It must be of version 3.5 or later, with etcd's own default limits or higher ones, and should be no one
	// else's: whoever compacts it ends the resuming of cursors.
	Endpoints []string
	// TLS is what the endpoints that are https are talked to with. It is asked for with every connection, so that what is
	// renewed meanwhile is in use with the next one. Default: the system's authorities, and no certificate.
	TLS func() *tls.Config
	// Prefix is what every key in an external etcd begins with, up to a slash; a store is one prefix. At most 253 bytes.
	// Default: "/pullmode/". What was restored from an embedded store is at "pullmode/".
	Prefix string
	// Logger receives what the store and its engine have to say. Default: slog.Default().
	Logger *slog.Logger
	// QuotaBytes is the most that the data may take on disk, the write-ahead log (64 MiB a file, up to some 400 MiB under
	// load) not counted. Default: 8 GiB, and more than that etcd advises against. An external etcd of version 3.6 or later
	// says its own; for an older one it must be what its members were given. Default: theirs, 2 GiB.
	QuotaBytes int64
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	switch {
	case o.QuotaBytes > 0:
	case o.Dir != "":
		o.QuotaBytes = defaultQuota
	default:
		o.QuotaBytes = externalQuota
	}
	return o
}

// Store is one open store. Its methods may be called from any goroutine.
type Store struct {
	engine    engine
	root      root
	committer *committer
	logger    *slog.Logger
	epoch     string
	runs      []run        // of an embedded store, the present one last
	latest    atomic.Int64 // the highest revision that was asked for: every watch is to come there
	gate      gate
}

// Open opens the store, creating it if there is none. It waits until the engine serves, which takes about 0.2 s and 3 s more
// for each million documents. Errors: ErrInUse, ErrNewerSchema, an external etcd that cannot be reached within 10 s or does
// not take what will be sent to it, ctx's.
func Open(ctx context.Context, options Options) (*Store, error) {
	options = options.withDefaults()
	s := &Store{logger: options.Logger}
	timeout := embeddedTimeout
	switch {
	case options.Dir == "" && len(options.Endpoints) == 0:
		return nil, errors.New("open the store: no data directory and no endpoints of an etcd given")
	case options.Dir != "" && len(options.Endpoints) > 0:
		return nil, errors.New("open the store: both a data directory and endpoints of an etcd given: the data is in one of them")
	case options.Dir != "":
		engine, err := startEmbedded(ctx, options)
		if err != nil {
			return nil, err
		}
		s.engine, s.root = engine, embeddedRoot
	default:
		engine, root, err := startExternal(ctx, options)
		if err != nil {
			return nil, err
		}
		s.engine, s.root, timeout = engine, root, externalTimeout
	}
	s.committer = newCommitter(s.engine.propose, s.root, timeout)
	s.gate.life, s.gate.end = context.WithCancelCause(context.Background())
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close ends reads, watches and the renewal of leases (ErrClosed), waits for transitions that are on their way, and stops
// the engine. What was acknowledged is on disk already: closing makes nothing more durable. It waits for the functions that
// Load and Watch were given, so it must not be called from one. Further calls return nil.
func (s *Store) Close() error {
	if !s.gate.shut() {
		return nil
	}
	s.committer.close()
	s.gate.calls.Wait()
	return s.engine.close()
}

// Epoch is the random name that this store was given when it was first opened: a restore from a backup starts a new one.
func (s *Store) Epoch() string { return s.epoch }

// gate counts the calls that are inside the engine. They are plain calls into it: closed under their feet, its memory-mapped
// file would be gone while they read it.
type gate struct {
	life  context.Context // ends with ErrClosed when Close begins
	end   context.CancelCauseFunc
	mu    sync.Mutex
	calls sync.WaitGroup
}

// enter gives a call a context that ends with the caller's or with the store, and leave, to be called when it is out.
func (g *gate) enter(ctx context.Context) (inside context.Context, leave func(), err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.life.Err() != nil {
		return nil, nil, ErrClosed
	}
	g.calls.Add(1)
	inside, cancel := context.WithCancelCause(ctx)
	detach := context.AfterFunc(g.life, func() { cancel(ErrClosed) })
	return inside, func() {
		detach()
		cancel(nil)
		g.calls.Done()
	}, nil
}

// shut lets nobody in any more; it reports whether it was the first to.
func (g *gate) shut() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.life.Err() != nil {
		return false
	}
	g.end(ErrClosed)
	return true
}
