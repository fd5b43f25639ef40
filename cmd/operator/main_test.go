package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestHelpNamesEveryFlagAndItsDefault(t *testing.T) {
	t.Setenv("RUNTIME_IMAGE", "example.com/pullmode:v1")
	var out bytes.Buffer
	cmd := command()
	cmd.SetOut(&out)
	cmd.SetArgs([]string{"--help"})
	if err := cmd.Execute(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"--runtime-image image", "example.com/pullmode:v1", "--hold-off duration", "100ms", "--drift-interval duration", "30s",
		"--namespaces namespaces", "--leader-elect", "--metrics-bind-address address", "--health-probe-bind-address address",
		"--log-level", "--log-format",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("help does not say %q:\n%s", want, out.String())
		}
	}
}

func TestWrongFlagsSayWhatIsRight(t *testing.T) {
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"log level":  {[]string{"--log-level=loud"}, "use debug, info, warn or error"},
		"log format": {[]string{"--log-format=xml"}, "use json or text"},
		"argument":   {[]string{"now"}, "unknown command"},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := command()
			cmd.SetArgs(tc.args)
			if err := cmd.Execute(); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want one that says %q", err, tc.want)
			}
		})
	}
}
