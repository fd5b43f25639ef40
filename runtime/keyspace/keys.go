// Package keyspace is the layout of the runtime's store: every key and the JSON
// record behind it. Nothing else builds or reads a key.
//
//	slots/<channel>/<customer>        the open request of a customer on a channel (INV5)
//	closed/<id>                       a closed request, for late answers
//	lastclosed/<channel>/<customer>   the id of a customer's last closed request (T06b)
//	messages/<thread>/<number>        the last messages of an open request
//	alerts/<id>                       that a request's alert is raised; its revision says since when (N1, N4)
//	dismissals/<agent>                which alerts an agent has dismissed (N5)
//	heard/<agent>                     up to where desks of the published contract have told an agent of alerts
//	outbox/<thread>/<number>          agents' messages that are on their way to customers
//	dedupe/<channel>/<customer>/<id>  messages that have been taken
//	agents/<agent>                    what is known of an agent
//	subscriptions/<agent>/<list>      whether an agent is subscribed; its revision says since when
//	presence/<agent>/<replica>        that an agent has a connection at a replica (T25, T26)
//	customers/<channel>/<customer>    whether a customer is there
//	capacity/<agent>                  fences two joins of an agent at once where the limit is enforced
//	draining/<list>                   since when a deleted list has been draining (L2)
//	config/current                    the snapshot in force, as its sequence, digest and chunks
//	config/<digest>/<chunk>           its bytes
//	sink/cursor                       how far the event sink has come
//	elections/<name>                  which replica does what only one may
//	meta/started                      which replica started last, and when
//	meta/...                          the store's own
package keyspace

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// The prefixes of the keyspace.
const (
	Slots         = "slots/"
	ClosedDocs    = "closed/"
	Messages      = "messages/"
	Dedupes       = "dedupe/"
	Agents        = "agents/"
	Subscriptions = "subscriptions/"
	Config        = "config/"
	ConfigCurrent = Config + "current"
	LastClosedIDs = "lastclosed/"
	Alerts        = "alerts/"
	Dismissals    = "dismissals/"
	Hearings      = "heard/"
	Outbox        = "outbox/"
	Presences     = "presence/"
	Customers     = "customers/"
	Capacities    = "capacity/"
	Drainings     = "draining/"
	SinkCursor    = "sink/cursor"
	// Started is what a replica marks its start with. All have the one: replicas
	// come and go under names of their own, and leave nothing behind.
	Started = "meta/started"
)

// Names come from outside (customers, identity providers), so they are escaped:
// a slash in one must not reach into another's keys.

// Slot is the key of a customer's open request on a channel.
func Slot(channel, customer string) string {
	return Slots + url.PathEscape(channel) + "/" + url.PathEscape(customer)
}

// Closed is the key of a closed request.
func Closed(id string) string { return ClosedDocs + url.PathEscape(id) }

// LastClosed is the key of the last closed request of a customer on a channel.
func LastClosed(channel, customer string) string {
	return LastClosedIDs + url.PathEscape(channel) + "/" + url.PathEscape(customer)
}

// Message is the key of one message of an open request's thread. The number is
// padded so that keys sort as numbers do.
func Message(thread string, number int64) string { return numbered(Messages, thread, number) }

// MessagesOf is the prefix of a thread's messages.
func MessagesOf(thread string) string { return Messages + url.PathEscape(thread) + "/" }

// Sending is the key of an agent's message on its way to the customer.
func Sending(thread string, number int64) string { return numbered(Outbox, thread, number) }

func numbered(prefix, thread string, number int64) string {
	return fmt.Sprintf("%s%s/%012d", prefix, url.PathEscape(thread), number)
}

// Alert is the key that says that a request's alert is raised.
func Alert(id string) string { return Alerts + url.PathEscape(id) }

// Dismissal is the key of what an agent has dismissed.
func Dismissal(agent string) string { return Dismissals + url.PathEscape(agent) }

// Heard is the key of what desks of the published contract have told an agent.
func Heard(agent string) string { return Hearings + url.PathEscape(agent) }

