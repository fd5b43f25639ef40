package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newToken() *cobra.Command {
	var who identity
	cmd := &cobra.Command{
		Use:   "token --as NAME",
		Short: "Print a token of a development issuer",
		Long: `Print a token of a development issuer, which ` + "`pullmode serve`" + ` and ` + "`pullmode issuer`" + ` run.
It gives a token for any name and any groups, and asks nothing.`,
		Example: `  curl -H "Authorization: Bearer $(pullmode token --as alice)" http://127.0.0.1:8080/v1/me
  pullmode token --issuer http://127.0.0.1:8081 --as sam --groups supervisors > token`,
		Args: cobra.NoArgs,
	}
	who.flags(cmd)
	_ = cmd.MarkFlagRequired("as")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		token, err := who.source(cmd.Context())(cmd.Context())
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(cmd.OutOrStdout(), token)
		return err
	}
	return cmd
}
