package main

import (
	"context"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/folder"
	"github.com/pullmode/operator/controllers/schema"
	"github.com/pullmode/operator/runtime/auth"
)

// source is how a folder is read.
type source struct {
	namespace     string
	assumeSecrets bool
	verbose       bool
	schemas       *schema.Schemas
}

func (s *source) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVarP(&s.namespace, "namespace", "n", "", "namespace whose objects are meant, and to which those belong that name none")
	f.BoolVar(&s.assumeSecrets, "assume-secrets", false, "take it that Secrets exist that are not in the folder, as they should not be in a repository")
	f.BoolVarP(&s.verbose, "verbose", "v", false, "tell also what was left out")
}

// read reads the folder; previous is what was read before, nil the first time.
func (s *source) read(ctx context.Context, from opened, previous *folder.Folder) (*folder.Folder, error) {
	if s.schemas == nil {
		loaded, err := schema.Load()
		if err != nil {
			return nil, err
		}
		s.schemas = loaded
	}
	f, err := folder.Read(ctx, os.DirFS(from.dir), folder.Options{Schemas: s.schemas, Namespace: s.namespace, Previous: previous})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, usageError{err}
	}
	if s.assumeSecrets {
		assume(&f.Input)
	}
	return f, nil
}

// assume gives every object whose Secret is not there one with keys that nobody
// knows.
func assume(in *compile.Input) {
	zeros := strings.Repeat("0", len(auth.HashKey("")))
	nobodys := compile.Key{Hashes: []string{zeros}, Signing: []string{zeros}}
	for name, need := range compile.Needs(*in) {
		if _, there := in.Keys[name]; there {
			continue
		}
		in.Keys[name] = compile.SecretKeys{}
		for _, key := range slices.Concat(need.Connector, need.Signing) {
			in.Keys[name][key] = nobodys
		}
	}
}
