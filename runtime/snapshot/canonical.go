package snapshot

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// Canonicalize orders everything whose order carries no meaning, so that equal
// configuration has one encoding.
func (s *Snapshot) Canonicalize() {
	slices.SortFunc(s.Authentication.Issuers, func(a, b Issuer) int { return cmp.Compare(a.URL, b.URL) })
	slices.Sort(s.AllowedOrigins)
	for i := range s.Authentication.Issuers {
		slices.Sort(s.Authentication.Issuers[i].Scopes)
	}
	byName(s.MediaRoutingDomains, func(m MediaRoutingDomain) string { return m.Name })
	byName(s.Lists, func(l List) string { return l.Name })
	byName(s.Channels, func(c Channel) string { return c.Name })
	byName(s.Subscriptions, func(u Subscription) string { return u.Name })
	for i := range s.MediaRoutingDomains {
		slices.Sort(s.MediaRoutingDomains[i].ChannelTypes)
	}
	for i := range s.Channels {
		slices.Sort(s.Channels[i].KeyHashes)
		if out := s.Channels[i].Outbound; out != nil {
			slices.Sort(out.SigningKeys)
		}
	}
	if s.EventSink != nil {
		slices.Sort(s.EventSink.SigningKeys)
	}
	for i := range s.Subscriptions {
		u := &s.Subscriptions[i]
		slices.Sort(u.Agents)
		slices.Sort(u.Groups)
		slices.Sort(u.Lists)
		byName(u.Capacity, func(c Capacity) string { return c.MediaRoutingDomain })
	}
}

func byName[T any](items []T, name func(T) string) {
	slices.SortFunc(items, func(a, b T) int { return cmp.Compare(name(a), name(b)) })
}

// Encode gives the canonical bytes of the snapshot. It orders the snapshot in
// place first.
func (s *Snapshot) Encode() ([]byte, error) {
	s.Canonicalize()
	b, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("encode snapshot: %w", err)
	}
	return b, nil
}

// Decode reads what Encode wrote. It refuses a format that this version does
// not know.
func Decode(b []byte) (*Snapshot, error) {
	var s Snapshot
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, fmt.Errorf("decode snapshot: %w", err)
	}
	if s.FormatVersion < 1 || s.FormatVersion > FormatVersion {
		return nil, fmt.Errorf("snapshot has format version %d, this runtime knows 1 to %d: update the runtime before the operator", s.FormatVersion, FormatVersion)
	}
	return &s, nil
}

// Digest is the SHA-256 of encoded bytes, in hex. Two replicas that report the
// same digest serve the same configuration.
func Digest(encoded []byte) string {
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:])
}
