package board

import (
	"fmt"
	"strings"
	"time"

	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
)

// bySystem is what is done by nobody, or is the same whoever does it.
var bySystem = map[request.Kind]string{
	request.EndSession:      "the customer ended the session",
	request.Expire:          "closed, because the customer has been silent for too long",
	request.CustomerTimeout: "closed, because the customer has not answered",
	request.ForceClose:      "closed, because its list is deleted",
}

// happened says who did what.
func happened(e *protocol.Event) string {
	who, r := name(e.Actor), e.Request
	if what, known := bySystem[e.Cause]; known && e.Actor.Kind != request.OperatorActor {
		return what
	}
	switch e.Cause {
	case request.ForceClose:
		return who + ", who runs the platform, closed it"
	case request.Receive:
		return received(e)
	case request.Join:
		return who + " joined" + others(e)
	case request.Leave:
		return who + " left" + others(e)
	case request.Logout:
		return who + " has gone home" + others(e)
	case request.Accept:
		if len(e.Released) > 0 {
			return fmt.Sprintf("%s took it over from %s%s", who, released(e), others(e))
		}
		return who + " came in" + others(e)
	case request.Disconnect:
		return released(e) + " was away for too long" + others(e)
	case request.Revoke:
		return released(e) + " may not use the list any more" + others(e)
	case request.Remove:
		return who + " removed " + released(e) + others(e)
	case request.ResponseTimeout:
		return released(e) + " did not answer in time; nobody is there now"
	case request.Close:
		return who + " closed it"
	case request.Transfer:
		if e.Type == protocol.EventReceived {
			return fmt.Sprintf("%s transferred it here  %s", who, e.RequestID)
		}
		return who + " transferred it to another list, as " + r.TransferredTo
	}
	return fmt.Sprintf("%s: %s", who, e.Cause)
}

// received says what raises an alert.
func received(e *protocol.Event) string {
	r := e.Request
	switch {
	case e.AlertGeneration > 1:
		return fmt.Sprintf("the customer still waits  %s", e.RequestID)
	case r.ReopenOf != "":
		return fmt.Sprintf("the customer comes back on %s (%s)  %s", r.Channel, r.ChannelType, e.RequestID)
	}
	return fmt.Sprintf("new request on %s (%s)  %s", r.Channel, r.ChannelType, e.RequestID)
}

// removed says who has the request now.
func removed(e *protocol.Event) string {
	if e.GrabbedBy == "" {
		return "is not yours to see any more"
	}
	what := "grabbed by " + plain(e.GrabbedBy)
	if e.GrabbedAt != nil {
		what += " at " + e.GrabbedAt.Local().Format(time.TimeOnly)
	}
	return what
}

// message says who wrote what to whom.
func message(e *protocol.Event) string {
	switch {
	case e.Message.Delivery == request.DeliveryFailedFinally:
		return fmt.Sprintf("what %s wrote did not arrive (%s): %s", name(e.Message.From), plain(e.Message.Failure), words(e.Message))
	case e.Message.From.Kind == request.AgentActor:
		return name(e.Message.From) + " answers: " + said(e.Message)
	}
	return "says: " + said(e.Message)
}

// others says who else is there after somebody came or went.
func others(e *protocol.Event) string {
	var names []string
	for _, m := range e.Request.Members {
		if m.Agent != e.Actor.Name {
			names = append(names, plain(m.Agent))
		}
	}
	switch {
	case len(names) > 0:
		return "; also there: " + strings.Join(names, ", ")
	case len(e.Request.Members) == 0:
		return "; nobody is there now"
	}
	return ""
}

func released(e *protocol.Event) string {
	names := make([]string, len(e.Released))
	for i, agent := range e.Released {
		names[i] = plain(agent)
	}
	return strings.Join(names, ", ")
}
