package cel_test

var agentSubscription = kindCase{
	minimal: `
apiVersion: pullmode.io/v1alpha1
kind: AgentSubscription
metadata: {name: social-team}
spec:
  groups: [social-team]
  lists: {names: [l1]}
`,
	defaulted: `
spec:
  groups: [social-team]
  lists: {names: [l1]}
  role: Representative
  autoSubscribe: true
`,
	rules: []rule{
		{
			path:     ".spec",
			message:  "say whom this is for: name at least one of agents or one of groups",
			accepted: []string{"spec: {agents: [ann], groups: null}", "spec: {agents: [ann], groups: []}", "spec: {agents: [ann]}"},
			refused:  []string{"spec: {groups: null}", "spec: {groups: []}", "spec: {agents: [], groups: []}"},
		},
		{
			path:    ".spec.lists",
			message: "say which lists: give at least one of names, or a selector (an empty selector, {}, takes every list of the namespace)",
			accepted: []string{
				"spec: {lists: {names: null, selector: {matchLabels: {team: social}}}}",
				"spec: {lists: {names: null, selector: {}}}",
				"spec: {lists: {selector: {matchLabels: {team: social}}}}",
			},
			refused: []string{"spec: {lists: {names: null}}", "spec: {lists: {names: []}}"},
		},
	},
	limits: map[string]limit{
		"1001 agents":               {"spec: {agents: " + sequence(1001) + "}", "spec.agents", "must have at most 1000 items"},
		"101 groups":                {"spec: {groups: " + sequence(101) + "}", "spec.groups", "must have at most 100 items"},
		"an agent without a name":   {`spec: {agents: [""]}`, "spec.agents[0]", "at least 1 chars long"},
		"the same agent twice":      {"spec: {agents: [ann, ann]}", "spec.agents[1]", "Duplicate value"},
		"a group name too long":     {"spec: {groups: [" + letters(257) + "]}", "spec.groups[0]", "may not be more than 256"},
		"lists is missing":          {"spec: {lists: null}", "spec.lists", "Required value"},
		"257 lists":                 {"spec: {lists: {names: " + sequence(257) + "}}", "spec.lists.names", "must have at most 256 items"},
		"an impossible list name":   {"spec: {lists: {names: [L1]}}", "spec.lists.names[0]", "should match"},
		"unknown role":              {"spec: {role: Boss}", "spec.role", `supported values: "Representative", "Admin"`},
		"capacity below 0":          {"spec: {capacity: [{mediaRoutingDomain: chat, maxRequests: -1}]}", "spec.capacity[0].maxRequests", "greater than or equal to 0"},
		"capacity without a number": {"spec: {capacity: [{mediaRoutingDomain: chat}]}", "spec.capacity[0].maxRequests", "Required value"},
		"one domain's capacity twice": {
			"spec: {capacity: [{mediaRoutingDomain: chat, maxRequests: 1}, {mediaRoutingDomain: chat, maxRequests: 2}]}",
			"spec.capacity[1]", "Duplicate value",
		},
	},
}
