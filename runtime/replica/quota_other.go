//go:build !linux && !darwin

package replica

// quota is how large the store may become: what is asked for, or the store's own
// default.
func quota(o Options) int64 { return o.QuotaBytes }
