package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/pullmode/internal/board"
	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

type listing struct {
	signIn
	lists, states []string
	joined        bool
	attention     string
	out           *output
}

func newRequests() *cobra.Command {
	var l listing
	cmd := &cobra.Command{
		Use:   "requests [REQUEST_ID] --as NAME",
		Short: "List the open requests that an agent sees, or show one with its last messages",
		Long: `List the open requests of the lists that an agent is subscribed to, oldest first; or
show one request with its last messages.`,
		Example: `  pullmode requests --as alice
  pullmode requests --as alice --state UNREAD --attention Overdue
  pullmode requests --as alice -o json
  pullmode requests 01JD2Z6T8W3K5N7P9R1S3T5V7X --as alice`,
		Args: cobra.MaximumNArgs(1),
	}
	l.flags(cmd)
	f := cmd.Flags()
	f.StringSliceVar(&l.lists, "list", nil, "only of these lists")
	f.StringSliceVar(&l.states, "state", nil, "only in these states: UNREAD, ACTIVE, INACTIVE")
	f.BoolVar(&l.joined, "joined", false, "only those that the agent has joined; =false for the others")
	f.StringVar(&l.attention, "attention", "", "only those whose customers have waited that long: Normal, Soon, Overdue")
	l.out = outputFlag(cmd, asJSON)
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
	query := client.Query{Lists: l.lists, Attention: request.Bucket(l.attention), Limit: 500}
	for _, s := range l.states {
		query.States = append(query.States, request.State(strings.ToUpper(s)))
	}
	if cmd.Flags().Changed("joined") {
		query.Joined = &l.joined
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
	return table(cmd.OutOrStdout(), requests)
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

func table(w io.Writer, requests []*protocol.Request) error {
	if len(requests) == 0 {
		_, err := fmt.Fprintln(w, "No open requests.")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tLIST\tSTATE\tCUSTOMER\tOPENED\tATTENTION\tMEMBERS")
	for _, r := range requests {
		c := board.Cells(r)
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, r.List, r.State, c.Customer, r.OpenedAt.Local().Format(time.DateTime), c.Attention, c.Members)
	}
	return t.Flush()
}
