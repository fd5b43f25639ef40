package board

import (
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/pullmode/operator/cmd/pullmode/internal/screen"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// Platform gives the rows of a table of requests for a platform team, with a head.
// Waiting is for how long the customer has had no answer.
func Platform(requests []*protocol.Request, now time.Time) [][]screen.Cell {
	rows := [][]screen.Cell{screen.Head("ID", "LIST", "CHANNEL", "STATE", "AGE", "WAITING", "CUSTOMER", "MEMBERS")}
	for _, r := range requests {
		waiting := screen.Cell{Text: "-"}
		if r.WaitingSince != nil {
			waiting.Text = age(*r.WaitingSince, now)
			if r.Attention != nil && r.Attention.Bucket == request.Overdue {
				waiting.Colour = screen.Red
			}
		}
		rows = append(rows, []screen.Cell{
			{Text: r.ID}, {Text: r.List}, {Text: r.Channel}, {Text: string(r.State)}, {Text: age(r.OpenedAt, now)}, waiting,
			{Text: Name(r)}, {Text: orDash(members(r))},
		})
	}
	return rows
}

func age(since, now time.Time) string { return duration.HumanDuration(max(now.Sub(since), 0)) }

// Name is what a request's customer is called.
func Name(r *protocol.Request) string {
	if strings.TrimSpace(r.Customer.Name) == "" {
		return plain(r.Customer.ID)
	}
	return plain(r.Customer.Name)
}

// Members names the members of a request.
func Members(r *protocol.Request) string { return members(r) }
