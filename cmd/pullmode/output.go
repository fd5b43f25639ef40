package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"
)

// The formats of -o.
const (
	asText  = "text"
	asTable = "table" // text, as kubectl's users call it
	asJSON  = "json"
	asYAML  = "yaml"
)

// output is the value of -o: one of the formats that a command knows.
type output struct {
	format string
	known  []string
}

// outputFlag adds -o with text as default and the formats given besides.
func outputFlag(cmd *cobra.Command, others ...string) *output {
	o := &output{format: asText, known: append([]string{asText}, others...)}
	cmd.Flags().VarP(o, "output", "o", "how to print: "+strings.Join(o.known, ", "))
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(o.known, cobra.ShellCompDirectiveNoFileComp))
	return o
}

// tableFlag adds -o to a command of a platform team.
func tableFlag(cmd *cobra.Command) *output {
	o := outputFlag(cmd, asJSON, asYAML)
	o.format, o.known[0] = asTable, asTable
	flag := cmd.Flags().Lookup("output")
	flag.DefValue, flag.Usage = asTable, "how to print: "+strings.Join(o.known, ", ")
	return o
}

func (o *output) String() string { return o.format }
func (o *output) Type() string   { return "format" }

func (o *output) Set(format string) error {
	if !slices.Contains(o.known, format) {
		return fmt.Errorf("use %s", strings.Join(o.known, ", "))
	}
	o.format = format
	return nil
}

// text says whether a person reads.
func (o *output) text() bool { return o.format == asText || o.format == asTable }

// print writes a value for a program to read.
func (o *output) print(w io.Writer, value any) error {
	if o.format == asYAML {
		data, err := yaml.Marshal(value)
		if err != nil {
			return err
		}
		_, err = w.Write(data)
		return err
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}
