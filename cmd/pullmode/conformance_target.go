package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/pullmode/operator/cmd/pullmode/internal/inprocess"
	"github.com/pullmode/operator/runtime/conformance"
)

// target is what the flags say of the target, before it is opened.
func (c *conforming) target() *conformance.Target {
	c.key = cmp.Or(c.key, os.Getenv(envKey), rand.Text())
	c.signingKey = cmp.Or(c.signingKey, rand.Text())
	return &conformance.Target{OldCursor: c.oldCursor, Setting: conformance.Setting{
		RuntimeName: c.runtimeName, Key: c.key, SigningKey: c.signingKey, ReceiverURL: strings.TrimSuffix(c.advertise, "/"),
	}}
}

// open makes the target: the runtime in this process, or the one that is named.
func (c *conforming) open(ctx context.Context, target *conformance.Target) (end func() error, err error) {
	switch {
	case c.receiver != "":
		target.Receiver = conformance.Reach(c.receiver)
	case len(c.urls) == 0 || c.advertise != "":
		mailbox, err := conformance.Listen(c.listen, c.signingKey)
		if err != nil {
			return nil, err
		}
		target.Receiver = mailbox
		target.Setting.ReceiverURL = cmp.Or(target.Setting.ReceiverURL, "http://"+mailbox.Addr().String())
	}
	closeReceiver := func() error {
		if target.Receiver == nil {
			return nil
		}
		return target.Receiver.Close()
	}
	if len(c.urls) > 0 {
		c.remote(target)
		return closeReceiver, nil
	}
	runtime, err := inprocess.Start(ctx, inprocess.Options{Replicas: c.replicas, Etcd: c.etcd, Version: readVersion().Version})
	if err != nil {
		return nil, errors.Join(err, closeReceiver())
	}
	target.URLs, target.Version = runtime.URLs(), readVersion().Version
	target.Agent, target.Apply, target.Delete = runtime.Token, runtime.Apply, runtime.Delete
	target.Restart, target.Forget = runtime.Restart, runtime.Forget
	return func() error {
		return errors.Join(runtime.Stop(context.WithoutCancel(ctx)), closeReceiver())
	}, nil
}

// remote is a target that is reached by URL, and changed by commands.
func (c *conforming) remote(target *conformance.Target) {
	target.URLs = slices.Clone(c.urls)
	for i, u := range target.URLs {
		target.URLs[i] = strings.TrimSuffix(u, "/")
	}
	target.Agent = func(ctx context.Context, name string, groups ...string) (string, error) {
		if c.tokenCommand == "" {
			who := identity{issuer: c.issuer, name: name, groups: groups}
			return who.source(ctx)(ctx)
		}
		return commandToken(ctx, c.tokenCommand, name, groups...)
	}
	if c.applyCommand != "" {
		target.Apply = func(ctx context.Context, yaml []byte) error { return shell(ctx, c.applyCommand, yaml, nil) }
	}
	if c.deleteCommand != "" {
		target.Delete = func(ctx context.Context, yaml []byte) error { return shell(ctx, c.deleteCommand, yaml, nil) }
	}
	if c.restartCommand != "" {
		target.Restart = func(ctx context.Context) error { return shell(ctx, c.restartCommand, nil, nil) }
	}
}

// shell runs a command of the caller's. What it says on failure is the error.
func shell(ctx context.Context, command string, input []byte, out io.Writer, env ...string) error {
	cmd := exec.CommandContext(ctx, "sh", "-c", command)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin = bytes.NewReader(input)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if out != nil {
		cmd.Stdout = out
	}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", command, err, strings.TrimSpace(said.String()))
	}
	return nil
}
