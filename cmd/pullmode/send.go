package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/oklog/ulid/v2"
	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/pullmode/internal/board"
	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/protocol"
)

type sending struct {
	url, channel, key, keyFile string
	id                         string
	customer                   protocol.Customer
	extras
	end bool
	out *output
}

func newSend() *cobra.Command {
	var s sending
	cmd := &cobra.Command{
		Use:   "send --channel CHANNEL --customer ID [TEXT...]",
		Short: "Post a customer's message, as a channel's connector would",
		Long: `Post a customer's message, as a channel's connector would. It opens a request on
the channel's list, or joins the one that the customer has open. When the command
ends well, the message is on the runtime's disk.

The text is what follows the flags, or else the standard input. The key is the one
in the Secret that the Channel's secretRef names.`,
		Example: `  pullmode send --channel c2 --key-file key.txt --customer john --name "John Williams" "Where is my order?"
  fortune | PULLMODE_KEY=... pullmode send --channel c2 --customer john
  pullmode send --channel c2 --key-file key.txt --customer john --kind photo --attach https://files.example.com/shoe.jpg
  pullmode send --channel c2 --key-file key.txt --customer john --end`,
	}
	f := cmd.Flags()
	urlFlag(cmd, &s.url)
	f.StringVar(&s.channel, "channel", "", "name of the Channel (required)")
	f.StringVar(&s.key, "key", "", "key of the channel's connector ($"+envKey+")")
	f.StringVar(&s.keyFile, "key-file", "", "file with the key")
	f.StringVar(&s.customer.ID, "customer", "", "the customer's id in the channel (required)")
	f.StringVar(&s.customer.Name, "name", "", "the customer's name; the channel's anonymousName without one")
	f.StringToStringVar(&s.customer.Attributes, "attribute", nil, "attribute of the customer for agents to see, as name=value; may be repeated")
	s.extras.flags(cmd)
	f.StringVar(&s.id, "id", "", "id of the message: posted again with the same id, it has no second effect (default: a new one)")
	f.BoolVar(&s.end, "end", false, "end the customer's session instead: close their open request")
	_ = cmd.MarkFlagRequired("channel")
	_ = cmd.MarkFlagRequired("customer")
	cmd.MarkFlagsMutuallyExclusive("key", "key-file")
	cmd.MarkFlagsMutuallyExclusive("end", "id")
	s.out = outputFlag(cmd, asJSON, asYAML)
	cmd.RunE = s.run
	return cmd
}

func (s *sending) run(cmd *cobra.Command, args []string) error {
	key, err := s.readKey()
	if err != nil {
		return err
	}
	connector, err := client.NewConnector(s.url, s.channel, key, client.Options{UserAgent: "pullmode-cli"})
	if err != nil {
		return usageError{err}
	}
	if s.end {
		return s.endSession(cmd, connector, args)
	}
	text, err := s.text(cmd, args)
	if err != nil {
		return err
	}
	receipt, err := connector.Post(cmd.Context(), protocol.PostMessage{
		ID: cmp.Or(s.id, ulid.Make().String()), Customer: s.customer, Text: text, Kind: s.kind, Attachments: s.attachments(),
	})
	if err != nil {
		return err
	}
	if !s.out.text() {
		return s.out.print(cmd.OutOrStdout(), receipt)
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), board.Receipt(receipt))
	return err
}

func (s *sending) endSession(cmd *cobra.Command, connector *client.Connector, args []string) error {
	if len(args) > 0 {
		return usage("--end sends no message: leave the text out, or send it before with a command of its own")
	}
	outcome, err := connector.EndSession(cmd.Context(), s.customer.ID)
	if err != nil {
		return err
	}
	if !s.out.text() {
		return s.out.print(cmd.OutOrStdout(), protocol.SessionEnd{Outcome: outcome})
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), board.SessionEnd(outcome))
	return err
}

func (s *sending) readKey() (string, error) {
	if s.keyFile != "" {
		data, err := os.ReadFile(s.keyFile)
		if err != nil {
			return "", usage("read the key: %w", err)
		}
		// A Secret may hold the present key and the next one, a line each: either will do.
		first, _, _ := strings.Cut(strings.TrimSpace(string(data)), "\n")
		return strings.TrimSpace(first), nil
	}
	if key := cmp.Or(s.key, os.Getenv(envKey)); key != "" {
		return key, nil
	}
	return "", usage("the channel's connector needs its key: give --key-file, --key or $%s", envKey)
}

func readText(cmd *cobra.Command, args []string) (string, error) {
	if len(args) > 0 {
		return strings.Join(args, " "), nil
	}
	data, err := io.ReadAll(cmd.InOrStdin())
	if err != nil {
		return "", fmt.Errorf("read the message from the standard input: %w", err)
	}
	text := strings.TrimRight(string(data), "\r\n")
	if text == "" {
		return "", usage("there is no message: put the text behind the flags, or into the standard input")
	}
	return text, nil
}