// Presence is the key of an agent's connection at a replica.
func Presence(agent, replica string) string {
	return Presences + url.PathEscape(agent) + "/" + url.PathEscape(replica)
}

// Customer is the key of whether a customer is there.
func Customer(channel, customer string) string {
	return Customers + url.PathEscape(channel) + "/" + url.PathEscape(customer)
}

// Capacity is the key that fences the joins of an agent.
func Capacity(agent string) string { return Capacities + url.PathEscape(agent) }

// Draining is the key of since when a list has been draining.
func Draining(list string) string { return Drainings + url.PathEscape(list) }

// Dedupe is the key that marks a customer's message as taken. The customer is part
// of it: a connector that counts each conversation's messages from 1 loses none.
func Dedupe(channel, customer, message string) string {
	return Dedupes + url.PathEscape(channel) + "/" + url.PathEscape(customer) + "/" + url.PathEscape(message)
}

// Agent is the key of what is known of an agent.
func Agent(name string) string { return Agents + url.PathEscape(name) }

// Subscription is the key of an agent's subscription to a list.
func Subscription(agent, list string) string {
	return Subscriptions + url.PathEscape(agent) + "/" + url.PathEscape(list)
}

// ConfigChunk is the key of one piece of a snapshot's bytes.
func ConfigChunk(digest string, chunk int) string {
	return fmt.Sprintf("%s%s/%04d", Config, digest, chunk)
}

// ConfigChunkOf reads digest and number out of the key of a snapshot's chunk.
func ConfigChunkOf(key string) (digest string, chunk int, err error) {
	digest, number, _ := strings.Cut(strings.TrimPrefix(key, Config), "/")
	chunk, err = strconv.Atoi(number)
	if err != nil {
		return "", 0, fmt.Errorf("%q is no key of a snapshot's chunk", key)
	}
	return digest, chunk, nil
}

// ThreadOfMessage reads the thread out of a message's key.
func ThreadOfMessage(key string) (thread string, ok bool) {
	parts, ok := split(key, Messages)
	return parts[0], ok
}

// AgentOf reads the agent's name out of the key of an agent.
func AgentOf(key string) (string, bool) { return single(key, Agents) }

// RequestOfAlert reads the request's id out of an alert's key.
func RequestOfAlert(key string) (string, bool) { return single(key, Alerts) }

// AgentOfDismissal reads the agent's name out of the key of what they dismissed.
func AgentOfDismissal(key string) (string, bool) { return single(key, Dismissals) }

// ListOfDraining reads the list out of the key of since when it has been draining.
func ListOfDraining(key string) (string, bool) { return single(key, Drainings) }

// AgentOfCapacity reads the agent's name out of the key that fences their joins.
func AgentOfCapacity(key string) (string, bool) { return single(key, Capacities) }

// PresenceOf reads agent and replica out of the key of a presence.
func PresenceOf(key string) (agent, replica string, ok bool) {
	parts, ok := split(key, Presences)
	return parts[0], parts[1], ok
}

// CustomerOf reads channel and customer out of the key of a customer.
func CustomerOf(key string) (channel, customer string, ok bool) {
	parts, ok := split(key, Customers)
	return parts[0], parts[1], ok
}

// SubscriptionOf reads agent and list out of the key of a subscription.
func SubscriptionOf(key string) (agent, list string, ok bool) {
	parts, ok := split(key, Subscriptions)
	return parts[0], parts[1], ok
}

// single unescapes the one part of a key behind its prefix.
func single(key, prefix string) (string, bool) {
	rest, found := strings.CutPrefix(key, prefix)
	name, err := url.PathUnescape(rest)
	if !found || err != nil {
		return "", false
	}
	return name, true
}

// split unescapes the two parts of a key behind its prefix.
func split(key, prefix string) ([2]string, bool) {
	rest, found := strings.CutPrefix(key, prefix)
	first, second, two := strings.Cut(rest, "/")
	a, errA := url.PathUnescape(first)
	b, errB := url.PathUnescape(second)
	if !found || !two || errA != nil || errB != nil {
		return [2]string{}, false
	}
	return [2]string{a, b}, true
}
