package webhook

import (
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Tolerance is how far a sender's clock may be from a receiver's. What is older
// may be a message that somebody has recorded and sends again.
const Tolerance = 5 * time.Minute

// ErrNotGenuine is every failure of Verify: answer 401, and do not act on the
// message.
var ErrNotGenuine = errors.New("the message is not from who it should be")

// Verify says whether a message that came with these headers was signed with one
// of the keys, and lately. A receiver then drops it if it has had its webhook-id
// before.
func Verify(header http.Header, body []byte, keys []string, now time.Time) error {
	id, timestamp := header.Get(HeaderID), header.Get(HeaderTimestamp)
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if id == "" || err != nil {
		return fmt.Errorf("%w: it has no %s or no %s", ErrNotGenuine, HeaderID, HeaderTimestamp)
	}
	if apart := now.Sub(time.Unix(seconds, 0)).Abs(); apart > Tolerance {
		return fmt.Errorf("%w: it was sent %s from now; at most %s is accepted, see both clocks", ErrNotGenuine, apart.Round(time.Second), Tolerance)
	}
	for _, given := range strings.Fields(header.Get(HeaderSignature)) {
		encoded, known := strings.CutPrefix(given, version)
		sum, err := base64.StdEncoding.DecodeString(encoded)
		if !known || err != nil {
			continue // of another scheme
		}
		for _, key := range keys {
			want, err := signature(key, id, timestamp, body)
			if err != nil {
				return err
			}
			if hmac.Equal(sum, want) {
				return nil
			}
		}
	}
	return fmt.Errorf("%w: no signature fits a key", ErrNotGenuine)
}
