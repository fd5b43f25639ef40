package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/inbox"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// maxAdminBody bounds what is said with a command on a request: two names.
const maxAdminBody = 4 << 10

// requests are for people who run the platform: to see what is open, whoever's it
// is, and to end or move what hangs.
func (a *admin) requests(mux *http.ServeMux) {
	mux.HandleFunc("GET /admin/v1/requests", a.list)
	mux.HandleFunc("GET /admin/v1/requests/{id}", a.describe)
	mux.HandleFunc("POST /admin/v1/requests/{id}/close", a.close)
	mux.HandleFunc("POST /admin/v1/requests/{id}/transfer", a.transfer)
}

func (a *admin) list(w http.ResponseWriter, r *http.Request) {
	query, err := queryOf(r.URL.Query())
	if err != nil {
		write(w, err)
		return
	}
	query.Now = a.Now()
	page, err := inbox.All(a.View, query)
	if err != nil {
		err = problem(protocol.ProblemUnknownList, "there is no list of that name here: see the lists of /admin/v1/configz")
	}
	a.reply(w, r, page, err)
}

// queryOf reads the filters of a list of requests: list and state may be repeated.
func queryOf(values url.Values) (inbox.Query, error) {
	q := inbox.Query{Lists: values["list"], Continue: values.Get("continue")}
	for _, state := range values["state"] {
		if !slices.Contains([]request.State{request.Unread, request.Active, request.Inactive}, request.State(state)) {
			return q, problem(protocol.ProblemInvalid, "state is one of UNREAD, ACTIVE and INACTIVE: closed requests are not listed")
		}
		q.States = append(q.States, request.State(state))
	}
	if limit := values.Get("limit"); limit != "" {
		n, err := strconv.Atoi(limit)
		if err != nil || n < 1 || n > inbox.MaxLimit {
			return q, problem(protocol.ProblemInvalid, fmt.Sprintf("limit is a number from 1 to %d", inbox.MaxLimit))
		}
		q.Limit = n
	}
	return q, nil
}

func (a *admin) describe(w http.ResponseWriter, r *http.Request) {
	conversation, err := a.Executor.Describe(r.Context(), r.PathValue("id"))
	a.reply(w, r, conversation, err)
}

func (a *admin) close(w http.ResponseWriter, r *http.Request) {
	var c protocol.CloseBy
	if err := body(w, r, &c); err != nil {
		write(w, err)
		return
	}
	id := r.PathValue("id")
	result, err := a.Executor.CloseBy(r.Context(), c.By, id, r.Header.Get(keyHeader))
	if err == nil {
		a.Log.InfoContext(r.Context(), "closed a request through the admin port", "request", id, "by", c.By, "outcome", result.Outcome)
	}
	a.reply(w, r, result, err)
}

func (a *admin) transfer(w http.ResponseWriter, r *http.Request) {
	var c protocol.TransferBy
	if err := body(w, r, &c); err != nil {
		write(w, err)
		return
	}
	id := r.PathValue("id")
	result, err := a.Executor.MoveBy(r.Context(), c.By, id, r.Header.Get(keyHeader), c.List)
	if err == nil {
		a.Log.InfoContext(r.Context(), "transferred a request through the admin port", "request", id, "by", c.By,
			"list", c.List, "successor", result.Request.TransferredTo)
	}
	a.reply(w, r, result, err)
}

// keyHeader makes a command repeatable, as in the agents' API.
const keyHeader = "Idempotency-Key"

// body reads what is said with a command.
func body(w http.ResponseWriter, r *http.Request, into any) error {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAdminBody))
	decoder.DisallowUnknownFields() // a misspelled field would be one that was not given
	err := decoder.Decode(into)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return problem(protocol.ProblemTooLarge, fmt.Sprintf("the body is over %d bytes", large.Limit))
	case err != nil:
		return problem(protocol.ProblemMalformed, "the body cannot be read: "+err.Error())
	}
	return nil
}

// reply answers with what came of a call, or with the problem that it met.
func (a *admin) reply(w http.ResponseWriter, r *http.Request, answer any, err error) {
	var refused *command.Error
	var answered *protocol.Problem
	switch {
	case err == nil:
		reply(w, http.StatusOK, "application/json", answer)
	case errors.As(err, &answered):
		write(w, err)
	case errors.As(err, &refused):
		write(w, ofCommand(refused))
	default:
		write(w, internal(r.Context(), a.Log, err))
	}
}
