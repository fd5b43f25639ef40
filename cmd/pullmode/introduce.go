package main

import (
	"fmt"
	"strings"

	"github.com/pullmode/operator/cmd/pullmode/internal/standalone"
	"github.com/pullmode/operator/cmd/pullmode/internal/verdicts"
	webinbox "github.com/pullmode/operator/runtime/desk"
	"github.com/pullmode/operator/runtime/snapshot"
)

// introduce says what is served, how it differs from a cluster, and how to try it.
func (s *serving) introduce(a standalone.Adopted) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\nServing at %s: %s.\n", s.server.URL(), s.inForce())
	if s.server.Temporary() {
		fmt.Fprintln(&b, "Requests are kept in a temporary folder that goes with this process (keep them with --data-dir).")
	} else {
		fmt.Fprintf(&b, "Requests are kept in %s.\n", s.server.DataDir())
	}
	if a.OwnRuntime {
		fmt.Fprintln(&b, "The folder has no RoutingRuntime: one with the defaults serves.")
	}
	fmt.Fprintf(&b, "The web inbox is at %s%s.\n", s.server.URL(), webinbox.Path)
	fmt.Fprintf(&b, "Agents sign in at the built-in issuer %s, which gives a token for any name", s.server.IssuerURL())
	if len(a.Issuers) > 0 {
		fmt.Fprintf(&b, ";\nit stands in for %s", strings.Join(a.Issuers, ", "))
	}
	fmt.Fprint(&b, ".\n\n")
	s.tries(&b, a.Served)
	fmt.Fprintln(&b, "Change the folder, and it is reloaded. Ctrl-C stops.")
	_, err := fmt.Fprint(s.out, b.String())
	return err
}

// tries are commands to copy: an agent's desk, and a customer's message.
func (s *serving) tries(b *strings.Builder, served *snapshot.Snapshot) {
	fmt.Fprintln(b, "Try it, in other terminals:")
	at, signIn := unless(defaultURL, "--url", s.server.URL()), unless(defaultIssuer, "--issuer", s.server.IssuerURL())
	who := signIns(served)
	for _, flags := range who {
		fmt.Fprintf(b, "  %s agent%s%s %s\n", s.name, at, signIn, flags)
	}
	if len(who) == 0 {
		fmt.Fprintln(b, "  (no AgentSubscription names an agent yet)")
	}
	channel := pullChannel(served)
	if channel == "" {
		fmt.Fprint(b, "  (no Channel has a list yet)\n\n")
		return
	}
	fmt.Fprintf(b, "  %s send%s --channel %s --key %s --customer john --name \"John Williams\" \"Is anybody there?\"\n\n",
		s.name, at, channel, s.server.Key())
}

// unless is a flag, where the default is not what is meant.
func unless(preset, flag, value string) string {
	if value == preset {
		return ""
	}
	return " " + flag + " " + value
}

// mostShown keeps the introduction short.
const mostShown = 3

// signIns are the flags of a few who can sign in.
func signIns(served *snapshot.Snapshot) []string {
	var who []string
	for _, u := range served.Subscriptions {
		for _, a := range u.Agents {
			who = append(who, "--as "+quoted(a))
		}
	}
	for _, u := range served.Subscriptions {
		if len(u.Agents) == 0 && len(u.Groups) > 0 {
			who = append(who, "--as sam --groups "+quoted(u.Groups[0]))
		}
	}
	return who[:min(len(who), mostShown)]
}

func pullChannel(served *snapshot.Snapshot) string {
	for _, c := range served.Channels {
		if c.List != "" {
			return c.Name
		}
	}
	return ""
}

// quoted is a word as a shell reads it back.
func quoted(word string) string {
	if strings.ContainsFunc(word, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.@:/+", r))
	}) {
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return word
}

// inForce says in a few words what is served.
func (s *serving) inForce() string {
	served := s.server.Snapshot()
	if served == nil {
		return "nothing"
	}
	report := s.server.Report()
	text := fmt.Sprintf("snapshot %d (%.12s) with %s and %s", report.Sequence, report.Digest,
		verdicts.Counted(len(served.Lists), "list"), verdicts.Counted(len(served.Channels), "channel"))
	if open := s.server.Requests(); open > 0 {
		text += ", " + verdicts.Counted(int(open), "open request")
	}
	return text
}
