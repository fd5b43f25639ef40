package replica

import "github.com/pullmode/operator/runtime/snapshot"

// Report says what the replica serves.
func (r *Replica) Report() snapshot.Report {
	report := r.do.Report()
	report.Epoch = r.store.Epoch()
	report.Replica, report.Version, report.StartedAt = r.options.Name, r.options.Version, r.begun
	report.Agents = r.hub.Stats().Agents
	report.Store = snapshot.StoreEmbedded
	if len(r.options.Etcd.Endpoints) > 0 {
		report.Store = snapshot.StoreEtcd
	}
	report.StoreSilent = r.unseen.Load() || r.unprobed.Load()
	for _, i := range r.gate.Reach() {
		if i.Silence != "" {
			report.SilentIssuers = append(report.SilentIssuers, snapshot.SilentIssuer{URL: i.Issuer, Cause: i.Silence})
		}
	}
	return report
}
