package cel_test

var mediaRoutingDomain = kindCase{
	minimal: `
apiVersion: pullmode.io/v1alpha1
kind: MediaRoutingDomain
metadata: {name: social}
spec:
  displayName: Social media
  maxRequests: 5
  channelTypes: [FACEBOOK]
`,
	defaulted: `
spec:
  displayName: Social media
  maxRequests: 5
  channelTypes: [FACEBOOK]
`,
	rules: []rule{
		{
			path:     "",
			message:  "metadata.name becomes part of identifiers: use at most 63 lower-case letters, digits and dashes, and no dots",
			accepted: []string{"metadata: {name: " + letters(63) + "}"},
			refused:  []string{"metadata: {name: " + letters(64) + "}", "metadata: {name: social.media}"},
		},
		{
			path:     ".spec.displayName",
			message:  "write the name in one line, with no space at its start or end",
			accepted: []string{"spec: {displayName: Chat and social}", "spec: {displayName: ソーシャル}"},
			refused:  []string{`spec: {displayName: " Chat"}`, `spec: {displayName: "Chat "}`, `spec: {displayName: "Chat\nSocial"}`, `spec: {displayName: "   "}`},
		},
	},
	limits: map[string]limit{
		"displayName is missing":       {"spec: {displayName: null}", "spec.displayName", "Required value"},
		"displayName is too short":     {"spec: {displayName: xx}", "spec.displayName", "at least 3 chars long"},
		"displayName is too long":      {"spec: {displayName: " + letters(111) + "}", "spec.displayName", "may not be more than 110"},
		"description is too long":      {"spec: {description: " + letters(501) + "}", "spec.description", "may not be more than 500"},
		"maxRequests is missing":       {"spec: {maxRequests: null}", "spec.maxRequests", "Required value"},
		"maxRequests is 0":             {"spec: {maxRequests: 0}", "spec.maxRequests", "greater than or equal to 1"},
		"channelTypes is missing":      {"spec: {channelTypes: null}", "spec.channelTypes", "Required value"},
		"channelTypes is empty":        {"spec: {channelTypes: []}", "spec.channelTypes", "at least 1 items"},
		"33 channelTypes":              {"spec: {channelTypes: " + sequence(33) + "}", "spec.channelTypes", "must have at most 32 items"},
		"the same channelType twice":   {"spec: {channelTypes: [WEB, WEB]}", "spec.channelTypes[1]", "Duplicate value"},
		"channelType in small letters": {"spec: {channelTypes: [web]}", "spec.channelTypes[0]", "should match"},
	},
}
