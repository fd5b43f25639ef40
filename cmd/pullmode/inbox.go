package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/pullmode/internal/board"
	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

type listing struct {
	signIn
	lists, channels, states []string
	joined, online          bool
	attention, coverage     string
	out                     *output
}

func newInbox() *cobra.Command {
	var l listing
	cmd := &cobra.Command{
		Use:   "inbox [REQUEST_ID] --as NAME",
		Short: "List the open requests that an agent sees, or show one with its last messages",
		Long: `List the open requests of the lists that an agent is subscribed to, oldest first; or
show one request with its last messages.`,
		Example: `  pullmode inbox --as alice
  pullmode inbox --as alice --state UNREAD --attention Overdue
  pullmode inbox --as alice --channel c2 --online --coverage RepNeeded
  pullmode inbox --as alice -o json
  pullmode inbox 01JD2Z6T8W3K5N7P9R1S3T5V7X --as alice`,
		Args: cobra.MaximumNArgs(1),
	}
	l.flags(cmd)
	f := cmd.Flags()
	f.StringSliceVar(&l.lists, "list", nil, "only of these lists")
	f.StringSliceVar(&l.states, "state", nil, "only in these states: UNREAD, ACTIVE, INACTIVE")
	f.BoolVar(&l.joined, "joined", false, "only those that the agent has joined; =false for the others")
	f.StringSliceVar(&l.channels, "channel", nil, "only of these channels")
	f.BoolVar(&l.online, "online", false, "only those whose customers are there; =false for the others")
	f.StringVar(&l.coverage, "coverage", "", "only those with an unanswered message and nobody there (RepNeeded), or somebody (Pending), or without one (None)")
	f.StringVar(&l.attention, "attention", "", "only those whose customers have waited that long: Normal, Soon, Overdue")
	l.out = outputFlag(cmd, asJSON, asYAML)
	cmd.RunE = l.run
	return cmd
}

func (l *listing) run(cmd *cobra.Command, args []string) error {
	agent, err := l.agent(cmd.Context())
	if err != nil {
		return err
	}
	if len(args) == 1 {
		return l.one(cmd, agent, args[0])
	}
	query := client.Query{
		Lists: l.lists, Channels: l.channels, Limit: 500,
		Attention: request.Bucket(l.attention), Coverage: request.Coverage(l.coverage),
	}
	for _, s := range l.states {
		query.States = append(query.States, request.State(strings.ToUpper(s)))
	}
	if cmd.Flags().Changed("joined") {
		query.Joined = &l.joined
	}
	if cmd.Flags().Changed("online") {
		query.Online = &l.online
	}
	requests := []*protocol.Request{}
	for r, err := range agent.Requests(cmd.Context(), query) {
		if err != nil {
			return err
		}
		requests = append(requests, r)
	}
	if !l.out.text() {
		return l.out.print(cmd.OutOrStdout(), map[string]any{"requests": requests})
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), strings.Join(board.Table(requests), "\n"))
	return err
}

func (l *listing) one(cmd *cobra.Command, agent *client.Agent, id string) error {
	c, err := agent.Request(cmd.Context(), id)
	if err != nil {
		return err
	}
	if !l.out.text() {
		return l.out.print(cmd.OutOrStdout(), c)
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), strings.Join(board.Conversation(c), "\n"))
	return err
}
