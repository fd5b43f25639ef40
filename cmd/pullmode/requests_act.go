package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/pullmode/internal/board"
	"github.com/pullmode/operator/controllers/program"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

func newRequestsClose(dial program.Dial) *cobra.Command {
	return newOperation(dial, &cobra.Command{
		Use:   "close REQUEST_ID",
		Short: "Close a request for everybody, as nobody's agent",
		Long: `Close a request for everybody, with the reason FORCE_CLOSED. What the customer writes
next opens a new one.`,
		Example: `  pullmode requests close 01JD2Z6T8W3K5N7P9R1S3T5V7X
  pullmode requests list --list old -o json | jq -r '.requests[].id' | xargs -n1 pullmode requests close --yes`,
		Args: cobra.ExactArgs(1),
	}, operation{
		verb: "close",
		ask: func(r *protocol.Request) string {
			return fmt.Sprintf("Close %s for everybody?", described(r))
		},
		say: func(by string) any { return protocol.CloseBy{By: by} },
	})
}

func newRequestsTransfer(dial program.Dial) *cobra.Command {
	var to string
	cmd := newOperation(dial, &cobra.Command{
		Use:   "transfer REQUEST_ID --to LIST",
		Short: "Move a request to another list, where it waits anew",
		Long: `Move a request to another list: it is CLOSED here, its members are let go, and it goes
on there as a new request that is UNREAD.`,
		Example: `  pullmode requests transfer 01JD2Z6T8W3K5N7P9R1S3T5V7X --to service`,
		Args:    cobra.ExactArgs(1),
	}, operation{
		verb: "transfer",
		ask: func(r *protocol.Request) string {
			return fmt.Sprintf("Move %s to list %s?", described(r), to)
		},
		say: func(by string) any { return protocol.TransferBy{List: to, By: by} },
	})
	cmd.Flags().StringVar(&to, "to", "", "list to move it to")
	_ = cmd.MarkFlagRequired("to")
	return cmd
}

// operation is a command on a request that a person is asked about first.
type operation struct {
	verb string
	ask  func(*protocol.Request) string
	say  func(by string) any
}

func newOperation(dial program.Dial, cmd *cobra.Command, o operation) *cobra.Command {
	p, out, sure := newPlatform(cmd, dial), tableFlag(cmd), sureFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		port, err := p.open(cmd.Context(), "")
		if err != nil {
			return err
		}
		defer port.Close()
		resource := "requests/" + url.PathEscape(args[0])
		if err := sure.ask(cmd, func() (string, error) { return o.question(cmd.Context(), port, resource) }); err != nil {
			return err
		}
		by, err := port.access.WhoAmI(cmd.Context())
		if err != nil {
			return err
		}
		result, err := call[protocol.Result](cmd.Context(), port, http.MethodPost, resource+"/"+o.verb, o.say(by))
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

// question reads the request, so that whoever is asked knows which one it is.
func (o *operation) question(ctx context.Context, p *port, resource string) (string, error) {
	c, err := call[protocol.Conversation](ctx, p, http.MethodGet, resource, nil)
	if err != nil {
		return "", err
	}
	return o.ask(c.Request), nil
}

func described(r *protocol.Request) string {
	text := fmt.Sprintf("request %s of %s (%s on list %s", r.ID, board.Name(r), r.State, r.List)
	if r.State == request.Active {
		text += ", joined by " + board.Members(r)
	}
	return text + ")"
}
