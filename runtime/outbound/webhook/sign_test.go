package webhook

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The example that Standard Webhooks publishes for its libraries.
const (
	publishedKey       = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	publishedID        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	publishedBody      = `{"test": 2432232314}`
	publishedSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

var publishedAt = time.Unix(1614265330, 0)

func TestSignAsStandardWebhooksDoes(t *testing.T) {
	header := http.Header{}
	if err := Sign(header, publishedID, publishedAt, []byte(publishedBody), []string{publishedKey}); err != nil {
		t.Fatal(err)
	}
	if got := header.Get(HeaderSignature); got != publishedSignature {
		t.Errorf("signature %q, want %q", got, publishedSignature)
	}
	if header.Get(HeaderID) != publishedID || header.Get(HeaderTimestamp) != "1614265330" {
		t.Errorf("headers %v", header)
	}
}

func TestSignWithEveryKeyOrNone(t *testing.T) {
	header := http.Header{}
	if err := Sign(header, "m1", publishedAt, nil, nil); err != nil || header.Get(HeaderSignature) != "" {
		t.Errorf("without a key: %v, %v", err, header)
	}
	if err := Sign(header, "m1", publishedAt, nil, []string{"old", "new"}); err != nil || len(strings.Fields(header.Get(HeaderSignature))) != 2 {
		t.Errorf("with two keys: %v, %v", err, header)
	}
	err := Sign(header, "m1", publishedAt, nil, []string{"whsec_not base64"})
	if err == nil || strings.Contains(err.Error(), "whsec_not") {
		t.Errorf("with a damaged key: %v", err)
	}
}

func TestVerify(t *testing.T) {
	signed := func(keys ...string) http.Header {
		header := http.Header{}
		if err := Sign(header, publishedID, publishedAt, []byte(publishedBody), keys); err != nil {
			t.Fatal(err)
		}
		return header
	}
	with := func(header http.Header, name, value string) http.Header {
		header.Set(name, value)
		return header
	}
	for name, tc := range map[string]struct {
		header  http.Header
		body    string
		keys    []string
		later   time.Duration
		genuine bool
	}{
		"the published example":                {signed(publishedKey), publishedBody, []string{publishedKey}, 0, true},
		"a key without the prefix":             {signed("secret"), publishedBody, []string{"secret"}, 0, true},
		"the sender has the next key, too":     {signed("old", "new"), publishedBody, []string{"old"}, 0, true},
		"the receiver has the next key, too":   {signed("old"), publishedBody, []string{"new", "old"}, 0, true},
		"a signature of another scheme, too":   {with(signed("k"), HeaderSignature, "v1a,AAAA "+signed("k").Get(HeaderSignature)), publishedBody, []string{"k"}, 0, true},
		"clocks five minutes apart":            {signed("k"), publishedBody, []string{"k"}, Tolerance, true},
		"recorded and sent again later":        {signed("k"), publishedBody, []string{"k"}, Tolerance + time.Second, false},
		"from the future":                      {signed("k"), publishedBody, []string{"k"}, -Tolerance - time.Second, false},
		"another key":                          {signed("k"), publishedBody, []string{"l"}, 0, false},
		"no key to compare with":               {signed("k"), publishedBody, nil, 0, false},
		"not signed":                           {signed(), publishedBody, []string{"k"}, 0, false},
		"another body":                         {signed("k"), `{"test": 2432232315}`, []string{"k"}, 0, false},
		"another id":                           {with(signed("k"), HeaderID, "msg_2"), publishedBody, []string{"k"}, 0, false},
		"another time":                         {with(signed("k"), HeaderTimestamp, "1614265331"), publishedBody, []string{"k"}, 0, false},
		"no time":                              {with(signed("k"), HeaderTimestamp, ""), publishedBody, []string{"k"}, 0, false},
		"a signature that is cut off":          {with(signed("k"), HeaderSignature, "v1,g0hM"), publishedBody, []string{"k"}, 0, false},
		"an empty signature fits no empty key": {with(signed("k"), HeaderSignature, "v1,"), publishedBody, []string{""}, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			err := Verify(tc.header, []byte(tc.body), tc.keys, publishedAt.Add(tc.later))
			if tc.genuine != (err == nil) || (err != nil && !errors.Is(err, ErrNotGenuine)) {
				t.Errorf("%v, want genuine %v", err, tc.genuine)
			}
		})
	}
}
