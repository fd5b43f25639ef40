package cel_test

import "strings"

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
  joinPolicy: Collaboration
  reopenPolicy: NewRequest
  realertPolicy: Never
  realertAfter: 1m
  capacityPolicy: Ignore
  closePolicy: Members
  attention: {soonAfter: 3m, overdueAfter: 5m}
  autoCloseAfter: 24h
  deletionPolicy: {type: Drain}
`,
	rules: []rule{
		{
			path:     "",
			message:  "metadata.name becomes part of identifiers: use at most 63 lower-case letters, digits and dashes, and no dots",
			accepted: []string{"metadata: {name: " + letters(63) + "}", "metadata: {name: 1st-line}"},
			refused:  []string{"metadata: {name: " + letters(64) + "}", "metadata: {name: sales.emea}"},
		},
		{
			path:     "",
			message:  "a list that is deleted cannot take its own requests: set deletionPolicy.transferTo to another Worklist",
			accepted: []string{"spec: {deletionPolicy: {type: Transfer, transferTo: l2}}", "metadata: {name: l2}"},
			refused:  []string{"spec: {deletionPolicy: {type: Transfer, transferTo: l1}}"},
			together: []string{"spec: {deletionPolicy: {type: Drain, transferTo: l1}}"},
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
		{
			path:     ".spec.realertAfter",
			message:  "write a duration from 1s to 24h, in hours, minutes and seconds, such as 1m or 1m30s",
			accepted: []string{"spec: {realertAfter: 1s}", "spec: {realertPolicy: OnCustomerMessage, realertAfter: 24h}"},
			refused:  []string{"spec: {realertAfter: 999ms}", "spec: {realertAfter: 24h1s}", "spec: {realertAfter: -1m}", "spec: {realertAfter: often}"},
		},
		{
			path:     ".spec.responseTime",
			message:  "write a duration above 0 and at most 720h, in hours, minutes and seconds, such as 10m or 1h30m (there is no unit for days)",
			accepted: []string{"spec: {responseTime: 90s}", "spec: {responseTime: 720h}", "spec: {responseTime: null}"},
			refused:  []string{"spec: {responseTime: 0s}", "spec: {responseTime: 720h1s}", "spec: {responseTime: 1d}", `spec: {responseTime: ""}`},
		},
		{
			path:     ".spec.wrapUp",
			message:  "defaultReason is applied to what nobody chose a reason for: name one of the reasons",
			accepted: []string{"spec: {wrapUp: {reasons: [{name: sale}, {name: other, displayName: Something else}], defaultReason: other}}"},
			refused:  []string{"spec: {wrapUp: {reasons: [{name: sale}], defaultReason: other}}", "spec: {wrapUp: {reasons: [{name: sale, displayName: Sale}], defaultReason: Sale}}"},
		},
		{
			path:     ".spec.wrapUp.timeout",
			message:  "write a duration from 1s to 1h, in minutes and seconds, such as 1m or 1m30s",
			accepted: []string{"spec: {wrapUp: {reasons: [{name: sale}], defaultReason: sale, timeout: 1s}}", "spec: {wrapUp: {reasons: [{name: sale}], defaultReason: sale, timeout: 1h}}"},
			refused:  []string{"spec: {wrapUp: {reasons: [{name: sale}], defaultReason: sale, timeout: 0s}}", "spec: {wrapUp: {reasons: [{name: sale}], defaultReason: sale, timeout: 1h1s}}"},
		},
		{
			path:     ".spec.wrapUp.reasons[].displayName",
			message:  "write the name in one line, with no space at its start or end",
			accepted: []string{`spec: {wrapUp: {reasons: [{name: sale, displayName: "Vendu 💶"}], defaultReason: sale}}`},
			refused:  []string{`spec: {wrapUp: {reasons: [{name: sale, displayName: " Sale"}], defaultReason: sale}}`, `spec: {wrapUp: {reasons: [{name: sale, displayName: "Sa\nle"}], defaultReason: sale}}`},
		},
		{
			path:     ".spec.deletionPolicy",
			message:  "a Transfer has to know where to: set transferTo to another Worklist of this namespace",
			accepted: []string{"spec: {deletionPolicy: {type: Transfer, transferTo: l2}}", "spec: {deletionPolicy: {type: Close}}"},
			refused:  []string{"spec: {deletionPolicy: {type: Transfer}}"},
		},
		{
			path:     ".spec.deletionPolicy",
			message:  "only a Transfer moves requests: remove transferTo, or set type to Transfer",
			accepted: []string{"spec: {deletionPolicy: {type: Drain}}"},
			refused:  []string{"spec: {deletionPolicy: {transferTo: l2}}", "spec: {deletionPolicy: {type: Close, transferTo: l2}}"},
		},
		{
			path:     ".spec.deletionPolicy",
			message:  "Close waits for nothing: remove deadline, or set type to Drain",
			accepted: []string{"spec: {deletionPolicy: {deadline: 8h}}", "spec: {deletionPolicy: {type: Transfer, transferTo: l2, deadline: 8h}}"},
			refused:  []string{"spec: {deletionPolicy: {type: Close, deadline: 8h}}"},
		},
		{
			path:     ".spec.deletionPolicy.deadline",
			message:  "write a duration above 0 and at most 720h, in hours, minutes and seconds, such as 8h or 1h30m (there is no unit for days)",
			accepted: []string{"spec: {deletionPolicy: {deadline: 1ms}}", "spec: {deletionPolicy: {deadline: 720h}}"},
			refused:  []string{"spec: {deletionPolicy: {deadline: 0s}}", "spec: {deletionPolicy: {deadline: 721h}}", "spec: {deletionPolicy: {deadline: tomorrow}}"},
		},
	},
	limits: map[string]limit{
		"displayName is missing":   {"spec: {displayName: null}", "spec.displayName", "Required value"},
		"displayName is empty":     {`spec: {displayName: ""}`, "spec.displayName", "at least 1 chars long"},
		"displayName is too long":  {"spec: {displayName: " + letters(111) + "}", "spec.displayName", "may not be more than 110"},
		"description is too long":  {"spec: {description: " + letters(501) + "}", "spec.description", "may not be more than 500"},
		"unknown closePolicy":      {"spec: {closePolicy: Everybody}", "spec.closePolicy", `supported values: "Members", "Subscribers", "Admins"`},
		"autoCloseAfter, a number": {"spec: {autoCloseAfter: 24}", "spec.autoCloseAfter", "must be of type string"},
		"unknown joinPolicy":       {"spec: {joinPolicy: First}", "spec.joinPolicy", `supported values: "Collaboration", "Grab"`},
		"unknown reopenPolicy":     {"spec: {reopenPolicy: Always}", "spec.reopenPolicy", `supported values: "NewRequest", "Reopen"`},
		"unknown realertPolicy":    {"spec: {realertPolicy: Always}", "spec.realertPolicy", `supported values: "Never", "OnCustomerMessage"`},
		"unknown capacityPolicy":   {"spec: {capacityPolicy: Refuse}", "spec.capacityPolicy", `supported values: "Ignore", "Warn", "Enforce"`},
		"unknown deletion type":    {"spec: {deletionPolicy: {type: Delete}}", "spec.deletionPolicy.type", `supported values: "Drain", "Transfer", "Close"`},
		"an impossible target":     {"spec: {deletionPolicy: {type: Transfer, transferTo: L2}}", "spec.deletionPolicy.transferTo", "should match"},
		"wrapUp without reasons":   {"spec: {wrapUp: {reasons: [], defaultReason: sale}}", "spec.wrapUp.reasons", "at least 1 items"},
		"wrapUp without a default": {"spec: {wrapUp: {reasons: [{name: sale}]}}", "spec.wrapUp.defaultReason", "Required value"},
		"too many reasons":         {"spec: {wrapUp: {reasons: " + reasons(51) + ", defaultReason: n0}}", "spec.wrapUp.reasons", "must have at most 50 items"},
		"a reason twice":           {"spec: {wrapUp: {reasons: [{name: sale}, {name: sale}], defaultReason: sale}}", "spec.wrapUp.reasons[1]", "Duplicate value"},
		"a reason without a name":  {"spec: {wrapUp: {reasons: [{displayName: Sale}], defaultReason: sale}}", "spec.wrapUp.reasons[0].name", "Required value"},
		"an impossible reason":     {"spec: {wrapUp: {reasons: [{name: No sale}], defaultReason: sale}}", "spec.wrapUp.reasons[0].name", "should match"},
	},
}

// reasons returns a YAML list of n wrap-up reasons.
func reasons(n int) string {
	names := strings.Trim(sequence(n), "[]")
	return "[{name: " + strings.ReplaceAll(names, ",", "}, {name: ") + "}]"
}
