package archive_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"slices"
	"testing"

	"github.com/pullmode/operator/cmd/pullmode/internal/archive"
)

func TestCheck(t *testing.T) {
	content := bytes.Repeat([]byte("page"), 1000)
	sum := sha256.Sum256(content)
	backup := append(bytes.Clone(content), sum[:]...)
	changed := bytes.Clone(backup)
	changed[7]++
	for name, tc := range map[string]struct {
		backup []byte
		want   error
	}{
		"whole":   {backup, nil},
		"cut off": {backup[:len(backup)-1], archive.ErrBroken},
		"changed": {changed, archive.ErrBroken},
		"short":   {backup[:10], archive.ErrBroken},
		"nothing": {nil, archive.ErrBroken},
	} {
		t.Run(name, func(t *testing.T) {
			for _, piece := range []int{1, 7, 32, 100, 1 << 20} {
				c := archive.NewCheck()
				for part := range slices.Chunk(tc.backup, piece) {
					if n, err := c.Write(part); n != len(part) || err != nil {
						t.Fatalf("%d %v", n, err)
					}
				}
				if got := c.Whole(); !errors.Is(got, tc.want) {
					t.Errorf("in pieces of %d: %v, want %v", piece, got, tc.want)
				}
			}
		})
	}
}
