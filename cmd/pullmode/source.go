package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/pullmode/internal/assume"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/folder"
	"github.com/pullmode/operator/controllers/schema"
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
	f, err := read(ctx, from, folder.Options{Schemas: s.schemas, Namespace: s.namespace, Previous: previous})
	if err != nil {
		return nil, err
	}
	if s.assumeSecrets {
		assumeSecrets(&f.Input)
	}
	return f, nil
}

// read reads a folder. That it cannot be read is a mistake of whoever named it.
func read(ctx context.Context, from opened, o folder.Options) (*folder.Folder, error) {
	f, err := folder.Read(ctx, os.DirFS(from.dir), o)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, usageError{err}
	}
	return f, nil
}

// assumeSecrets gives every object whose Secret is not there one that is as it should
// be.
func assumeSecrets(in *compile.Input) {
	for name, need := range compile.Needs(*in) {
		if _, there := in.Keys[name]; !there {
			in.Keys[name] = assume.Secret(need)
		}
	}
}
