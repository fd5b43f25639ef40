package main

import (
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/pullmode/internal/listen"
	"github.com/pullmode/operator/runtime/issuer"
)

func newIssuer() *cobra.Command {
	var addr, url, browserURL, keyFile string
	var audiences, redirects []string
	var ttl time.Duration
	cmd := &cobra.Command{
		Use:   "issuer",
		Short: "Run an OpenID Connect issuer that signs for whoever asks",
		Long: `Run an OpenID Connect issuer for development. It signs a token for WHOEVER ASKS,
under any name and with any groups: no runtime that real customers reach may trust it.

Its URL is its name: what stands in a token's ` + "`iss`" + ` and in the RoutingRuntime's
spec.authentication.issuers. It may be reached by other addresses too, such as a
port-forward: with --browser-url, that is where browsers are sent to sign in. After it they
are sent back to addresses of their own machine alone, and to those of --redirect-uri.`,
		Example: `  pullmode issuer
  pullmode issuer --addr :8080 --url http://pullmode-issuer --key-file keys.json`,
		Args: cobra.NoArgs,
	}
	f := cmd.Flags()
	f.StringVar(&addr, "addr", "127.0.0.1:8081", "address to listen on; a port of 0 chooses a free one")
	f.StringVar(&url, "url", "", "the issuer's URL, as its tokens carry it (default: http:// and the address)")
	f.StringVar(&browserURL, "browser-url", "", "address of the issuer for browsers, where that is another one (default: the issuer's URL)")
	f.StringSliceVar(&redirects, "redirect-uri", nil, "addresses that browsers may be sent back to, such as https://routing.example.com/desk/, besides those of this machine")
	f.StringVar(&keyFile, "key-file", "", "file that keeps the signing keys over a restart, made when it is not there")
	f.StringSliceVar(&audiences, "audience", []string{issuer.DefaultAudience}, "audiences of every token, each of them a client that may sign agents in")
	f.DurationVar(&ttl, "ttl", issuer.DefaultTokenTTL, "how long a token counts")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		listener, err := net.Listen("tcp", addr)
		if err != nil {
			return fmt.Errorf("open the issuer's port: %w: choose another one with --addr", err)
		}
		defer listener.Close()
		if url == "" {
			url = "http://" + listener.Addr().String()
		}
		i, err := issuer.New(issuer.Options{
			URL: url, BrowserURL: browserURL, Audiences: audiences, RedirectURIs: redirects, TokenTTL: ttl, KeyFile: keyFile,
			Logger: slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil)),
		})
		if err != nil {
			return usageError{err}
		}
		if _, err := fmt.Fprintf(cmd.OutOrStdout(), "issuer %s listens on %s\n", url, listener.Addr()); err != nil {
			return err
		}
		return listen.Serve(cmd.Context(), listener, i)
	}
	return cmd
}
