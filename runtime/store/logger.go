package store

import (
	"context"
	"log/slog"
	"strings"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// engineLogger hands etcd's own log on to the runtime's, from warnings up: its informational lines are about an
// administration (members, URLs, downgrades) that a reader of our log has no part in.
func engineLogger(to *slog.Logger) *zap.Logger {
	return zap.New(&slogCore{to: to.With("component", "etcd")})
}

type slogCore struct{ to *slog.Logger }

func (c *slogCore) Enabled(level zapcore.Level) bool {
	return level >= zapcore.WarnLevel && c.to.Enabled(context.Background(), slogLevel(level))
}

func (c *slogCore) With(fields []zapcore.Field) zapcore.Core {
	return &slogCore{to: c.to.With(attrs(fields)...)}
}

func (c *slogCore) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(entry.Level) && !beside(entry.Message) {
		return checked.AddCore(entry, c)
	}
	return checked
}

// beside reports whether a warning is beside the point here.
func beside(message string) bool {
	return strings.HasPrefix(message, "Running http and grpc server on single port") || // we run neither
		message == "check file permission" || // of a volume, whose owner is the cluster's business
		message == "quota exceeds the maximum value" || // while a full store is restored; what Options say of it is enough
		message == "retrying of unary invoker failed" // dozens for each change of leader; what comes of it is told
}

func (c *slogCore) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	c.to.Log(context.Background(), slogLevel(entry.Level), entry.Message, attrs(fields)...)
	return nil
}

func (c *slogCore) Sync() error { return nil }

func slogLevel(level zapcore.Level) slog.Level {
	if level == zapcore.WarnLevel {
		return slog.LevelWarn
	}
	return slog.LevelError // DPanic, Panic and Fatal end the process by themselves
}

func attrs(fields []zapcore.Field) []any {
	encoder := zapcore.NewMapObjectEncoder()
	out := make([]any, 0, len(fields))
	for _, field := range fields {
		if field.Key != "request" && field.Key != "response" { // they hold keys, and keys name customers
			field.AddTo(encoder)
		}
	}
	for key, value := range encoder.Fields {
		out = append(out, slog.Any(key, value))
	}
	return out
}
