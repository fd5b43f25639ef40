package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/observe"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
	"github.com/pullmode/operator/runtime/view"
)

// maxSnapshot bounds what the operator hands over: 10,000 objects are some 5 MiB.
const maxSnapshot = 16 << 20

// AdminOptions are what the admin port stands on. All are required.
type AdminOptions struct {
	View     *view.View
	Executor *command.Executor
	// Report says what the replica serves.
	Report func() snapshot.Report
	// Drain begins to drain the replica and returns at once; a second call does
	// nothing.
	Drain func()
	// Store is what is backed up and restored. Restored is called when a backup
	// waits to become the store with the next start: it ends the replica, and
	// returns at once.
	Store    *store.Store
	Restored func()
	// WriteTimeout is how long one piece of a backup may take to be written or read.
	WriteTimeout time.Duration
	// Version is the program's.
	Version string
	// Now is the time that attention is computed for.
	Now     func() time.Time
	Metrics *observe.Registry
	Log     *slog.Logger
}

// Admin is the port through which the operator programs a replica and asks what it
// serves. Who may use it is settled by TLS alone (see certs.Admin): whoever has a
// certificate of the replica's own CA is the operator.
func Admin(o AdminOptions) http.Handler {
	a := &admin{o}
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /admin/v1/snapshot", a.program)
	mux.HandleFunc("GET /admin/v1/snapshot", a.snapshot)
	mux.HandleFunc("GET /admin/v1/configz", a.configz)
	mux.HandleFunc("POST /admin/v1/drain", a.drain)
	a.backups(mux)
	a.requests(mux)
	return observe.Access(o.Log, o.Metrics, problems(mux))
}

type admin struct{ AdminOptions }

// program takes a snapshot into force. It is answered with the report of what is
// served, or with the refusal, which is no problem document: the operator shows
// its parts on the objects they name.
func (a *admin) program(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSnapshot))
	if err != nil {
		write(w, undecodable(err))
		return
	}
	update, unread, err := snapshot.DecodeUpdate(body, a.Version)
	if err != nil {
		write(w, undecodable(err))
		return
	}
	refusal, err := a.Executor.Program(r.Context(), update, unread...)
	switch {
	case err != nil:
		a.fail(r.Context(), w, err)
	case refusal == nil:
		reply(w, http.StatusOK, "application/json", a.Report())
	case refusal.Reason == snapshot.Rejected:
		reply(w, http.StatusUnprocessableEntity, "application/json", refusal)
	default:
		reply(w, http.StatusConflict, "application/json", refusal)
	}
}

func undecodable(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return problem(protocol.ProblemTooLarge, fmt.Sprintf("the snapshot is over %d bytes: spread its objects over several namespaces", large.Limit))
	}
	return problem(protocol.ProblemMalformed, "the snapshot cannot be read; is the operator newer than the runtime? "+err.Error())
}

func (a *admin) fail(ctx context.Context, w http.ResponseWriter, err error) {
	var refused *command.Error
	if errors.As(err, &refused) {
		a.Log.WarnContext(ctx, "a snapshot was not taken", "error", err)
		write(w, ofCommand(refused))
		return
	}
	write(w, internal(ctx, a.Log, err))
}

// snapshot gives back what is in force, for an operator that compiles the next one
// from it. It holds the hashes of connectors' keys and the signing secrets: nothing
// else shows those.
func (a *admin) snapshot(w http.ResponseWriter, _ *http.Request) {
	config := a.View.Config()
	if config == nil {
		p := problem(protocol.ProblemNoConfiguration, "no snapshot has been programmed yet: put one with sequence 1")
		p.Status = http.StatusNotFound
		write(w, p)
		return
	}
	reply(w, http.StatusOK, "application/json", snapshot.Update{Sequence: config.Sequence, Snapshot: *config.Snapshot})
}

func (a *admin) configz(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, "application/json", a.Report())
}

func (a *admin) drain(w http.ResponseWriter, r *http.Request) {
	a.Log.InfoContext(r.Context(), "asked to drain through the admin port")
	a.Drain()
	w.WriteHeader(http.StatusAccepted)
}
