package v1alpha1

// ConditionType names a condition. Every kind carries the same four, always, whatever their status.
type ConditionType string

// ConditionReason says why a condition has its status. It is the stable word for scripts; the message is for people.
type ConditionReason string

// The reasons that several conditions share.
const (
	// ReasonPending: the work is under way. The next status needs no action of the user, unless the message tells
	// what holds it up.
	//
	// Used with Programmed=False (the snapshot with this generation is on its way), and so Ready=False. Any kind.
	// The command line also says ResolvedRefs=Unknown with it, of YAML that its schema refuses.
	ReasonPending ConditionReason = "Pending"

	// ReasonDeleting: the object is being deleted and counts as deleted, whatever finalizer still holds it.
	//
	// Used with Accepted=False and ResolvedRefs=False. Any kind.
	ReasonDeleting ConditionReason = "Deleting"
)

const (
	// ConditionAccepted tells whether the object makes sense, by itself and next to the namespace's other objects.
	//
	// An object that is not accepted blocks no other one, and the last form of it that was accepted stays served:
	// status.programmedGeneration tells which that is.
	//
	// Reasons when True: Accepted, NoAgentSubscription.
	// Reasons when False: Conflict, Invalid, CapacityAboveLimit, ImpossibleTimes, Deleting.
	ConditionAccepted ConditionType = "Accepted"

	// ReasonAccepted: Accepted=True, with nothing to remark. Any kind.
	ReasonAccepted ConditionReason = "Accepted"

	// ReasonNoAgentSubscription: Accepted=True on a Worklist that no accepted AgentSubscription names or selects.
	// A warning: the list works and takes requests in, but nobody is told of them.
	ReasonNoAgentSubscription ConditionReason = "NoAgentSubscription"

	// ReasonConflict: Accepted=False, an older object already holds what this one claims; the message names it.
	// RoutingRuntime: the namespace has one. Channel: the serviceIdentifier is taken for the type.
	// MediaRoutingDomain: one of the channelTypes belongs to another domain.
	ReasonConflict ConditionReason = "Conflict"

	// ReasonInvalid: Accepted=False, a field holds what its schema cannot refuse, such as a label selector that
	// does not parse, or what an earlier version of the schema still let in. Any kind; the message names the field.
	ReasonInvalid ConditionReason = "Invalid"

	// ReasonCapacityAboveLimit: Accepted=False on an AgentSubscription that gives an agent more requests at a time
	// than the MediaRoutingDomain allows.
	ReasonCapacityAboveLimit ConditionReason = "CapacityAboveLimit"

	// ReasonImpossibleTimes: Accepted=False on a Worklist whose times do not come in the order
	// 0 < soonAfter < overdueAfter <= autoCloseAfter.
	ReasonImpossibleTimes ConditionReason = "ImpossibleTimes"
)

const (
	// ConditionResolvedRefs tells whether everything that the object names exists and can be used.
	// A kind that names nothing carries it as True, so that one query reads all kinds.
	//
	// Reasons when True: ResolvedRefs, NoListSelected.
	// Reasons when False: ListNotFound, MediaRoutingDomainNotFound, MediaRoutingDomainDeleted, ReferenceNotAccepted,
	// SecretNotFound, SecretKeyMissing, SecretKeyInvalid, Deleting.
	ConditionResolvedRefs ConditionType = "ResolvedRefs"

	// ReasonResolvedRefs: ResolvedRefs=True, with nothing to remark. Any kind.
	ReasonResolvedRefs ConditionReason = "ResolvedRefs"

	// ReasonNoListSelected: ResolvedRefs=True on an AgentSubscription whose selector matches no Worklist now.
	// A warning: a list that is created later with these labels is picked up by itself.
	ReasonNoListSelected ConditionReason = "NoListSelected"

	// ReasonListNotFound: ResolvedRefs=False, the namespace has no Worklist of this name, or one that was deleted and
	// only finishes what is open. Channel (listRef), AgentSubscription (lists.names), Worklist
	// (deletionPolicy.transferTo).
	ReasonListNotFound ConditionReason = "ListNotFound"

	// ReasonMediaRoutingDomainNotFound: ResolvedRefs=False. Channel: no MediaRoutingDomain has the type among its
	// channelTypes. AgentSubscription: the namespace has no MediaRoutingDomain of a name used in capacity.
	ReasonMediaRoutingDomainNotFound ConditionReason = "MediaRoutingDomainNotFound"

	// ReasonMediaRoutingDomainDeleted: ResolvedRefs=False, the MediaRoutingDomain was deleted. Channel: its type
	// belonged to it, and the last accepted form of both stays served. AgentSubscription: its capacity names it.
	ReasonMediaRoutingDomainDeleted ConditionReason = "MediaRoutingDomainDeleted"

	// ReasonReferenceNotAccepted: ResolvedRefs=False, the named object exists but was never accepted, so there is
	// no form of it to serve. Its own conditions say what is wrong with it. Channel, AgentSubscription and Worklist.
	ReasonReferenceNotAccepted ConditionReason = "ReferenceNotAccepted"

	// ReasonSecretNotFound: ResolvedRefs=False, the namespace has no Secret of this name. Channel (secretRef and
	// outbound.secretRef) and RoutingRuntime (eventSink.secretRef, tls.secretRef, storage.etcd.tlsSecretRef).
	ReasonSecretNotFound ConditionReason = "SecretNotFound"

	// ReasonSecretKeyMissing: ResolvedRefs=False on a Channel or a RoutingRuntime, the Secret exists, but has nothing
	// under the key.
	ReasonSecretKeyMissing ConditionReason = "SecretKeyMissing"

	// ReasonSecretKeyInvalid: ResolvedRefs=False on a Channel or a RoutingRuntime, what the Secret has under the key
	// cannot be a connector's key or a signing secret (it is too short, not plain text, or there are more than 4), or
	// no certificate and the private key that belongs to it.
	ReasonSecretKeyInvalid ConditionReason = "SecretKeyInvalid"
)

