package client

import (
	"context"
	"net/http"
)

// stream follows the feed over one stream of server-sent events.
func (f *follower) stream(ctx context.Context, alive func()) error {
	header := http.Header{"Accept": {"text/event-stream"}}
	if f.Cursor != "" {
		header.Set("Last-Event-Id", f.Cursor)
	}
	resp, err := f.send(ctx, call{method: http.MethodGet, path: []string{"v1", "events"}, header: header}, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	for events := newReader(resp.Body); ; {
		frame, err := events.next()
		if err != nil {
			return err
		}
		alive()
		if err := f.take(frame); err != nil {
			return err
		}
	}
}
