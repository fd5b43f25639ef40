package replica

import (
	"net/url"

	"github.com/pullmode/operator/runtime/desk"
)

// desk is the agents' web inbox. It may call the issuers of the snapshot in force,
// which is where agents sign in.
func (r *Replica) desk() desk.Options {
	return desk.Options{Connect: func() (origins []string) {
		config := r.view.Config()
		if config == nil {
			return nil
		}
		for _, i := range config.Authentication.Issuers {
			if u, err := url.Parse(i.URL); err == nil {
				origins = append(origins, u.Scheme+"://"+u.Host)
			}
		}
		return origins
	}}
}
