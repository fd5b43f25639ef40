package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/pullmode/internal/board"
	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
)

const offerID = "OFFER_ID"

func newAccept() *cobra.Command {
	return newAction("accept", offerID, "Accept an offer, and see the request's last messages",
		"Accept an offer: the agent joins the request, and of a transfer the sender leaves it in\nthe same step.")
}

func newDecline() *cobra.Command {
	return newAction("decline", offerID, "Decline an offer",
		"Decline an offer. Its sender is told, and stays in the request.")
}

func newWithdraw() *cobra.Command {
	return newAction("withdraw", offerID, "Take an offer of one's own back",
		"Take an offer of one's own back, before somebody has accepted it.")
}

func newOffers() *cobra.Command {
	return asAgent(&cobra.Command{
		Use:     "offers --as NAME",
		Short:   "List the offers that stand for an agent, and those that they have made",
		Long:    "List the offers that stand for an agent, and those that they have made and nobody has\nanswered yet.",
		Example: "  pullmode offers --as bob\n  pullmode offers --as bob -o json | jq -r '.offers[].id'",
		Args:    cobra.NoArgs,
	}, func(ctx context.Context, agent *client.Agent, _ []string) (protocol.Offers, error) {
		return agent.Offers(ctx)
	}, board.Offers)
}

// offerOf finds the one offer that is meant: by its own id, or by its request's;
// made by the agent themselves, or to them.
func offerOf(ctx context.Context, agent *client.Agent, reference, me string, own bool) (string, error) {
	all, err := agent.Offers(ctx)
	if err != nil {
		return "", err
	}
	var found []string
	for _, o := range all.Offers {
		if o.ID == reference || (o.Request.ID == reference && (o.From == me) == own) {
			found = append(found, o.ID)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", fmt.Errorf("there is no offer of that request: see them with offers")
	}
	return "", fmt.Errorf("there are %d offers of that request: say which, such as %s", len(found), found[0])
}
