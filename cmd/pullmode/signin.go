package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/runtime/client"
	"github.com/pullmode/operator/runtime/issuer"
)

// Where things are when nobody says otherwise: where `serve` puts them.
const (
	defaultURL    = "http://127.0.0.1:8080"
	defaultIssuer = "http://127.0.0.1:8081"
)

// The environment that stands in for flags.
const (
	envURL    = "PULLMODE_URL"
	envIssuer = "PULLMODE_ISSUER"
	envToken  = "PULLMODE_TOKEN"
	envKey    = "PULLMODE_KEY"
)

func urlFlag(cmd *cobra.Command, url *string) {
	cmd.Flags().StringVar(url, "url", cmp.Or(os.Getenv(envURL), defaultURL), "address of the runtime ($"+envURL+")")
}

// identity is who an agent is at a development issuer.
type identity struct {
	issuer string
	name   string
	groups []string
}

func (i *identity) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&i.issuer, "issuer", cmp.Or(os.Getenv(envIssuer), defaultIssuer), "address of a development issuer, which gives a token for any name ($"+envIssuer+")")
	cmd.Flags().StringVar(&i.name, "as", "", "name to sign in with at the development issuer")
	cmd.Flags().StringSliceVar(&i.groups, "groups", nil, "groups to sign in with, separated by commas")
}

// source asks the development issuer for tokens.
func (i *identity) source(ctx context.Context) client.TokenSource {
	tokens := client.OAuth2(issuer.TokenSource(ctx, i.issuer, i.name, i.groups))
	return func(ctx context.Context) (string, error) {
		token, err := tokens(ctx)
		if err != nil {
			return "", &signInError{i.issuer, err}
		}
		return token, nil
	}
}

// signInError is a failure to get a token, and not of the runtime.
type signInError struct {
	issuer string
	cause  error
}

func (e *signInError) Error() string { return fmt.Sprintf("sign in at %s: %v", e.issuer, e.cause) }
func (e *signInError) Unwrap() error { return e.cause }

// signIn is how an agent's command comes by a token.
type signIn struct {
	identity
	url, token, tokenFile string
	// binding is what the feed comes over; empty for the client's default.
	binding string
}

func (s *signIn) flags(cmd *cobra.Command) {
	urlFlag(cmd, &s.url)
	s.identity.flags(cmd)
	cmd.Flags().StringVar(&s.token, "token", "", "token of the agent ($"+envToken+")")
	cmd.Flags().StringVar(&s.tokenFile, "token-file", "", "file with the token, read anew for every call")
	cmd.MarkFlagsMutuallyExclusive("as", "token", "token-file")
}

// agent speaks to the runtime in the agent's name.
func (s *signIn) agent(ctx context.Context) (*client.Agent, error) {
	source, err := s.tokens(ctx)
	if err != nil {
		return nil, err
	}
	agent, err := client.NewAgent(s.url, source, client.Options{UserAgent: "pullmode-cli", Binding: client.Binding(s.binding)})
	if err != nil {
		return nil, usageError{err}
	}
	return agent, nil
}

func (s *signIn) tokens(ctx context.Context) (client.TokenSource, error) {
	switch token := cmp.Or(s.token, os.Getenv(envToken)); {
	case s.name != "":
		return s.source(ctx), nil
	case s.tokenFile != "":
		return fromFile(s.tokenFile), nil
	case token != "":
		return client.StaticToken(strings.TrimSpace(token)), nil
	}
	return nil, usage("who are you? Give --as NAME with a development issuer, or --token, --token-file or $%s", envToken)
}

// fromFile reads the file for every token, because whoever writes it renews it.
func fromFile(path string) client.TokenSource {
	return func(context.Context) (string, error) {
		data, err := os.ReadFile(path)
		if err != nil {
			return "", usage("read the token: %w", err)
		}
		return strings.TrimSpace(string(data)), nil
	}
}
