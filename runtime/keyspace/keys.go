// Package keyspace is the layout of the runtime's store: every key and the JSON
// record behind it. Nothing else builds or reads a key.
//
//	slots/<channel>/<customer>        the open request of a customer on a channel (INV5)
//	closed/<id>                       a closed request, for late answers
//	messages/<id>/<number>            the last messages of an open request
//	dedupe/<channel>/<customer>/<id>  messages that have been taken
//	agents/<agent>                    what is known of an agent
//	subscriptions/<agent>/<list>      whether an agent is subscribed; its revision says since when
//	config/current                    the snapshot in force, as its sequence, digest and chunks
//	config/<digest>/<chunk>           its bytes
//	meta/started/<replica>            when a replica last started
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
)

// Names come from outside (customers, identity providers), so they are escaped:
// a slash in one must not reach into another's keys.

// Slot is the key of a customer's open request on a channel.
func Slot(channel, customer string) string {
	return Slots + url.PathEscape(channel) + "/" + url.PathEscape(customer)
}

// Closed is the key of a closed request.
func Closed(id string) string { return ClosedDocs + url.PathEscape(id) }

// Message is the key of one message of an open request. The number is padded so
// that keys sort as numbers do.
func Message(id string, number int64) string {
	return fmt.Sprintf("%s%s/%012d", Messages, url.PathEscape(id), number)
}

// MessagesOf is the prefix of a request's messages.
func MessagesOf(id string) string { return Messages + url.PathEscape(id) + "/" }

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

// Started is the key that a replica marks its start with.
func Started(replica string) string { return "meta/started/" + url.PathEscape(replica) }

// ConfigChunkOf reads digest and number out of the key of a snapshot's chunk.
func ConfigChunkOf(key string) (digest string, chunk int, err error) {
	digest, number, _ := strings.Cut(strings.TrimPrefix(key, Config), "/")
	chunk, err = strconv.Atoi(number)
	if err != nil {
		return "", 0, fmt.Errorf("%q is no key of a snapshot's chunk", key)
	}
	return digest, chunk, nil
}

// RequestOfMessage reads the request's id out of a message's key.
func RequestOfMessage(key string) (string, bool) {
	parts, ok := split(key, Messages)
	if !ok {
		return "", false
	}
	return parts[0], true
}

// AgentOf reads the agent's name out of the key of an agent.
func AgentOf(key string) (string, bool) {
	name, err := url.PathUnescape(strings.TrimPrefix(key, Agents))
	return name, err == nil && strings.HasPrefix(key, Agents)
}

// SubscriptionOf reads agent and list out of the key of a subscription.
func SubscriptionOf(key string) (agent, list string, ok bool) {
	parts, ok := split(key, Subscriptions)
	if !ok {
		return "", "", false
	}
	return parts[0], parts[1], true
}

// split unescapes the two parts of a key behind its prefix.
func split(key, prefix string) ([2]string, bool) {
	rest, found := strings.CutPrefix(key, prefix)
	first, second, two := strings.Cut(rest, "/")
	a, errA := url.PathUnescape(first)
	b, errB := url.PathUnescape(second)
	return [2]string{a, b}, found && two && errA == nil && errB == nil
}
