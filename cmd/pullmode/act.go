package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/pullmode/internal/board"
	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
)

func newJoin() *cobra.Command {
	return newAction("join", "REQUEST_ID", "Join a request as an agent, and see its last messages",
		"Join a request: it becomes ACTIVE, and the agent is told of its messages from now on.\nOn a Grab list it is the first one's alone. Who has no desk open (the command agent) for\nlonger than the RoutingRuntime's disconnectGrace is taken out of it again.")
}

func newLeave() *cobra.Command {
	return newAction("leave", "REQUEST_ID", "Leave a request that the agent has joined",
		"Leave a request that the agent has joined. When the last one leaves, it becomes INACTIVE\nand stays on its list.")
}

func newClose() *cobra.Command {
	return newAction("close", "REQUEST_ID", "Close a request for everybody",
		"Close a request for everybody. Who may is said by the list's closePolicy; Admins always\nmay. What the customer writes next opens a new request.")
}

// actions are what an agent can do with a request, or with an offer, that has to be
// named and nothing more.
var actions = map[string]func(*client.Agent, context.Context, string) (protocol.Result, error){
	"join":     (*client.Agent).Join,
	"leave":    (*client.Agent).Leave,
	"close":    (*client.Agent).Close,
	"accept":   (*client.Agent).Accept,
	"decline":  (*client.Agent).Decline,
	"withdraw": (*client.Agent).Withdraw,
}

// newAction is the command of one of the actions.
func newAction(verb, of, short, long string) *cobra.Command {
	id := "01JD2Z6T8W3K5N7P9R1S3T5V7X"
	if of == offerID {
		id += "-1"
	}
	return asAgent(&cobra.Command{
		Use:     verb + " " + of + " --as NAME",
		Short:   short,
		Long:    long,
		Example: strings.NewReplacer("VERB", verb, "ID", id).Replace("  pullmode VERB ID --as alice\n  pullmode VERB ID --token-file token -o json"),
		Args:    cobra.ExactArgs(1),
	}, func(ctx context.Context, agent *client.Agent, args []string) (protocol.Result, error) {
		return actions[verb](agent, ctx, args[0])
	}, board.Result)
}

// asAgent completes a command that makes a call in an agent's name and prints the
// answer: as text gives its lines, or for a program to read.
func asAgent[T any](cmd *cobra.Command, call func(context.Context, *client.Agent, []string) (T, error), text func(T) []string) *cobra.Command {
	var s signIn
	s.flags(cmd)
	out := outputFlag(cmd, asJSON, asYAML)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		agent, err := s.agent(cmd.Context())
		if err != nil {
			return err
		}
		answer, err := call(cmd.Context(), agent, args)
		if err != nil {
			return err
		}
		if !out.text() {
			return out.print(cmd.OutOrStdout(), answer)
		}
		_, err = fmt.Fprintln(cmd.OutOrStdout(), strings.Join(text(answer), "\n"))
		return err
	}
	return cmd
}

func newLogout() *cobra.Command {
	return asAgent(&cobra.Command{
		Use:     "logout --as NAME",
		Short:   "Go home: leave every request that the agent has joined",
		Long:    "Leave every request that the agent has joined, at once. An agent whose connection is\nlost leaves them after the RoutingRuntime's disconnectGrace only.",
		Example: "  pullmode logout --as alice",
		Args:    cobra.NoArgs,
	}, func(ctx context.Context, agent *client.Agent, _ []string) (protocol.LoggedOut, error) {
		return agent.Logout(ctx)
	}, board.LoggedOut)
}
