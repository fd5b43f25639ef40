package protocol

import "time"

// ProblemType is the stable name of a kind of error. Programs decide by it and
// by nothing else: titles and details are for people and may change.
type ProblemType string

// problems is what every problem's type begins with. The types are names; what
// each one means stands in the runtime's README.
const problems = "https://pullmode.io/problems/"

// The problems that the API answers with. Their HTTP status is the server's to
// choose and does not change either.
const (
	// ProblemMalformed: the body is not JSON, or there is none. 400.
	ProblemMalformed ProblemType = problems + "malformed"
	// ProblemInvalidToken: no bearer token, or one that is not accepted. 401.
	ProblemInvalidToken ProblemType = problems + "invalid-token"
	// ProblemInvalidKey: there is no such channel, or this is not its key. Which of
	// the two is not said, so that nobody can ask for channels' names. 401.
	ProblemInvalidKey ProblemType = problems + "invalid-key"
	// ProblemForbidden: the list's closePolicy does not let this agent close (T19). 403.
	ProblemForbidden ProblemType = problems + "forbidden"
	// ProblemOrigin: a page of another origin than the runtime's own and those allowed. 403.
	ProblemOrigin ProblemType = problems + "foreign-origin"
	// ProblemUnknownChannel: the channel went away while its message was taken. 404.
	ProblemUnknownChannel ProblemType = problems + "unknown-channel"
	// ProblemUnknownRequest: no such request, or none of yours. 404.
	ProblemUnknownRequest ProblemType = problems + "unknown-request"
	// ProblemUnknownList: no such list, or none of yours. 404.
	ProblemUnknownList ProblemType = problems + "unknown-list"
	// ProblemUnknownAgent: no such agent, or none of this runtime's. 404.
	ProblemUnknownAgent ProblemType = problems + "unknown-agent"
	// ProblemUnknownOffer: no such offer, or none to you. 404.
	ProblemUnknownOffer ProblemType = problems + "unknown-offer"
	// ProblemUnknownPath: there is nothing at this address. 404.
	ProblemUnknownPath ProblemType = problems + "unknown-path"
	// ProblemMethod: this address does not take this method. 405.
	ProblemMethod ProblemType = problems + "method-not-allowed"
	// ProblemUpgrade: this address speaks WebSocket. 426.
	ProblemUpgrade ProblemType = problems + "upgrade-required"
	// ProblemTimeout: the body came too slowly. 408.
	ProblemTimeout ProblemType = problems + "request-timeout"
	// ProblemNotAMember: only a member can leave (T16). 409.
	ProblemNotAMember ProblemType = problems + "not-a-member"
	// ProblemFull: the request has as many members as it can. 409.
	ProblemFull ProblemType = problems + "full"
	// ProblemGrabbed: somebody else has it: details.grabbedBy, details.grabbedAt (T09). 409.
	ProblemGrabbed ProblemType = problems + "grabbed"
	// ProblemAtCapacity: the agent holds as many requests as they may (decision 4). 409.
	ProblemAtCapacity ProblemType = problems + "at-capacity"
	// ProblemNotActive: nobody is in the request who could offer a place in it. 409.
	ProblemNotActive ProblemType = problems + "not-active"
	// ProblemAgentOffline: the agent to whom a place is offered is not connected (T30). 409.
	ProblemAgentOffline ProblemType = problems + "agent-offline"
	// ProblemTooManyOffers: too many offers of the request stand already. 409.
	ProblemTooManyOffers ProblemType = problems + "too-many-offers"
	// ProblemNoWrapUp: the list asks for no wrap-up. 409.
	ProblemNoWrapUp ProblemType = problems + "no-wrap-up"
	// ProblemWrapUpOver: the wrap-up was given, or its time is over (T33). 409.
	ProblemWrapUpOver ProblemType = problems + "wrap-up-over"
	// ProblemExternalStore: the store is in an external etcd, which has its own
	// backups. 409.
	ProblemExternalStore ProblemType = problems + "external-store"
	// ProblemRestoring: another backup is being restored. 409.
	ProblemRestoring ProblemType = problems + "restore-under-way"
	// ProblemOfferOver: the offer was taken, taken back, or nobody took it in time. 410.
	ProblemOfferOver ProblemType = problems + "offer-over"
	// ProblemGone: the request is closed and cannot be joined (T12). 410.
	ProblemGone ProblemType = problems + "gone"
	// ProblemTooLarge: the body, or the text in it, is over its limit. 413.
	ProblemTooLarge ProblemType = problems + "too-large"
	// ProblemMediaType: the body is said to be something else than JSON. 415.
	ProblemMediaType ProblemType = problems + "unsupported-media-type"
	// ProblemInvalid: the fields named do not have the form they must have. 422.
	ProblemInvalid ProblemType = problems + "invalid-request"
	// ProblemNotPull: somebody else routes this channel. 422.
	ProblemNotPull ProblemType = problems + "not-pull"
	// ProblemTooLong: the message has more code points than the channel takes (T32). 422.
	ProblemTooLong ProblemType = problems + "too-long"
	// ProblemNoOutbound: the channel has no way back to its customers. 422.
	ProblemNoOutbound ProblemType = problems + "no-outbound"
	// ProblemNotABackup: what was to be restored is no backup, not a whole one, or one
	// of a newer version. 422.
	ProblemNotABackup ProblemType = problems + "not-a-backup"
	// ProblemTooMany: more calls than the rate limit allows; nothing was done. 429.
	ProblemTooMany ProblemType = problems + "too-many-requests"
	// ProblemInternal: a mistake of the runtime; its log has the instance. 500.
	ProblemInternal ProblemType = problems + "internal"
	// ProblemListUnavailable: the channel's list is missing or going away (L1). 503.
	ProblemListUnavailable ProblemType = problems + "list-unavailable"
	// ProblemStoreUnavailable: the store does not answer. Whether the command took
	// effect is not known: repeat it with the same id or Idempotency-Key. 503.
	ProblemStoreUnavailable ProblemType = problems + "store-unavailable"
	// ProblemIssuerUnavailable: the token's issuer does not answer, so the token
	// can be neither accepted nor refused. 503.
	ProblemIssuerUnavailable ProblemType = problems + "issuer-unavailable"
	// ProblemNoConfiguration: the runtime has not been programmed yet. 503.
	ProblemNoConfiguration ProblemType = problems + "no-configuration"
	// ProblemDraining: this replica is about to stop and takes nothing new. 503.
	ProblemDraining ProblemType = problems + "draining"
	// ProblemStoreFull: there is no room for new requests; open ones go on. 507.
	ProblemStoreFull ProblemType = problems + "store-full"
)

