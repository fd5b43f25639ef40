package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/pullmode/internal/board"
	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
)

func newAlerts() *cobra.Command {
	return asAgent(&cobra.Command{
		Use:     "alerts --as NAME",
		Short:   "List the requests whose alerts stand for an agent",
		Long:    "List the requests whose alerts stand for an agent, oldest first: of those that they have\nneither joined nor dismissed.",
		Example: "  pullmode alerts --as alice",
		Args:    cobra.NoArgs,
	}, func(ctx context.Context, agent *client.Agent, _ []string) (protocol.Alerts, error) {
		return agent.Alerts(ctx)
	}, board.Alerts)
}

// dismissed says what was dismissed, for -o.
type dismissed struct {
	Request string `json:"request,omitempty"`
	All     bool   `json:"all,omitempty"`
}

func newDismiss() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "dismiss {REQUEST_ID | --all} --as NAME",
		Short: "Dismiss the alert of a request, or all alerts",
		Long: `Dismiss the alert of a request, or all alerts: for this agent alone, on all of their
devices and for good. The request stays on its list, and can still be joined.`,
		Example: `  pullmode dismiss 01JD2Z6T8W3K5N7P9R1S3T5V7X --as alice
  pullmode dismiss --all --as alice`,
		Args: cobra.MaximumNArgs(1),
	}
	cmd.Flags().BoolVar(&all, "all", false, "dismiss all alerts")
	return asAgent(cmd, func(ctx context.Context, agent *client.Agent, args []string) (dismissed, error) {
		switch {
		case all == (len(args) == 1):
			return dismissed{}, usage("dismiss what? Give the id of a request, or --all")
		case all:
			return dismissed{All: true}, agent.DismissAll(ctx)
		}
		return dismissed{Request: args[0]}, agent.Dismiss(ctx, args[0])
	}, func(d dismissed) []string {
		return board.Dismissed(d.Request)
	})
}
