package board

import (
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// Row of a table of requests: the cells that need words.
type Row struct{ Customer, Attention, Members string }

// Cells gives the cells of a request's row.
func Cells(r *protocol.Request) Row {
	row := Row{Customer: plain(r.Customer.Name), Attention: "-", Members: "-"}
	if len(r.Members) > 0 {
		row.Members = members(r)
	}
	if r.Attention != nil && r.Attention.Coverage != request.Covered {
		row.Attention = string(r.Attention.Bucket)
	}
	return row
}
