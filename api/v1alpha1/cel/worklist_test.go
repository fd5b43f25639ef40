package cel_test

var worklist = kindCase{
	minimal: `
apiVersion: pullmode.io/v1alpha1
kind: Worklist
metadata: {name: l1}
spec:
  displayName: Social media
`,
	defaulted: `
spec:
  displayName: Social media
  closePolicy: Members
  attention: {soonAfter: 3m, overdueAfter: 5m}
  autoCloseAfter: 24h
`,
	rules: []rule{
		{
			path:     "",
			message:  "metadata.name becomes part of identifiers: use at most 63 lower-case letters, digits and dashes, and no dots",
			accepted: []string{"metadata: {name: " + letters(63) + "}", "metadata: {name: 1st-line}"},
			refused:  []string{"metadata: {name: " + letters(64) + "}", "metadata: {name: sales.emea}"},
		},
		{
			path:     ".spec",
			message:  "a request is due soon before it is overdue: make attention.soonAfter shorter than attention.overdueAfter",
			accepted: []string{"spec: {attention: {soonAfter: 299s}}", "spec: {attention: {overdueAfter: 181s}}"},
			refused: []string{
				"spec: {attention: {soonAfter: 5m}}",
				"spec: {attention: {overdueAfter: 180s}}",
				"spec: {attention: {soonAfter: 1h, overdueAfter: 59m}}",
			},
		},
		{
			path:     ".spec",
			message:  "a request must become overdue before it is closed: make attention.overdueAfter at most autoCloseAfter",
			accepted: []string{"spec: {autoCloseAfter: 5m}", "spec: {attention: {overdueAfter: 24h}}"},
			refused:  []string{"spec: {autoCloseAfter: 299s}", "spec: {attention: {overdueAfter: 24h1s}}"},
		},
		{
			path:     ".spec.displayName",
			message:  "write the name in one line, with no space at its start or end",
			accepted: []string{"spec: {displayName: x}", `spec: {displayName: "Réseaux  sociaux 💬"}`},
			refused:  []string{`spec: {displayName: " Sales"}`, `spec: {displayName: "Sales "}`, `spec: {displayName: "Sa\nles"}`, `spec: {displayName: " "}`},
		},
		{
			path:     ".spec.attention.soonAfter",
			message:  "write a duration above 0 and at most 720h, in hours, minutes and seconds, such as 3m or 1m30s (there is no unit for days)",
			accepted: []string{"spec: {attention: {soonAfter: 1ms}}", "spec: {attention: {soonAfter: 1.5s}}", "spec: {attention: {soonAfter: 1m30s}}"},
			refused: []string{
				"spec: {attention: {soonAfter: 0s}}",
				"spec: {attention: {soonAfter: -1m}}",
				"spec: {attention: {soonAfter: 3 minutes}}",
				`spec: {attention: {soonAfter: ""}}`,
			},
			together: []string{"spec: {attention: {soonAfter: 720h1s}}"},
		},
		{
			path:     ".spec.attention.overdueAfter",
			message:  "write a duration above 0 and at most 720h, in hours, minutes and seconds, such as 5m or 1m30s (there is no unit for days)",
			accepted: []string{"spec: {attention: {overdueAfter: 720h}, autoCloseAfter: 720h}"},
			refused: []string{
				"spec: {attention: {overdueAfter: -5m}}",
				"spec: {attention: {overdueAfter: 1d}}",
				"spec: {attention: {overdueAfter: 5m0}}",
			},
			together: []string{"spec: {attention: {overdueAfter: 0s}}", "spec: {attention: {overdueAfter: 720h1s}}"},
		},
		{
			path:     ".spec.autoCloseAfter",
			message:  "write a duration above 0 and at most 720h, in hours, minutes and seconds, such as 24h or 1h30m (there is no unit for days)",
			accepted: []string{"spec: {autoCloseAfter: 720h}", "spec: {autoCloseAfter: 1h30m}"},
			refused: []string{
				"spec: {autoCloseAfter: 720h1s}",
				"spec: {autoCloseAfter: 1d}",
				"spec: {autoCloseAfter: P1D}",
			},
			together: []string{"spec: {autoCloseAfter: 0s}"},
		},
	},
	limits: map[string]limit{
		"displayName is missing":   {"spec: {displayName: null}", "spec.displayName", "Required value"},
		"displayName is empty":     {`spec: {displayName: ""}`, "spec.displayName", "at least 1 chars long"},
		"displayName is too long":  {"spec: {displayName: " + letters(111) + "}", "spec.displayName", "may not be more than 110"},
		"description is too long":  {"spec: {description: " + letters(501) + "}", "spec.description", "may not be more than 500"},
		"unknown closePolicy":      {"spec: {closePolicy: Everybody}", "spec.closePolicy", `supported values: "Members", "Subscribers", "Admins"`},
		"autoCloseAfter, a number": {"spec: {autoCloseAfter: 24}", "spec.autoCloseAfter", "must be of type string"},
	},
}
