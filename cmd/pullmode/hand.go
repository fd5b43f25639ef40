package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/pullmode/internal/board"
	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
)

func newTransfer() *cobra.Command {
	return newHanding("transfer", "Transfer a request to another list or agent",
		`Transfer a request. To a list: it is closed here, and its customer goes on as a new
request there. To an agent: the place in it is offered to them; until they accept, and
when they do not, nothing changes.`,
		(*client.Agent).Transfer)
}

func newInvite() *cobra.Command {
	return newHanding("invite", "Invite another agent, or one of a list, into a request",
		`Offer a place in a request, beside one's own, to another agent or to everybody who is
subscribed to a list. Of a list, the first one to accept has it.`,
		(*client.Agent).Invite)
}

// newHanding is a command that needs to know to whom.
func newHanding(verb, short, long string, do func(*client.Agent, context.Context, string, protocol.Target) (protocol.Result, error)) *cobra.Command {
	var to protocol.Target
	cmd := &cobra.Command{
		Use:   verb + " REQUEST_ID --as NAME {--list LIST | --agent AGENT}",
		Short: short,
		Long:  long,
		Example: "  pullmode " + verb + " 01JD2Z6T8W3K5N7P9R1S3T5V7X --as alice --agent bob\n" +
			"  pullmode " + verb + " 01JD2Z6T8W3K5N7P9R1S3T5V7X --as alice --list complaints",
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().StringVar(&to.List, "list", "", "name of the Worklist")
	cmd.Flags().StringVar(&to.Agent, "agent", "", "name of the agent, who has to be connected")
	cmd.MarkFlagsMutuallyExclusive("list", "agent")
	cmd.MarkFlagsOneRequired("list", "agent")
	return asAgent(cmd, func(ctx context.Context, agent *client.Agent, args []string) (protocol.Result, error) {
		return do(agent, ctx, args[0], to)
	}, board.Result)
}

func newTargets() *cobra.Command {
	return asAgent(&cobra.Command{
		Use:     "targets --as NAME",
		Short:   "List to whom an agent can transfer, and whom they can invite",
		Long:    "List to whom an agent can transfer, and whom they can invite: the lists, and the agents\nwho are connected.",
		Example: "  pullmode targets --as alice",
		Args:    cobra.NoArgs,
	}, func(ctx context.Context, agent *client.Agent, _ []string) (protocol.TransferTargets, error) {
		return agent.TransferTargets(ctx)
	}, board.Targets)
}

func newRemove() *cobra.Command {
	return asAgent(&cobra.Command{
		Use:     "remove REQUEST_ID AGENT --as NAME",
		Short:   "Remove an agent from a request, as an Admin of its list",
		Long:    "Remove an agent from a request, as an Admin of its list: as if they had left.",
		Example: "  pullmode remove 01JD2Z6T8W3K5N7P9R1S3T5V7X bob --as sam --groups supervisors",
		Args:    cobra.ExactArgs(2),
	}, func(ctx context.Context, agent *client.Agent, args []string) (protocol.Result, error) {
		return agent.RemoveMember(ctx, args[0], args[1])
	}, board.Result)
}

func newWrapUp() *cobra.Command {
	var note string
	cmd := &cobra.Command{
		Use:   "wrap-up REQUEST_ID REASON... --as NAME",
		Short: "Say what a request was about, when the agent has done with it",
		Long: `Say what a request was about: one to five of the list's wrap-up reasons, by name, while
the agent is in it or until the list's time is over after they left. When nothing is
said, the list's default reason is applied.`,
		Example: `  pullmode wrap-up 01JD2Z6T8W3K5N7P9R1S3T5V7X resolved --as alice
  pullmode wrap-up 01JD2Z6T8W3K5N7P9R1S3T5V7X billing follow-up --as alice --note "calls back on Monday"`,
		Args: cobra.MinimumNArgs(2),
	}
	cmd.Flags().StringVar(&note, "note", "", "a remark beside the reasons")
	return asAgent(cmd, func(ctx context.Context, agent *client.Agent, args []string) (protocol.Result, error) {
		return agent.WrapUp(ctx, args[0], protocol.WrapUp{Reasons: args[1:], Note: note})
	}, board.Result)
}
