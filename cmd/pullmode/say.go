package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/pullmode/internal/board"
	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// extras are what a message has besides its text.
type extras struct {
	kind   string
	attach []string
}

func (e *extras) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&e.kind, "kind", "", "a word for what sort of message it is, passed through")
	cmd.Flags().StringArrayVar(&e.attach, "attach", nil, "address of a file that belongs to the message; may be repeated")
}

func (e *extras) attachments() []request.Attachment {
	var attachments []request.Attachment
	for _, url := range e.attach {
		attachments = append(attachments, request.Attachment{URL: url})
	}
	return attachments
}

// text is what the words say, or else the standard input. A message with an
// attachment needs none.
func (e *extras) text(cmd *cobra.Command, words []string) (string, error) {
	if len(words) == 0 && len(e.attach) > 0 {
		return "", nil
	}
	return readText(cmd, words)
}

func newSay() *cobra.Command {
	var e extras
	cmd := &cobra.Command{
		Use:   "say REQUEST_ID --as NAME [TEXT...]",
		Short: "Answer the customer of a request that the agent has joined",
		Long: `Answer the customer of a request that the agent has joined. The message goes to the
address in the Channel's outbound, again and again until it is taken; when it cannot
be delivered, the members are told.

The text is what follows the request, or else the standard input.`,
		Example: `  pullmode say 01JD2Z6T8W3K5N7P9R1S3T5V7X --as alice "It is on its way."
  pullmode say 01JD2Z6T8W3K5N7P9R1S3T5V7X --as alice --attach https://files.example.com/bill.pdf`,
		Args: cobra.MinimumNArgs(1),
	}
	e.flags(cmd)
	return asAgent(cmd, func(ctx context.Context, agent *client.Agent, args []string) (protocol.Result, error) {
		text, err := e.text(cmd, args[1:])
		if err != nil {
			return protocol.Result{}, err
		}
		return agent.Say(ctx, args[0], protocol.Say{Text: text, Kind: e.kind, Attachments: e.attachments()})
	}, board.Result)
}
