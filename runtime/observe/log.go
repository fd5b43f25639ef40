package observe

import (
	"context"
	"fmt"
	"io"
	"log/slog"
)

// Formats of NewLogger.
const (
	FormatJSON = "json"
	FormatText = "text"
)

// NewLogger returns a logger that writes lines to w. format is FormatJSON or
// FormatText; level is debug, info, warn or error, in any case, and may have an
// offset such as "info+1". A line logged with the context of an HTTP request
// carries its request_id (see Access).
func NewLogger(w io.Writer, format, level string) (*slog.Logger, error) {
	var least slog.Level
	if err := least.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("log level %q: use debug, info, warn or error", level)
	}
	opts := &slog.HandlerOptions{Level: least}
	switch format {
	case FormatJSON:
		return slog.New(withRequestID{slog.NewJSONHandler(w, opts)}), nil
	case FormatText:
		return slog.New(withRequestID{slog.NewTextHandler(w, opts)}), nil
	}
	return nil, fmt.Errorf("log format %q: use %s or %s", format, FormatJSON, FormatText)
}

// withRequestID adds the request's id to what is logged on its behalf, so that
// every line of one request is found by it.
type withRequestID struct{ slog.Handler }

func (h withRequestID) Handle(ctx context.Context, line slog.Record) error {
	if id := RequestID(ctx); id != "" {
		line.AddAttrs(slog.String("request_id", id))
	}
	return h.Handler.Handle(ctx, line)
}

func (h withRequestID) WithAttrs(attrs []slog.Attr) slog.Handler {
	return withRequestID{h.Handler.WithAttrs(attrs)}
}

func (h withRequestID) WithGroup(name string) slog.Handler {
	return withRequestID{h.Handler.WithGroup(name)}
}
