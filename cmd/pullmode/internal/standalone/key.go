package standalone

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/pullmode/operator/runtime/auth"
)

// connectorKey reads the server's own key, or makes one.
func connectorKey(file string) (string, error) {
	data, err := os.ReadFile(file)
	key := strings.TrimSpace(string(data))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		key = rand.Text()
		err = os.WriteFile(file, []byte(key+"\n"), 0o600)
	case err == nil:
		if err := auth.CheckKey(key); err != nil {
			return "", fmt.Errorf("read %s: %w; delete the file to have a new one made", file, err)
		}
	}
	if err != nil {
		return "", fmt.Errorf("keep the connector's key: %w", err)
	}
	return key, nil
}
