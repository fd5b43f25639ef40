package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/pullmode/internal/board"
)

func newJoin() *cobra.Command {
	return newAction("join", "Join a request as an agent, and see its last messages",
		"Join a request: it becomes ACTIVE, and the agent is told of its messages from now on.")
}

func newLeave() *cobra.Command {
	return newAction("leave", "Leave a request that the agent has joined",
		"Leave a request that the agent has joined. When the last one leaves, it becomes INACTIVE\nand stays on its list.")
}

func newClose() *cobra.Command {
	return newAction("close", "Close a request for everybody",
		"Close a request for everybody. Who may is said by the list's closePolicy; Admins always\nmay. What the customer writes next opens a new request.")
}

func newAction(verb, short, long string) *cobra.Command {
	var s signIn
	cmd := &cobra.Command{
		Use:     verb + " REQUEST_ID --as NAME",
		Short:   short,
		Long:    long,
		Example: strings.ReplaceAll("  pullmode VERB 01JD2Z6T8W3K5N7P9R1S3T5V7X --as alice\n  pullmode VERB 01JD2Z6T8W3K5N7P9R1S3T5V7X --token-file token -o json", "VERB", verb),
		Args:    cobra.ExactArgs(1),
	}
	s.flags(cmd)
	out := outputFlag(cmd, asJSON)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		agent, err := s.agent(cmd.Context())
		if err != nil {
			return err
		}
		result, err := actions[verb](agent, cmd.Context(), args[0])
		if err != nil {
			return err
		}
		if !out.text() {
			return out.print(cmd.OutOrStdout(), result)
		}
		_, err = fmt.Fprintln(cmd.OutOrStdout(), strings.Join(board.Result(result), "\n"))
		return err
	}
	return cmd
}
