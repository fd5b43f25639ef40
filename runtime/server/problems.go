package server

import (
	"net/http"

	"github.com/pullmode/operator/runtime/command"
	"github.com/pullmode/operator/runtime/protocol"
)

// kind is what every problem of a type has in common.
type kind struct {
	status int
	title  string
}

// kinds gives every problem its status and title. Both are part of the API.
var kinds = map[protocol.ProblemType]kind{
	protocol.ProblemMalformed:         {http.StatusBadRequest, "The body is not JSON"},
	protocol.ProblemInvalidToken:      {http.StatusUnauthorized, "The token is not accepted"},
	protocol.ProblemInvalidKey:        {http.StatusUnauthorized, "The key is not accepted"},
	protocol.ProblemForbidden:         {http.StatusForbidden, "Not allowed by the list's policy"},
	protocol.ProblemOrigin:            {http.StatusForbidden, "Not from this origin"},
	protocol.ProblemUnknownChannel:    {http.StatusNotFound, "No such channel"},
	protocol.ProblemUnknownRequest:    {http.StatusNotFound, "No such request"},
	protocol.ProblemUnknownList:       {http.StatusNotFound, "No such list"},
	protocol.ProblemUnknownAgent:      {http.StatusNotFound, "No such agent"},
	protocol.ProblemUnknownOffer:      {http.StatusNotFound, "No such offer"},
	protocol.ProblemUnknownPath:       {http.StatusNotFound, "Nothing here"},
	protocol.ProblemMethod:            {http.StatusMethodNotAllowed, "Method not allowed"},
	protocol.ProblemTimeout:           {http.StatusRequestTimeout, "The body came too slowly"},
	protocol.ProblemNotAMember:        {http.StatusConflict, "Not a member of the request"},
	protocol.ProblemFull:              {http.StatusConflict, "The request is full"},
	protocol.ProblemGrabbed:           {http.StatusConflict, "Somebody else has the request"},
	protocol.ProblemAtCapacity:        {http.StatusConflict, "As many requests as you may hold"},
	protocol.ProblemNotActive:         {http.StatusConflict, "Nobody is in the request"},
	protocol.ProblemAgentOffline:      {http.StatusConflict, "The agent is not connected"},
	protocol.ProblemTooManyOffers:     {http.StatusConflict, "Too many offers"},
	protocol.ProblemNoWrapUp:          {http.StatusConflict, "The list asks for no wrap-up"},
	protocol.ProblemWrapUpOver:        {http.StatusConflict, "The wrap-up is over"},
	protocol.ProblemExternalStore:     {http.StatusConflict, "The store is an external etcd"},
	protocol.ProblemRestoring:         {http.StatusConflict, "Another backup is being restored"},
	protocol.ProblemOfferOver:         {http.StatusGone, "The offer does not stand any more"},
	protocol.ProblemGone:              {http.StatusGone, "The request is closed"},
	protocol.ProblemTooLarge:          {http.StatusRequestEntityTooLarge, "Too large"},
	protocol.ProblemMediaType:         {http.StatusUnsupportedMediaType, "Unsupported media type"},
	protocol.ProblemInvalid:           {http.StatusUnprocessableEntity, "The request is not valid"},
	protocol.ProblemNotPull:           {http.StatusUnprocessableEntity, "The channel is not routed here"},
	protocol.ProblemTooLong:           {http.StatusUnprocessableEntity, "Too many characters for the channel"},
	protocol.ProblemNoOutbound:        {http.StatusUnprocessableEntity, "The channel has no way back"},
	protocol.ProblemNotABackup:        {http.StatusUnprocessableEntity, "Not a backup"},
	protocol.ProblemTooMany:           {http.StatusTooManyRequests, "Too many requests"},
	protocol.ProblemUpgrade:           {http.StatusUpgradeRequired, "This address speaks WebSocket"},
	protocol.ProblemInternal:          {http.StatusInternalServerError, "Internal error"},
	protocol.ProblemListUnavailable:   {http.StatusServiceUnavailable, "The list is not available"},
	protocol.ProblemStoreUnavailable:  {http.StatusServiceUnavailable, "The store is not available"},
	protocol.ProblemIssuerUnavailable: {http.StatusServiceUnavailable, "The token's issuer is not available"},
	protocol.ProblemNoConfiguration:   {http.StatusServiceUnavailable, "Not configured yet"},
	protocol.ProblemDraining:          {http.StatusServiceUnavailable, "About to stop"},
	protocol.ProblemStoreFull:         {http.StatusInsufficientStorage, "The store is full"},
}

// ofReason names the problem that a refused command is.
var ofReason = map[command.Reason]protocol.ProblemType{
	command.UnknownChannel:   protocol.ProblemUnknownChannel,
	command.UnknownRequest:   protocol.ProblemUnknownRequest,
	command.UnknownList:      protocol.ProblemUnknownList,
	command.NotPull:          protocol.ProblemNotPull,
	command.ListUnavailable:  protocol.ProblemListUnavailable,
	command.Gone:             protocol.ProblemGone,
	command.NotAMember:       protocol.ProblemNotAMember,
	command.Forbidden:        protocol.ProblemForbidden,
	command.Full:             protocol.ProblemFull,
	command.Grabbed:          protocol.ProblemGrabbed,
	command.AtCapacity:       protocol.ProblemAtCapacity,
	command.TooLong:          protocol.ProblemTooLong,
	command.NoOutbound:       protocol.ProblemNoOutbound,
	command.NotActive:        protocol.ProblemNotActive,
	command.UnknownAgent:     protocol.ProblemUnknownAgent,
	command.AgentOffline:     protocol.ProblemAgentOffline,
	command.TooManyOffers:    protocol.ProblemTooManyOffers,
	command.UnknownOffer:     protocol.ProblemUnknownOffer,
	command.OfferOver:        protocol.ProblemOfferOver,
	command.NoWrapUp:         protocol.ProblemNoWrapUp,
	command.WrapUpOver:       protocol.ProblemWrapUpOver,
	command.InvalidRequest:   protocol.ProblemInvalid,
	command.StoreFull:        protocol.ProblemStoreFull,
	command.StoreUnavailable: protocol.ProblemStoreUnavailable,
	command.NoConfiguration:  protocol.ProblemNoConfiguration,
}

// ofStatus names the problem that an error of the framework is: it knows
// statuses alone.
var ofStatus = map[int]protocol.ProblemType{
	http.StatusBadRequest:            protocol.ProblemMalformed,
	http.StatusNotFound:              protocol.ProblemUnknownPath,
	http.StatusMethodNotAllowed:      protocol.ProblemMethod,
	http.StatusRequestTimeout:        protocol.ProblemTimeout,
	http.StatusRequestEntityTooLarge: protocol.ProblemTooLarge,
	http.StatusUnsupportedMediaType:  protocol.ProblemMediaType,
	http.StatusUnprocessableEntity:   protocol.ProblemInvalid,
}

// problem makes a problem of a type with a detail for this occurrence.
func problem(t protocol.ProblemType, detail string) *protocol.Problem {
	k := kinds[t]
	return &protocol.Problem{Type: t, Title: k.title, Status: k.status, Detail: detail}
}
