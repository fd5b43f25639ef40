// Package view is one replica's picture of the store: the open requests, the
// agents and the snapshot in force, indexed for the questions that are asked of
// them. It is filled by one load and then follows the store's watch, so every
// replica passes through the same pictures in the same order.
package view

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pullmode/operator/runtime/keyspace"
	"github.com/pullmode/operator/runtime/protocol"
	"github.com/pullmode/operator/runtime/request"
	"github.com/pullmode/operator/runtime/snapshot"
	"github.com/pullmode/operator/runtime/store"
)

// Prefixes are the keys that a view is loaded from. Alerts come before the requests
// that they are of, so that each request is indexed once. Of what is closed only
// the wrap-ups are kept that are still awaited.
var Prefixes = []string{
	keyspace.Alerts, keyspace.Slots, keyspace.ClosedDocs, keyspace.Agents, keyspace.Subscriptions, keyspace.Dismissals,
	keyspace.Presences, keyspace.Customers, keyspace.Capacities, keyspace.Drainings, keyspace.Config,
}

// Entry is an open request and the revision of its document. Nothing of it changes:
// a newer document is a new entry.
type Entry struct {
	Doc      *request.Document
	Key      string
	Revision int64
	// AlertRevision is when the request's alert was raised last, 0 where it is not:
	// the alert is of those who were subscribed before (N1, N4).
	AlertRevision int64
}

// View is the picture. Its methods may be called from any goroutine; Load and
// Apply come from one.
type View struct {
	history string

	mu       sync.RWMutex
	revision int64
	moved    chan struct{} // closed and replaced whenever revision moves

	bySlot   map[string]*Entry
	byID     map[string]*Entry
	byList   map[string]*listing
	byMember index[string]
	byParty  index[party]
	clocks   clocks
	// closed are the closed requests that wait for wrap-ups, by key.
	closed map[string]*request.Document
	// raised are the revisions of alerts whose requests are not here (yet).
	raised     map[string]int64
	agents     map[string]*agent
	dismissals map[string]dismissal
	present    map[string]map[string]struct{} // replicas by agent
	customers  map[string]*keyspace.CustomerRecord
	capacities map[string]int64
	draining   map[string]time.Time
	// subscribers are the agents who are subscribed to a list, whether or not they
	// may use it.
	subscribers map[string]map[string]struct{}
	config      configuration
}

// New makes an empty view at revision 0 of a store's history.
func New(history string) *View {
	return &View{
		history:     history,
		moved:       make(chan struct{}),
		bySlot:      map[string]*Entry{},
		byID:        map[string]*Entry{},
		byList:      map[string]*listing{},
		byMember:    index[string]{},
		byParty:     index[party]{},
		clocks:      clocks{},
		closed:      map[string]*request.Document{},
		raised:      map[string]int64{},
		agents:      map[string]*agent{},
		dismissals:  map[string]dismissal{},
		present:     map[string]map[string]struct{}{},
		customers:   map[string]*keyspace.CustomerRecord{},
		capacities:  map[string]int64{},
		draining:    map[string]time.Time{},
		subscribers: map[string]map[string]struct{}{},
		config:      configuration{chunks: map[string]map[int]store.KV{}},
	}
}

// Load takes one key of the first load. Loaded ends it.
func (v *View) Load(kv store.KV) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.put(kv.Key, kv.Value, kv.Revision)
}

// Loaded says that everything of a revision has been loaded.
func (v *View) Loaded(revision int64) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.config.adopt(); err != nil {
		return err
	}
	v.raised = maps.Collect(maps.All(v.raised)) // which was every alert, for a while
	v.move(revision)
	return nil
}