// Problem is an error as the API answers it: RFC 9457, application/problem+json.
type Problem struct {
	Type   ProblemType `json:"type" format:"uri" doc:"The stable name of the problem: decide by this."`
	Title  string      `json:"title" doc:"What the problem is, the same words for every occurrence."`
	Status int         `json:"status" doc:"The HTTP status."`
	Detail string      `json:"detail,omitempty" doc:"What happened here, and what to do about it."`
	// Instance names an occurrence that the log tells more of.
	Instance string `json:"instance,omitempty" format:"uri" doc:"Names this occurrence in the runtime's log."`
	// Fields are what is wrong with which part of the request.
	Fields []FieldProblem `json:"fields,omitempty"`
	// Details are facts of the occurrence that a program may show.
	Details map[string]any `json:"details,omitempty"`
	// RetryAfter is the answer's header of that name; 0 where it has none.
	RetryAfter time.Duration `json:"-"`
}

// FieldProblem is what is wrong with one part of a request. It never repeats
// what was sent: that may be a customer's words.
type FieldProblem struct {
	Location string `json:"location" example:"body.customer.id" doc:"Where it is: body, query, path or header, and the name."`
	Message  string `json:"message"`
}

// Error is the detail, or the title where there is none.
func (p *Problem) Error() string {
	if p.Detail == "" {
		return p.Title
	}
	return p.Detail
}

// GetStatus is the HTTP status, as the server's framework asks for it.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is the media type of a problem, whatever was negotiated.
func (p *Problem) ContentType(string) string { return "application/problem+json" }
