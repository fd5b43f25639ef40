package conformance

import "slices"

// Case is one way to see whether a runtime keeps a rule.
type Case struct {
	// Rule is the id of the rule that a failure speaks of.
	Rule string
	// Name says what is done, in a few words; unique among the rule's cases.
	Name string
	// Needs are what the target has to give for it.
	Needs []Need
	// Alone keeps other cases from running meanwhile: it changes what all of them
	// depend on. A case that restarts the runtime always runs alone.
	Alone bool
	// Run does it. It returns when the rule was kept and does not return otherwise
	// (see T.Fatalf).
	Run func(t *T)
}

// ID names the case: its rule and its name.
func (c Case) ID() string { return c.Rule + "/" + c.Name }

func (c Case) alone() bool { return c.Alone || slices.Contains(c.Needs, Restart) }

// Need is something that a case cannot do without and that not every target has.
type Need string

// What cases need.
const (
	// Apply: Target.Apply and Target.Delete, to change the configuration.
	Apply Need = "apply"
	// Restart: Target.Restart.
	Restart Need = "restart"
	// Receive: a Receiver that the runtime reaches.
	Receive Need = "receiver"
	// Forget: Target.Forget, or a cursor that is old enough.
	Forget Need = "forget"
)

// Cases are all cases, in the order of their rules.
func Cases() []Case {
	all := slices.Concat(
		invariantCases, transitionCases, endCases, timeoutCases, offerCases, wrapUpCases, notificationCases, alertCases, grabCases,
		raceCases, rightCases, clockCases, deadlineCases, liveCases, drainCases, recoveryCases, sessionCases, featureCases,
	)
	order := map[string]int{}
	for i, r := range Rules() {
		order[r.ID] = i
	}
	slices.SortStableFunc(all, func(a, b Case) int { return order[a.Rule] - order[b.Rule] })
	return all
}
