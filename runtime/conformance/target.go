package conformance

import "context"

// Target is the runtime that is tested, and what there is around it.
type Target struct {
	// URLs are where its replicas answer agents and connectors; at least one.
	URLs []string
	// Version is what the target says of itself, for the report.
	Version string
	// Agent gives a token for an agent of that name and with those groups. It has to
	// be good for the whole run.
	Agent func(ctx context.Context, name string, groups ...string) (string, error)
	// Apply puts YAML into force, as `kubectl apply --server-side` would: what is
	// not there is created, what is there is changed. It may return before the
	// runtime serves it. Nil: the configuration of Configuration is in force already,
	// and cases that change it are skipped.
	Apply func(ctx context.Context, yaml []byte) error
	// Delete deletes the objects that the YAML names. Nil as Apply.
	Delete func(ctx context.Context, yaml []byte) error
	// Restart stops the runtime and starts it again, and returns when it is up. Nil:
	// such cases are skipped.
	Restart func(ctx context.Context) error
	// Forget lets the runtime's retention of the feed pass, by moving its clock. It may
	// return before the history has gone. Nil: such cases are skipped, unless OldCursor
	// is set.
	Forget func(ctx context.Context) error
	// OldCursor is a cursor older than the runtime's retention of the feed.
	OldCursor string
	// Setting is what the configuration is made with.
	Setting Setting
	// Receiver is where the runtime posts agents' messages and its record; nil:
	// such cases are skipped.
	Receiver Receiver
}

// has says whether a need is met.
func (t *Target) has(n Need) bool {
	switch n {
	case Apply:
		return t.Apply != nil && t.Delete != nil
	case Restart:
		return t.Restart != nil
	case Receive:
		return t.Receiver != nil
	case Forget:
		return t.Forget != nil || t.OldCursor != ""
	}
	return false
}

// lacks says how a target would come by a need, for people.
var lacks = map[Need]string{
	Apply:   "no way to change the configuration: give --apply-command and --delete-command",
	Restart: "no way to restart the runtime: give --restart-command",
	Receive: "no receiver that the runtime reaches: give --listen and --advertise, or --receiver",
	Forget:  "no cursor older than the feed's retention: give --old-cursor",
}
