package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers of Standard Webhooks.
const (
	HeaderID        = "webhook-id"
	HeaderTimestamp = "webhook-timestamp"
	HeaderSignature = "webhook-signature"
)

// keyPrefix marks a key whose bytes are written in base64. A key without it is
// taken as the bytes it has.
const keyPrefix = "whsec_"

// version is the scheme of a signature: HMAC-SHA256 with a shared key.
const version = "v1,"

// errKey does not show the key.
var errKey = errors.New("a signing key begins with " + keyPrefix + " and is not base64 behind it: write it anew, or leave the prefix out")

// Sign sets the headers of a message that is sent at a time. It signs with every
// key, so that a key is changed without a gap; without a key there is no signature.
func Sign(header http.Header, id string, at time.Time, body []byte, keys []string) error {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	signatures := make([]string, 0, len(keys))
	for _, key := range keys {
		sum, err := signature(key, id, timestamp, body)
		if err != nil {
			return err
		}
		signatures = append(signatures, version+base64.StdEncoding.EncodeToString(sum))
	}
	header.Set(HeaderID, id)
	header.Set(HeaderTimestamp, timestamp)
	if len(signatures) > 0 {
		header.Set(HeaderSignature, strings.Join(signatures, " "))
	}
	return nil
}

func signature(key, id, timestamp string, body []byte) ([]byte, error) {
	secret := []byte(key)
	if encoded, found := strings.CutPrefix(key, keyPrefix); found {
		var err error
		if secret, err = base64.StdEncoding.DecodeString(encoded); err != nil {
			return nil, errKey
		}
	}
	mac := hmac.New(sha256.New, secret)
	fmt.Fprintf(mac, "%s.%s.", id, timestamp)
	mac.Write(body)
	return mac.Sum(nil), nil
}
