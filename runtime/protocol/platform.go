package protocol

// What people who run the platform send to the admin port. Answers are those of
// the agents' API: a Page, a Conversation, a Result.

// CloseBy closes a request, whoever is in it.
type CloseBy struct {
	// By names who asks, 1 to 256 bytes: it stands in the log, and in the record of
	// what happened. The port believes it, as it knows only its certificate.
	By string `json:"by"`
}

// TransferBy moves a request to another list of the runtime, where it waits as a new
// one (T28).
type TransferBy struct {
	// List is the name of the Worklist that it goes to.
	List string `json:"list"`
	// By is as in CloseBy.
	By string `json:"by"`
}
