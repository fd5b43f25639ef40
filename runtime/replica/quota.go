//go:build linux || darwin

package replica

import "syscall"

// maxQuota is the largest size that etcd is made for.
const maxQuota = 8 << 30

// quota is how large the store may become: what is asked for, or three quarters of
// the volume. The rest is for the write-ahead log (350 MiB) and for a defragmented
// copy of what has grown.
func quota(o Options) int64 {
	if o.QuotaBytes > 0 {
		return o.QuotaBytes
	}
	var volume syscall.Statfs_t
	if err := syscall.Statfs(o.DataDir, &volume); err != nil {
		return 0 // the store's own default
	}
	return min(int64(volume.Blocks)*int64(volume.Bsize)/4*3, maxQuota)
}
