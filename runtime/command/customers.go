package command

import (
	"context"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/store"
)

// presenceWindow is how long what a connector says of a customer's presence
// stands, when it says nothing more.
const presenceWindow = 24 * time.Hour

// EndSession closes the open request of a customer, on the customer's side (T21).
// When none is open there is nothing to do.
func (x *Executor) EndSession(ctx context.Context, channel, customer string) (request.Outcome, error) {
	if _, err := x.channel(channel); err != nil {
		return "", err
	}
	slot := keyspace.Slot(channel, customer)
	key := ulid.Make().String() // by which the document knows whether it was this that closed it
	caughtUp := false
	for range attempts {
		if entry := x.View.Slot(slot); entry != nil {
			d, err := x.act(ctx, request.EndSession, entry.Doc.ID, func(*turn) (request.Command, error) {
				return request.Command{Kind: request.EndSession, Actor: request.Actor{Kind: request.CustomerActor, Name: customer}, Key: key}, nil
			})
			if err != nil || d.Outcome != request.AlreadyClosed {
				return d.Outcome, err
			}
		} else if caughtUp {
			return request.AlreadyClosed, nil
		}
		// What is open may have come from another replica just now, or have gone on as
		// another request.
		if err := x.catchUp(ctx); err != nil {
			return "", err
		}
		caughtUp = true
	}
	return "", refuse(StoreUnavailable, "too much happens to this customer's requests at once: repeat it").retry(time.Second)
}

// PutPresence notes whether a customer is there.
func (x *Executor) PutPresence(ctx context.Context, channel, customer string, p protocol.PutPresence) error {
	if _, err := x.channel(channel); err != nil {
		return err
	}
	if err := checkPresence(customer, p); err != nil {
		return err
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	if err := x.catchUp(ctx); err != nil { // somebody may have joined at another replica just now
		return err
	}
	record := keyspace.CustomerRecord{
		Online: p.Online, LastActiveAt: p.LastActiveAt, Location: p.Location, At: x.Now().UTC().Truncate(time.Millisecond),
	}
	if e := x.View.Slot(keyspace.Slot(channel, customer)); e != nil {
		record.Request, record.Members = e.Doc.ID, e.Doc.Agents()
	}
	lease, err := x.leases.get(ctx, presenceWindow)
	if err != nil {
		return ofStore(err)
	}
	return x.stand(ctx, store.Txn{Ops: []store.Op{store.PutLeased(keyspace.Customer(channel, customer), encode(record), lease)}})
}
