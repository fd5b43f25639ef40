package observe_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/pullmode/operator/runtime/observe"
)

func TestNewLogger(t *testing.T) {
	tests := map[string]struct {
		format, level string
		want          string // a part of the one line that is written, "" for none
		err           string
	}{
		"JSON":            {format: "json", level: "info", want: `"msg":"hello","list":"sales"`},
		"text":            {format: "text", level: "INFO", want: `msg=hello list=sales`},
		"below the level": {format: "text", level: "warn"},
		"unknown level":   {format: "text", level: "loud", err: "debug, info, warn or error"},
		"unknown format":  {format: "xml", level: "info", err: "json or text"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			var written bytes.Buffer
			logger, err := observe.NewLogger(&written, tc.format, tc.level)
			if tc.err != "" {
				if err == nil || !strings.Contains(err.Error(), tc.err) {
					t.Errorf("got %v, want %q", err, tc.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			logger.Info("hello", "list", "sales")
			if got := written.String(); !strings.Contains(got, tc.want) || (tc.want == "") != (got == "") {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