const (
	// ConditionProgrammed tells whether the runtime really serves this generation. It is read back from the
	// replicas, never assumed: True means that every ready replica answered that it serves it. It stays True while
	// pods restart and none is ready: nothing is forgotten over that, and a replica is ready again only once it serves.
	// Whether the pods are there is told by the RoutingRuntime's Ready.
	//
	// Reasons when True: Programmed.
	// Reasons when False: Pending, Rejected, NoRuntime, NotAccepted.
	// Reasons when Unknown: RuntimeUnreachable.
	ConditionProgrammed ConditionType = "Programmed"

	// ReasonProgrammed: Programmed=True, every ready replica serves this generation. Any kind.
	ReasonProgrammed ConditionReason = "Programmed"

	// ReasonRejected: Programmed=False, the runtime refused this form of the object, or on a RoutingRuntime the
	// snapshot as a whole; the message has the runtime's own words. What it took last is still served.
	ReasonRejected ConditionReason = "Rejected"

	// ReasonRuntimeUnreachable: Programmed=Unknown, a ready replica does not answer, so nobody knows what it serves.
	ReasonRuntimeUnreachable ConditionReason = "RuntimeUnreachable"

	// ReasonNoRuntime: Programmed=False, nothing runs that could serve the object: the namespace has no accepted
	// RoutingRuntime, it is scaled to 0, or none of its replicas has been ready since the object changed.
	ReasonNoRuntime ConditionReason = "NoRuntime"

	// ReasonNotAccepted: Programmed=False because Accepted or ResolvedRefs is False for this generation. If an
	// earlier generation was accepted, that one is still served, and the message says so.
	ReasonNotAccepted ConditionReason = "NotAccepted"
)

const (
	// ConditionReady sums the others up: True when Accepted, ResolvedRefs and Programmed are True for the latest
	// generation (on a RoutingRuntime: and its pods are ready). It is what `kubectl wait` waits for.
	//
	// Reasons when True: Ready, and warnings: IssuerUnreachable, and those of Accepted and ResolvedRefs,
	// NoAgentSubscription and NoListSelected.
	// Reasons when False or Unknown: the reason of the first of Accepted, ResolvedRefs and Programmed that is not
	// True, so that the printed column names the cause; NotReady when it is none of them.
	ConditionReady ConditionType = "Ready"

	// ReasonReady: Ready=True. Any kind.
	ReasonReady ConditionReason = "Ready"

	// ReasonIssuerUnreachable: Ready=True on a RoutingRuntime that could not read one of its issuers for 15 s or more.
	// A warning: agents cannot sign in there, and those who have a token work on while the keys that signed it are known.
	// The message names the issuer and what it does instead of answering.
	ReasonIssuerUnreachable ConditionReason = "IssuerUnreachable"

	// ReasonNotReady: Ready=False on a RoutingRuntime whose pods are not all ready; the message says what they wait for.
	ReasonNotReady ConditionReason = "NotReady"
)
