package store

import "time"

const (
	// MaxOps is how many ops, and how many compares, one Txn may hold: etcd counts the nesting against its limit of 128 a
	// proposal, and maxGroup of them are the transitions themselves.
	MaxOps = maxTxnOps - maxGroup

	// MaxTransitionBytes is the most that one Txn may weigh, keys and values together. etcd's own limit is 1.5 MiB a
	// proposal; the rest is room for what it adds.
	MaxTransitionBytes = 1 << 20

	// maxTxnOps is etcd's default limit.
	maxTxnOps = 128

	// maxGroup and maxGroupBytes bound a proposal: beyond them one fsync is shared by enough already, and those in it wait
	// longer for each other than they gain. A single transition may weigh more; it then travels alone.
	maxGroup      = 100
	maxGroupBytes = 512 << 10

	// overhead is what a key costs in a proposal beside itself and its value, roughly.
	overhead = 64

	// maxInFlight: while one proposal is fsynced the next one, if full, is encoded and appended; a third gains nothing.
	maxInFlight = 2

	// embeddedTimeout and externalTimeout are when a proposal is given up as ErrUnknownOutcome. Embedded it can only be a disk
	// that hangs. Elsewhere it is a leader that was lost, and whoever asks again soon is answered by the next one soon.
	embeddedTimeout = 5 * time.Second
	externalTimeout = time.Second

	// catchUpEntries is how much of its log etcd keeps in memory for followers that lag behind. The embedded member has none,
	// and at 512 KiB an entry the default of 5,000 could be 2.5 GB.
	catchUpEntries = 64

	// defaultQuota is etcd's suggested maximum, and externalQuota its own default.
	defaultQuota  = 8 << 30
	externalQuota = 2 << 30

	// defaultPrefix is of the keys in an external etcd. The longest one is what an API object can say: a transition has it up to
	// 84 times in it, beside its MaxTransitionBytes.
	defaultPrefix = "/pullmode/"
	maxPrefix     = 253
)
