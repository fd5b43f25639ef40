package auth

import (
	"errors"
	"time"
)

// The three ways authentication fails, for errors.Is. What the client is told
// follows from them: the first two are a 401 with the header Challenge gives,
// the third is a 503, because the token may be good and must not be thrown away.
var (
	// ErrMissingToken: the request carries no bearer token.
	ErrMissingToken = errors.New("no bearer token")
	// ErrInvalidToken: the token is refused, and sending it again will not help.
	ErrInvalidToken = errors.New("invalid token")
	// ErrIssuerUnavailable: the token's issuer is needed and does not answer.
	ErrIssuerUnavailable = errors.New("issuer unavailable")
)

// Reason is a stable word for why authentication failed: a label of a metric,
// and what a problem document names.
type Reason string

// Every reason there is.
const (
	ReasonMissing           Reason = "missing"            // no Authorization header, or another scheme than Bearer
	ReasonMalformed         Reason = "malformed"          // not one bearer token, or not a signed JWT
	ReasonTooLarge          Reason = "too-large"          // over MaxTokenBytes
	ReasonAlgorithm         Reason = "algorithm"          // unsigned, or signed with an algorithm that is not allowed
	ReasonUnknownIssuer     Reason = "unknown-issuer"     // no configured issuer has that name
	ReasonAudience          Reason = "audience"           // meant for somebody else
	ReasonSignature         Reason = "signature"          // no key of the issuer verifies it
	ReasonExpired           Reason = "expired"            // past its expiry and ClockSkew
	ReasonNotYetValid       Reason = "not-yet-valid"      // before its nbf and ClockSkew
	ReasonClaims            Reason = "claims"             // a claim is missing or of the wrong type
	ReasonUsername          Reason = "username"           // the username claim is empty, too long or not verified
	ReasonGroups            Reason = "groups"             // too many groups, or one with too long a name
	ReasonIssuerUnavailable Reason = "issuer-unavailable" // see ErrIssuerUnavailable
)

// Error is a failed authentication. Its text is fixed for each reason and safe to
// show to the client; what happened underneath is Cause, for the log. Neither
// ever holds the token.
type Error struct {
	Kind   error  // one of the three Err values
	Reason Reason // stable
	Detail string // a sentence for the client
	Issuer string // the configured issuer it concerns, "" when it came to none
	// RetryAfter is when to try again, for ErrIssuerUnavailable; 0 otherwise.
	RetryAfter time.Duration
	Cause      error // for the log alone; may be nil
}

func (e *Error) Error() string { return e.Detail }

// Unwrap makes errors.Is find the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Cause}
}

// ReasonOf is the reason of an authentication error, "" of any other.
func ReasonOf(err error) Reason {
	var failed *Error
	if errors.As(err, &failed) {
		return failed.Reason
	}
	return ""
}

// Challenge is the WWW-Authenticate header of the 401 that answers err (RFC 6750,
// section 3): a client that sent no token is not told of an error.
func Challenge(err error) string {
	var failed *Error
	if errors.As(err, &failed) && failed.Kind == ErrInvalidToken {
		return `Bearer error="invalid_token", error_description="` + failed.Detail + `"`
	}
	return "Bearer"
}

func invalid(reason Reason, detail string, cause error) *Error {
	return &Error{Kind: ErrInvalidToken, Reason: reason, Detail: detail, Cause: cause}
}
