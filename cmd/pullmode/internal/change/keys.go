package change

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/pullmode/operator/cmd/pullmode/internal/assume"
	"github.com/pullmode/operator/controllers/compile"
	"github.com/pullmode/operator/controllers/compile/keyring"
	"github.com/pullmode/operator/controllers/folder"
	"github.com/pullmode/operator/runtime/auth"
	"github.com/pullmode/operator/runtime/snapshot"
)

// keys gives both inputs the keys of the Secrets that they name. Only hashes are
// kept: what is compared is whether keys change, and no value is ever shown. Secrets
// that may not be read are taken as there and unchanged.
func (l *Live) keys(ctx context.Context, before, after *compile.Input, wanted *folder.Folder, r *Report) error {
	needs := union(compile.Needs(*before), compile.Needs(*after))
	before.Keys, after.Keys = map[string]compile.SecretKeys{}, map[string]compile.SecretKeys{}
	var unread []string
	for _, name := range slices.Sorted(maps.Keys(needs)) {
		data, readable, err := l.Secret(ctx, name)
		if err != nil {
			return err
		}
		if !readable {
			unread = append(unread, name)
			before.Keys[name] = assume.Secret(needs[name])
			after.Keys[name] = before.Keys[name]
			continue
		}
		if data != nil {
			before.Keys[name] = hashed(keyring.Read(data, needs[name]))
			after.Keys[name] = maps.Clone(before.Keys[name])
		}
		if given, there := wanted.Keys(name, needs[name]); there {
			if after.Keys[name] == nil {
				after.Keys[name] = compile.SecretKeys{}
			}
			maps.Copy(after.Keys[name], hashed(given)) // applying adds to a Secret's data
		}
	}
	if len(unread) > 0 {
		r.Notes = append(r.Notes, "you may not read these Secrets, so they count as there and unchanged: "+strings.Join(unread, ", "))
	}
	return nil
}

// union joins what both sides need of the same Secrets.
func union(a, b map[string]compile.Need) map[string]compile.Need {
	all := maps.Clone(a)
	for name, need := range b {
		all[name] = compile.Need{
			Connector:   slices.Concat(all[name].Connector, need.Connector),
			Signing:     slices.Concat(all[name].Signing, need.Signing),
			Certificate: all[name].Certificate || need.Certificate,
			Authorities: all[name].Authorities || need.Authorities,
		}
	}
	return all
}

// hashed puts hashes in the place of what is signed with.
func hashed(keys compile.SecretKeys) compile.SecretKeys {
	for name, key := range keys {
		key.Signing = key.Hashes
		keys[name] = key
	}
	return keys
}

// masked is the served snapshot with hashes in the place of what is signed with; nil
// stays nil.
func masked(s *snapshot.Snapshot) *snapshot.Snapshot {
	if s == nil {
		return nil
	}
	m := *s
	m.EventSink = maskedHook(s.EventSink)
	m.Channels = slices.Clone(s.Channels)
	for i := range m.Channels {
		m.Channels[i].Outbound = maskedHook(m.Channels[i].Outbound)
	}
	return &m
}

func maskedHook(w *snapshot.Webhook) *snapshot.Webhook {
	if w == nil {
		return nil
	}
	m := &snapshot.Webhook{URL: w.URL}
	for _, key := range w.SigningKeys {
		m.SigningKeys = append(m.SigningKeys, auth.HashKey(key))
	}
	return m
}
