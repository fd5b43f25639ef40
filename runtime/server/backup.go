package server

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/store"
)

// backups serves what keeps an embedded store from being lost with its volume.
func (a *admin) backups(mux *http.ServeMux) {
	mux.HandleFunc("GET /admin/v1/backup", a.backup)
	mux.HandleFunc("POST /admin/v1/restore", a.restore)
}

// longestBackup is when a reader is given up who reads, but hardly: 8 GiB, the largest
// store, come in an hour over a line of 20 Mbit/s. A store that is full cannot be
// made smaller while it is read.
const longestBackup = time.Hour

// backup streams the store. One that breaks off has no hash at its end, and breaks
// the connection.
func (a *admin) backup(w http.ResponseWriter, r *http.Request) {
	to := &pieces{w: w, control: http.NewResponseController(w), timeout: a.WriteTimeout}
	buffered := bufio.NewWriterSize(to, piece)
	ctx, cancel := context.WithTimeout(r.Context(), longestBackup)
	defer cancel()
	err := a.Store.Backup(ctx, buffered)
	if err == nil {
		err = buffered.Flush()
	}
	switch {
	case err == nil:
	case !to.begun:
		a.notBackedUp(r.Context(), w, err)
	default:
		a.Log.WarnContext(r.Context(), "a backup broke off", "error", err)
		panic(http.ErrAbortHandler) // half a backup must not look whole
	}
}

// restore takes a backup that the store is after a start, which follows at once.
func (a *admin) restore(w http.ResponseWriter, r *http.Request) {
	from := &pieces{w: w, control: http.NewResponseController(w), timeout: a.WriteTimeout, r: r.Body}
	err := a.Store.Restore(r.Context(), from)
	_ = from.control.SetWriteDeadline(time.Now().Add(a.WriteTimeout)) // the backup may have taken longer than an answer may; who went away is found out by writing
	if err != nil {
		if from.err != nil {
			err = brokenOff(from.err)
		}
		a.notBackedUp(r.Context(), w, err)
		return
	}
	a.Log.WarnContext(r.Context(), "a backup was taken: the replica stops now, and is what was restored when it starts again")
	reply(w, http.StatusAccepted, "application/json", map[string]string{"epoch": a.Store.Epoch()})
	a.Restored()
}

func brokenOff(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return problem(protocol.ProblemTimeout, "the backup came too slowly; nothing was changed: send it again")
	}
	return problem(protocol.ProblemMalformed, "the backup broke off; nothing was changed: send it again")
}

// notBackedUp says why there is no backup, or why one was not restored.
func (a *admin) notBackedUp(ctx context.Context, w http.ResponseWriter, err error) {
	var answered *protocol.Problem
	switch {
	case errors.As(err, &answered):
	case errors.Is(err, store.ErrExternal):
		err = problem(protocol.ProblemExternalStore, store.ErrExternal.Error())
	case errors.Is(err, store.ErrRestoring):
		err = problem(protocol.ProblemRestoring, store.ErrRestoring.Error())
	case errors.Is(err, store.ErrBackupTooLarge):
		err = problem(protocol.ProblemTooLarge, err.Error())
	case errors.Is(err, store.ErrNotABackup), errors.Is(err, store.ErrNewerSchema):
		err = problem(protocol.ProblemNotABackup, err.Error())
	case errors.Is(err, store.ErrNoRoom):
		err = retryAfter(problem(protocol.ProblemStoreFull, err.Error()), time.Minute)
	case errors.Is(err, store.ErrClosed):
		err = retryAfter(problem(protocol.ProblemStoreUnavailable, "the replica is stopping"), 0)
	default:
		err = internal(ctx, a.Log, err)
	}
	write(w, err)
}

// pieces reads or writes a body that may take long, but no piece of it: a peer that
// hangs holds nothing up for longer than the timeout.
type pieces struct {
	w       http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration
	begun   bool // something was written
	r       io.Reader
	err     error // what reading ended with, before the end
}

func (p *pieces) Write(b []byte) (int, error) {
	if !p.begun {
		p.begun = true
		p.w.Header().Set("Content-Type", "application/octet-stream")
	}
	if err := p.control.SetWriteDeadline(time.Now().Add(p.timeout)); err != nil {
		return 0, err
	}
	return p.w.Write(b)
}

func (p *pieces) Read(b []byte) (int, error) {
	err := p.control.SetReadDeadline(time.Now().Add(p.timeout))
	if err != nil {
		return 0, err
	}
	n, err := p.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		p.err = err
	}
	return n, err
}
