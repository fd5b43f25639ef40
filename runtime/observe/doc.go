// Package observe is what an operator of the runtime sees of it: logs, metrics,
// and the probes.
//
// None of it carries customers' words. Texts, names and ids of customers and the
// bodies and addresses of requests are never logged, and no label of a metric has
// them; a request is logged by the pattern of its route. What may be logged is
// configuration (names of lists, channels and issuers), ids this runtime made, and
// agents' usernames where an action is theirs. Nothing here logs a body, at any
// level, so that turning the level up never turns a secret out.
package observe
