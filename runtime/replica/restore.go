package replica

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/pullmode/operator/runtime/store"
)

// Restore makes the store in DataDir that of a backup, for a replica that does not
// run; of the options it needs nothing else. A replica that runs is given a backup
// through its admin port.
func Restore(ctx context.Context, o Options, backup io.Reader) error {
	if err := os.MkdirAll(o.DataDir, 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	return store.RestoreDir(ctx, store.Options{Dir: o.DataDir, QuotaBytes: quota(o), Logger: o.Log}, backup)
}

// restored ends the replica, so that it starts again with the store of a backup.
func (r *Replica) restored() {
	go func() { _ = r.Stop(context.Background()) }() // Wait says what came of it
}
