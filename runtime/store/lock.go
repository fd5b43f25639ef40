package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lockDir makes this process the only one on the directory, or says at once that it is not: etcd itself waits for bbolt's
// lock without end. The kernel lets go of the lock when the process ends, however it ends.
func lockDir(dir string) (*os.File, error) {
	lock, err := flock(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR)
	if err != nil {
		return nil, err
	}
	// Another program (etcd itself, a restore) may have the database open without knowing of our lock.
	database, err := flock(filepath.Join(dir, "member", "snap", "db"), os.O_RDWR)
	switch {
	case errors.Is(err, os.ErrNotExist): // a new directory
	case err != nil:
		return nil, errors.Join(err, lock.Close())
	default:
		database.Close() // etcd takes it itself
	}
	return lock, nil
}

func flock(path string, flags int) (*os.File, error) {
	file, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock of the data directory: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%s: %w", path, ErrInUse)
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return file, nil
}
