package auth

import (
	"net/http"
	"strings"
)

// MaxTokenBytes bounds a bearer token. Tokens of real issuers are 1 to 4 KiB;
// 16 KiB leaves room for some 300 group ids of 36 characters.
const MaxTokenBytes = 16 << 10

// BearerToken takes the bearer token out of a request's Authorization header. The
// scheme is matched without case (RFC 9110), and there must be exactly one header
// and one token of visible ASCII. Errors: ErrMissingToken, ErrInvalidToken.
//
// A token in the query (RFC 6750 section 2.3) is never read: addresses end up in
// logs and in browsers' histories.
func BearerToken(r *http.Request) (string, error) {
	headers := r.Header.Values("Authorization")
	if len(headers) > 1 {
		return "", invalid(ReasonMalformed, "more than one Authorization header", nil)
	}
	if len(headers) == 0 || headers[0] == "" {
		return "", missing("send the header Authorization: Bearer <token>")
	}
	scheme, token, _ := strings.Cut(headers[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", missing("only the Bearer scheme is understood here")
	}
	token = strings.Trim(token, " ")
	if token == "" {
		return "", missing("the Authorization header holds no token")
	}
	if len(token) > MaxTokenBytes {
		return "", invalid(ReasonTooLarge, "the token is larger than 16 KiB", nil)
	}
	if !visible(token) {
		return "", invalid(ReasonMalformed, "the token has spaces or characters that are not visible ASCII", nil)
	}
	return token, nil
}

// visible tells whether s is visible ASCII alone. It is wider than RFC 6750's
// token characters because a connector's key is chosen by people.
func visible(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func missing(detail string) *Error {
	return &Error{Kind: ErrMissingToken, Reason: ReasonMissing, Detail: detail}
}
