package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"syscall"

	"golang.org/x/oauth2"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
)

// The exit codes.
const (
	exitFailed = 1
	exitUsage  = 2
)

// usageError is a mistake in how a command was called, or an input that cannot be
// read at all.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errQuiet fails a command that has said everything itself.
var errQuiet = errors.New("said already")

func isQuiet(err error) bool { return errors.Is(err, errQuiet) }

func exitCode(err error, ran bool) int {
	var wrong usageError
	var own interface{ exitCode() int }
	switch {
	case err == nil:
		return 0
	case errors.As(err, &own):
		return own.exitCode()
	case !ran || errors.As(err, &wrong):
		return exitUsage
	}
	return exitFailed
}

// explain says what went wrong and what to do about it.
func explain(err error, name string) string {
	var problem *protocol.Problem
	var refused *oauth2.RetrieveError
	var network *url.Error
	switch {
	case errors.As(err, &problem):
		return ofProblem(problem)
	case errors.Is(err, client.ErrReplaced):
		return err.Error() + "\n  the RoutingRuntime's sessionPolicy is Replace: connect here again, and the other one ends"
	case errors.As(err, &refused) && refused.ErrorDescription != "":
		return "the issuer gives no token: " + refused.ErrorDescription
	case errors.As(err, &network):
		return ofNetwork(err, network, name)
	}
	return err.Error()
}

// advice is what to do about the problems that a person at a terminal can cure.
var advice = map[protocol.ProblemType]string{
	protocol.ProblemInvalidToken:      "sign in with --issuer and --as, or give a token of an issuer that the RoutingRuntime trusts",
	protocol.ProblemInvalidKey:        "check --channel, and take the key from the Secret that the Channel's secretRef names",
	protocol.ProblemNotPull:           "set the Channel's routingMode to Pull, or post where its requests are routed",
	protocol.ProblemAgentOffline:      "see who is there with the command targets",
	protocol.ProblemUnknownAgent:      "see who is there with the command targets",
	protocol.ProblemUnknownOffer:      "see which ones there are with the command offers",
	protocol.ProblemOfferOver:         "see which ones there are with the command offers",
	protocol.ProblemUnknownRequest:    "see which ones there are with the command inbox (for an agent) or requests list (for a platform team)",
	protocol.ProblemUnknownList:       "see which ones there are with the command targets (for an agent) or status (for a platform team)",
	protocol.ProblemIssuerUnavailable: "see that the runtime can reach the issuer",
	protocol.ProblemNoConfiguration:   "see the conditions of the namespace's RoutingRuntime",
}

func ofProblem(p *protocol.Problem) string {
	var b strings.Builder
	b.WriteString(p.Title)
	if p.Type == "about:blank" {
		fmt.Fprintf(&b, " (HTTP %d): what answered is no runtime; check --url", p.Status)
		return b.String()
	}
	if p.Detail != "" {
		b.WriteString(": " + p.Detail)
	}
	for _, f := range p.Fields {
		fmt.Fprintf(&b, "\n  %s: %s", f.Location, f.Message)
	}
	if a := advice[p.Type]; a != "" {
		b.WriteString("\n  " + a)
	}
	return b.String()
}

func ofNetwork(err error, network *url.Error, name string) string {
	at := network.URL
	if u, parseErr := url.Parse(network.URL); parseErr == nil {
		at = u.Scheme + "://" + u.Host
	}
	what := "nothing answers at " + at
	var notFound *net.DNSError
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
	case errors.As(err, &notFound):
		what = "there is no host " + notFound.Name
	default:
		what = fmt.Sprintf("%s does not answer as it should: %v", at, network.Err)
	}
	var atIssuer *signInError
	if errors.As(err, &atIssuer) {
		return fmt.Sprintf("%s, where the issuer should be\n  name another one with --issuer; `%s serve` and `%s issuer` run one", what, name, name)
	}
	return fmt.Sprintf("%s\n  name the runtime with --url, or start one with `%s serve FOLDER`", what, name)
}
