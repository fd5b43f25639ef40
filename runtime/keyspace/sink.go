package keyspace

// SinkRecord says how far the event sink has come: everything up to Revision has
// been taken, or is part of Gap.
type SinkRecord struct {
	Revision int64 `json:"revision"`
	// Gap is what was given up, while the sink has not been told so.
	Gap *SinkGap `json:"gap,omitempty"`
}

// SinkGap is a part of the history that the sink does not get.
type SinkGap struct {
	From   int64  `json:"from"`
	To     int64  `json:"to"`
	Reason string `json:"reason"`
}
