package issuer

import (
	"context"
	"net/url"
	"strings"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// TokenSource asks a development issuer for tokens of username with groups, and
// asks again when one is about to expire. base is where the issuer answers: its
// URL, or another address of the same server such as a port-forward. The HTTP
// client is taken from ctx under the key oauth2.HTTPClient. A refusal is an
// *oauth2.RetrieveError with the issuer's own words.
func TokenSource(ctx context.Context, base, username string, groups []string) oauth2.TokenSource {
	config := clientcredentials.Config{
		TokenURL:  strings.TrimSuffix(base, "/") + TokenPath,
		AuthStyle: oauth2.AuthStyleInParams,
		EndpointParams: url.Values{
			"grant_type": {GrantType},
			"username":   {username},
			"groups":     {strings.Join(groups, " ")},
		},
	}
	return config.TokenSource(ctx)
}
