package cel_test

var channel = kindCase{
	minimal: `
apiVersion: pullmode.io/v1alpha1
kind: Channel
metadata: {name: facebook-page}
spec:
  type: FACEBOOK
  serviceIdentifier: "1234567890"
  listRef: {name: l1}
  secretRef: {name: facebook-page}
`,
	defaulted: `
spec:
  type: FACEBOOK
  serviceIdentifier: "1234567890"
  routingMode: Pull
  listRef: {name: l1}
  anonymousName: Jane Doe
  messageMaxLength: 4096
  secretRef: {name: facebook-page, key: key}
`,
	rules: []rule{
		{
			path:     "",
			message:  "metadata.name becomes part of URLs: use at most 63 lower-case letters, digits and dashes, and no dots",
			accepted: []string{"metadata: {name: " + letters(63) + "}"},
			refused:  []string{"metadata: {name: " + letters(64) + "}", "metadata: {name: facebook.com}"},
		},
		{
			path:     ".spec",
			message:  "requests of a Pull channel need a list: set listRef.name to a Worklist of this namespace",
			accepted: []string{"spec: {routingMode: Pull}", "spec: {routingMode: External, listRef: null}"},
			refused:  []string{"spec: {listRef: null}", "spec: {routingMode: Pull, listRef: null}"},
		},
		{
			path:     ".spec",
			message:  "only Pull channels have a list: remove listRef, or set routingMode to Pull",
			accepted: []string{"spec: {routingMode: Push, listRef: null}"},
			refused:  []string{"spec: {routingMode: Push}", "spec: {routingMode: External}"},
		},
		{
			path:     ".spec.type",
			message:  "type cannot be changed, because open requests count against the type's limits: create a Channel with another name and delete this one",
			before:   "spec: {type: FACEBOOK}",
			accepted: []string{"spec: {type: FACEBOOK, anonymousName: John Doe}"},
			refused:  []string{"spec: {type: WHATSAPP}"},
		},
		{
			path:     ".spec.serviceIdentifier",
			message:  "write the identifier in one line, with no space at its start or end",
			accepted: []string{`spec: {serviceIdentifier: "+49 30 1234"}`, "spec: {serviceIdentifier: https://www.example.com/chat}"},
			refused:  []string{`spec: {serviceIdentifier: " 1"}`, `spec: {serviceIdentifier: "1 "}`, `spec: {serviceIdentifier: "1\n2"}`},
		},
		{
			path:     ".spec.anonymousName",
			message:  "write the name in one line, with no space at its start or end",
			accepted: []string{"spec: {anonymousName: Somebody}"},
			refused:  []string{`spec: {anonymousName: " "}`, `spec: {anonymousName: "Jane\tDoe "}`},
		},
		{
			path:     ".spec.customerActivityTimeout",
			message:  "write a duration above 0 and at most 720h, in hours, minutes and seconds, such as 30m or 1h30m (there is no unit for days)",
			accepted: []string{"spec: {customerActivityTimeout: 1ms}", "spec: {customerActivityTimeout: 720h}"},
			refused:  []string{"spec: {customerActivityTimeout: 0s}", "spec: {customerActivityTimeout: 720h1s}", "spec: {customerActivityTimeout: 1d}"},
		},
		{
			path:    ".spec.outbound",
			message: "whoever is on the way could read what is posted: use an https:// URL, or set insecureAllowHTTP to true for an http:// receiver next door",
			accepted: []string{
				"spec: {outbound: {url: 'https://a.example/x?y=z', secretRef: {name: s}}}",
				"spec: {outbound: {url: 'http://receiver.demo.svc:8080', secretRef: {name: s}, insecureAllowHTTP: true}}",
			},
			refused: []string{
				"spec: {outbound: {url: 'http://a.example', secretRef: {name: s}}}",
				"spec: {outbound: {url: 'http://a.example', secretRef: {name: s}, insecureAllowHTTP: false}}",
				"spec: {outbound: {url: 'ftp://a.example', secretRef: {name: s}, insecureAllowHTTP: true}}",
			},
		},
		{
			path:     ".spec.outbound.url",
			message:  "write an absolute URL, such as https://connector.example.com/messages",
			accepted: []string{"spec: {outbound: {url: 'https://[2001:db8::1]:8443/x', secretRef: {name: s}}}"},
			refused: []string{
				"spec: {outbound: {url: 'https://a example', secretRef: {name: s}}}",
				"spec: {outbound: {url: 'https:///messages', secretRef: {name: s}}}",
				"spec: {outbound: {url: a.example, secretRef: {name: s}}}",
			},
			together: []string{"spec: {outbound: {url: /messages, secretRef: {name: s}}}"},
		},
	},
	limits: map[string]limit{
		"type is missing":               {"spec: {type: null}", "spec.type", "Required value"},
		"type in small letters":         {"spec: {type: facebook}", "spec.type", "should match"},
		"type is too long":              {"spec: {type: " + letters(33) + "}", "spec.type", "may not be more than 32"},
		"serviceIdentifier is missing":  {"spec: {serviceIdentifier: null}", "spec.serviceIdentifier", "Required value"},
		"serviceIdentifier is empty":    {`spec: {serviceIdentifier: ""}`, "spec.serviceIdentifier", "at least 1 chars long"},
		"serviceIdentifier is too long": {"spec: {serviceIdentifier: " + letters(257) + "}", "spec.serviceIdentifier", "may not be more than 256"},
		"unknown routingMode":           {"spec: {routingMode: Sideways}", "spec.routingMode", `supported values: "Pull", "Push", "External"`},
		"listRef without a name":        {"spec: {listRef: {name: null}}", "spec.listRef.name", "Required value"},
		"listRef to an impossible name": {"spec: {listRef: {name: L1}}", "spec.listRef.name", "should match"},
		"anonymousName is empty":        {`spec: {anonymousName: ""}`, "spec.anonymousName", "at least 1 chars long"},
		"anonymousName is too long":     {"spec: {anonymousName: " + letters(111) + "}", "spec.anonymousName", "may not be more than 110"},
		"secretRef is missing":          {"spec: {secretRef: null}", "spec.secretRef", "Required value"},
		"secretRef without a name":      {"spec: {secretRef: {name: null}}", "spec.secretRef.name", "Required value"},
		"outbound without a url":        {"spec: {outbound: {secretRef: {name: s}}}", "spec.outbound.url", "Required value"},
		"outbound without a secret":     {"spec: {outbound: {url: 'https://a.example'}}", "spec.outbound.secretRef", "Required value"},
		"outbound with a url too long":  {"spec: {outbound: {url: 'https://a.example/" + letters(1024) + "', secretRef: {name: s}}}", "spec.outbound.url", "may not be more than 1024"},
		"no message at all":             {"spec: {messageMaxLength: 0}", "spec.messageMaxLength", "greater than or equal to 1"},
		"messages without an end":       {"spec: {messageMaxLength: 65537}", "spec.messageMaxLength", "less than or equal to 65536"},
		"an impossible secret key":      {"spec: {secretRef: {key: a/b}}", "spec.secretRef.key", "should match"},
	},
}