// Apply takes a batch of the watch, which holds whole revisions. A record that
// cannot be read is an error: a view that skipped it would tell agents less than
// is true.
func (v *View) Apply(b store.Batch) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, e := range b.Events {
		if e.Deleted {
			v.remove(e.Key)
			continue
		}
		if err := v.put(e.Key, e.Value, e.Revision); err != nil {
			return err
		}
		if e.Key == keyspace.ConfigCurrent {
			if err := v.adopt(e.Revision); err != nil {
				return err
			}
		}
	}
	v.move(b.Revision)
	return nil
}

func (v *View) move(revision int64) {
	v.revision = revision
	close(v.moved)
	v.moved = make(chan struct{})
}

func (v *View) put(key string, value []byte, revision int64) error {
	var err error
	switch prefix, _, _ := strings.Cut(key, "/"); prefix + "/" {
	case keyspace.Slots:
		doc := &request.Document{}
		if err = json.Unmarshal(value, doc); err == nil {
			v.open(&Entry{Doc: doc, Key: key, Revision: revision})
		}
	case keyspace.ClosedDocs:
		err = v.putClosed(key, value)
	case keyspace.Alerts:
		v.putAlert(key, revision)
	case keyspace.Dismissals:
		err = v.putDismissal(key, value, revision)
	case keyspace.Agents:
		err = v.putAgent(key, value, revision)
	case keyspace.Subscriptions:
		err = v.putSubscription(key, value, revision)
	case keyspace.Presences:
		v.putPresence(key)
	case keyspace.Capacities:
		v.putCapacity(key, revision)
	case keyspace.Customers:
		err = v.putCustomer(key, value)
	case keyspace.Drainings:
		err = v.putDraining(key, value)
	case keyspace.Config:
		err = v.config.put(key, value, revision)
	}
	if err != nil {
		return fmt.Errorf("read %q of revision %d: %w", key, revision, err)
	}
	return nil
}

func (v *View) remove(key string) {
	switch prefix, _, _ := strings.Cut(key, "/"); prefix + "/" {
	case keyspace.Slots:
		v.close(key)
	case keyspace.ClosedDocs:
		v.removeClosed(key)
	case keyspace.Alerts:
		v.removeAlert(key)
	case keyspace.Dismissals:
		v.removeDismissal(key)
	case keyspace.Agents:
		v.removeAgent(key)
	case keyspace.Subscriptions:
		v.removeSubscription(key)
	case keyspace.Presences:
		v.removePresence(key)
	case keyspace.Capacities:
		v.removeCapacity(key)
	case keyspace.Customers:
		v.removeCustomer(key)
	case keyspace.Drainings:
		v.removeDraining(key)
	case keyspace.Config:
		v.config.remove(key)
	}
}

// Revision is how far the view has come.
func (v *View) Revision() int64 {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.revision
}

// History names what the view's revisions are of.
func (v *View) History() string { return v.history }

// Cursor is the place of a revision in the feed.
func (v *View) Cursor(revision int64) string {
	return protocol.Cursor{History: v.history, Revision: revision}.String()
}

// WaitFor returns when the view has reached a revision: whoever has written it
// can then read it back.
func (v *View) WaitFor(ctx context.Context, revision int64) error {
	for {
		v.mu.RLock()
		reached, moved := v.revision >= revision, v.moved
		v.mu.RUnlock()
		if reached {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Config is the snapshot in force; nil while there is none.
func (v *View) Config() *snapshot.Index {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.config.index
}

// ConfigRevision is the revision that the snapshot in force came with; 0 while
// there is none.
func (v *View) ConfigRevision() int64 {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.config.revision
}

// ConfigKeys are the pointer to the snapshot in force, and by digest the chunks
// that the view knows: those of the snapshot in force and what an unfinished
// programming left behind. Each with its revision.
func (v *View) ConfigKeys() (current store.KV, chunks map[string][]store.KV) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	chunks = map[string][]store.KV{}
	for digest, parts := range v.config.chunks {
		chunks[digest] = slices.Collect(maps.Values(parts))
	}
	return store.KV{Key: keyspace.ConfigCurrent, Revision: v.config.revision}, chunks
}
