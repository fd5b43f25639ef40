//go:build linux || darwin

package store

import "syscall"

// freeBytes is how much can be written to the volume that a directory is on. A test has less.
var freeBytes = func(dir string) (int64, error) {
	var volume syscall.Statfs_t
	if err := syscall.Statfs(dir, &volume); err != nil {
		return 0, err
	}
	return int64(volume.Bavail) * int64(volume.Bsize), nil
}
