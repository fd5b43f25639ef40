package store

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"go.etcd.io/etcd/client/pkg/v3/fileutil"
	"go.etcd.io/etcd/server/v3/storage/wal"
	"go.etcd.io/etcd/server/v3/storage/wal/walpb"
	"google.golang.org/protobuf/proto"
)

// setStillbornAside moves away what a first start left behind that ended before its log had one entry. etcd would take it for
// a member of a cluster without voters, and wait for a leader that nobody can elect, at this start and every later one.
// Nothing was ever committed to it, so nothing was acknowledged. It is kept aside all the same: a log that is damaged at
// its beginning looks alike.
func setStillbornAside(dir string, logger *slog.Logger) error {
	member := filepath.Join(dir, "member")
	logs, err := filepath.Glob(filepath.Join(member, "wal", "*.wal"))
	if err != nil || len(logs) != 1 {
		return err // none: there was no start; several: there was a lot more than a start
	}
	committed, err := hasCommitted(logs[0])
	if err != nil {
		return fmt.Errorf("read the beginning of the log %s: %w", logs[0], err)
	}
	if committed {
		return nil
	}
	aside := filepath.Join(dir, "stillborn")
	logger.Warn("a first start of the store was broken off before anything was committed: starting anew", "aside", aside)
	if err := os.RemoveAll(aside); err != nil {
		return fmt.Errorf("make room for a broken-off start: %w", err)
	}
	if err := os.Rename(member, aside); err != nil {
		return fmt.Errorf("set a broken-off start aside: %w", err)
	}
	return nil
}

// hasCommitted reads a log up to where it says that something was committed, which it does in its first records or never.
func hasCommitted(path string) (bool, error) {
	file, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer file.Close()
	records := wal.NewDecoder(fileutil.NewFileReader(file))
	for record := (&walpb.Record{}); ; {
		switch err := records.Decode(record); {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF): // the end, or where a write was cut off
			return false, nil
		case err != nil:
			return true, nil // damaged: etcd has the tools and the words for it
		}
		switch record.GetType() {
		case wal.CrcType:
			records.UpdateCRC(record.GetCrc())
		case wal.StateType:
			if wal.MustUnmarshalState(record.Data).GetCommit() > 0 {
				return true, nil
			}
		case wal.SnapshotType: // a restored backup begins with one
			var snapshot walpb.Snapshot
			if err := proto.Unmarshal(record.Data, &snapshot); err != nil || snapshot.GetIndex() > 0 {
				return true, nil
			}
		}
	}
}
