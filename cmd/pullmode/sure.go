package main

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pullmode/operator/cmd/pullmode/internal/screen"
)

// sureness asks before something that cannot be taken back.
type sureness struct{ yes bool }

func sureFlag(cmd *cobra.Command) *sureness {
	s := &sureness{}
	cmd.Flags().BoolVarP(&s.yes, "yes", "y", false, "do not ask")
	return s
}

// ask asks whoever sits at the terminal. Where nobody does, --yes has to be given: a
// script that was not meant to do this would.
func (s *sureness) ask(cmd *cobra.Command, question func() (string, error)) error {
	if s.yes {
		return nil
	}
	text, err := question()
	if err != nil {
		return err
	}
	if !screen.Terminal(cmd.InOrStdin(), cmd.ErrOrStderr()) {
		return usage("%s\n  nobody is there to ask: answer with --yes", text)
	}
	fmt.Fprint(cmd.ErrOrStderr(), text, " [y/N] ")
	answer, _ := bufio.NewReader(cmd.InOrStdin()).ReadString('\n') // no answer is a no
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	fmt.Fprintln(cmd.ErrOrStderr(), "Nothing was done.")
	return errQuiet
}
