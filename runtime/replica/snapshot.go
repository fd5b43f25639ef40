package replica

import "github.com/pullmode/operator/runtime/snapshot"

// Snapshot is what the replica serves, not to be changed; nil while it serves
// nothing.
func (r *Replica) Snapshot() *snapshot.Snapshot {
	config := r.view.Config()
	if config == nil {
		return nil
	}
	return config.Snapshot
}
