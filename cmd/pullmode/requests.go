package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/pullmode/internal/board"
	"github.com/pullmode/operator/cmd/pullmode/internal/screen"
	"github.com/pullmode/operator/controllers/program"
	"github.com/pullmode/operator/runtime/protocol"
)

func newOperate(dial program.Dial) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "requests",
		Short: "List, describe, close and transfer open requests, whoever's they are",
		Long: `List, describe, close and transfer the open requests of a namespace's runtime: for a
platform team, of all lists. (What one agent sees is the command inbox.)

It goes through the runtime's admin port, so it needs the right to read the Secret
NAME-admin-client: whoever has that may do what the operator may, and is believed who
they are. Who closed or transferred a request stands in the runtime's log and record.`,
		Example: `  pullmode requests list
  pullmode requests list --list sales --state UNREAD
  pullmode requests describe 01JD2Z6T8W3K5N7P9R1S3T5V7X
  pullmode requests close 01JD2Z6T8W3K5N7P9R1S3T5V7X
  pullmode requests transfer 01JD2Z6T8W3K5N7P9R1S3T5V7X --to service`,
	}
	// Who calls it without a verb is told of those, whatever stands behind it.
	cmd.FParseErrWhitelist.UnknownFlags = true
	cmd.RunE = func(*cobra.Command, []string) error {
		return usage("say what to do with requests: list, describe, close or transfer (what an agent sees is the command inbox)")
	}
	cmd.AddCommand(newRequestsList(dial), newRequestsDescribe(dial), newRequestsClose(dial), newRequestsTransfer(dial))
	return cmd
}

type listingAll struct {
	*platform
	lists, states []string
	limit         int
	out           *output
}

func newRequestsList(dial program.Dial) *cobra.Command {
	var l listingAll
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the open requests of all lists, oldest first",
		Long:  "List the open requests of all lists, oldest first.",
		Example: `  pullmode requests list -n support
  pullmode requests list --list sales --state UNREAD,INACTIVE --limit 20
  pullmode requests list -o json | jq -r '.requests[].id'`,
		Args: cobra.NoArgs,
	}
	l.platform = newPlatform(cmd, dial)
	f := cmd.Flags()
	f.StringSliceVar(&l.lists, "list", nil, "only of these lists")
	f.StringSliceVar(&l.states, "state", nil, "only in these states: UNREAD, ACTIVE, INACTIVE")
	f.IntVar(&l.limit, "limit", 0, "at most this many; the default is all")
	_ = cmd.RegisterFlagCompletionFunc("state", cobra.FixedCompletions([]string{"UNREAD", "ACTIVE", "INACTIVE"}, cobra.ShellCompDirectiveNoFileComp))
	l.out = tableFlag(cmd)
	cmd.RunE = l.run
	return cmd
}

// pageSize is how many requests are asked for at a time: the most that there are.
const pageSize = 500

func (l *listingAll) run(cmd *cobra.Command, _ []string) error {
	if l.limit < 0 {
		return usage("--limit is how many requests to list: 1 or more")
	}
	ctx := cmd.Context()
	p, err := l.open(ctx, "")
	if err != nil {
		return err
	}
	defer p.Close()
	requests, more, err := l.pages(ctx, p)
	if err != nil {
		return err
	}
	w := cmd.OutOrStdout()
	if !l.out.text() {
		return l.out.print(w, map[string]any{"requests": requests})
	}
	if len(requests) == 0 {
		_, err := fmt.Fprintln(w, "No open requests.")
		return err
	}
	lines := screen.Of(w).Table("", board.Platform(requests, time.Now()))
	if more {
		lines = append(lines, fmt.Sprintf("There are more than these %d.", len(requests)))
	}
	_, err = fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}

// pages reads page after page until there are enough.
func (l *listingAll) pages(ctx context.Context, p *port) (requests []*protocol.Request, more bool, err error) {
	requests = []*protocol.Request{}
	query := url.Values{"list": l.lists}
	for _, s := range l.states {
		query.Add("state", strings.ToUpper(s))
	}
	for {
		size := pageSize
		if l.limit > 0 {
			size = min(size, l.limit-len(requests))
		}
		query.Set("limit", strconv.Itoa(size))
		page, err := call[protocol.Page](ctx, p, http.MethodGet, "requests?"+query.Encode(), nil)
		if err != nil {
			return nil, false, err
		}
		requests = append(requests, page.Requests...)
		if page.Continue == "" || l.limit > 0 && len(requests) >= l.limit {
			return requests, page.Continue != "", nil
		}
		query.Set("continue", page.Continue)
	}
}

func newRequestsDescribe(dial program.Dial) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "describe REQUEST_ID",
		Aliases: []string{"show"},
		Short:   "Show one request with its last messages",
		Long:    "Show one request, open or closed not long ago, with its last messages.",
		Example: `  pullmode requests describe 01JD2Z6T8W3K5N7P9R1S3T5V7X
  pullmode requests describe 01JD2Z6T8W3K5N7P9R1S3T5V7X -o yaml`,
		Args: cobra.ExactArgs(1),
	}
	p, out := newPlatform(cmd, dial), tableFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		port, err := p.open(cmd.Context(), "")
		if err != nil {
			return err
		}
		defer port.Close()
		c, err := call[protocol.Conversation](cmd.Context(), port, http.MethodGet, "requests/"+url.PathEscape(args[0]), nil)
		if err != nil {
			return err
		}
		if !out.text() {
			return out.print(cmd.OutOrStdout(), c)
		}
		_, err = fmt.Fprintln(cmd.OutOrStdout(), strings.Join(board.Conversation(c), "\n"))
		return err
	}
	return cmd
}
