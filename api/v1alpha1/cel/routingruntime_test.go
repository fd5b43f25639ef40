package cel_test

import "strings"

var routingRuntime = kindCase{
	minimal: `
apiVersion: pullmode.io/v1alpha1
kind: RoutingRuntime
metadata: {name: runtime}
spec:
  authentication:
    issuers:
    - url: https://login.example.com
      audience: pullmode
`,
	defaulted: `
spec:
  replicas: 1
  storage:
    embedded: {size: 10Gi, whenDeleted: Retain}
  authentication:
    issuers:
    - url: https://login.example.com
      audience: pullmode
      usernameClaim: sub
      groupsClaim: groups
      scopes: [openid, profile]
  rateLimits: {agent: {perSecond: 50, burst: 100}, connector: {perSecond: 1000, burst: 2000}}
  service: {type: ClusterIP}
  retention: {closed: 24h, feed: 10m}
  sessionPolicy: Allow
  disconnectGrace: 60s
  transferTimeout: 60s
  drainTimeout: 30s
`,
	rules: []rule{
		{
			path:     "",
			message:  "metadata.name becomes the name of Services and Pods: use at most 40 lower-case letters, digits and dashes, beginning with a letter, and no dots",
			accepted: []string{"metadata: {name: " + letters(40) + "}", "metadata: {name: r-2}"},
			refused:  []string{"metadata: {name: " + letters(41) + "}", "metadata: {name: 2nd}", "metadata: {name: a.b}"},
		},
		{
			path:     ".spec",
			message:  "embedded storage belongs to one process: set replicas to 1, or to 0 to stop the runtime and keep its data; more need storage.etcd",
			accepted: []string{"spec: {replicas: 0}", "spec: {replicas: 1}", "spec: {replicas: 32, storage: {etcd: {endpoints: ['https://etcd:2379']}}}", "spec: {replicas: 0, storage: {etcd: {endpoints: ['https://etcd:2379']}}}"},
			refused:  []string{"spec: {replicas: 2}", "spec: {replicas: 2, storage: {embedded: {size: 1Gi}}}"},
		},
		{
			path:     ".spec.storage",
			message:  "write either storage.embedded, a volume of the runtime's own, or storage.etcd, a cluster that is there already",
			accepted: []string{"spec: {storage: {embedded: {}}}", etcd(""), "spec: {storage: null}"},
			refused:  []string{"spec: {storage: {}}", "spec: {storage: {embedded: {}, etcd: {endpoints: ['https://etcd:2379']}}}"},
		},
		{
			path:     ".spec.storage",
			message:  "the kind of storage cannot be changed, nothing would carry the requests over: create another RoutingRuntime in another namespace",
			before:   "spec: {storage: {embedded: {size: 1Gi}}}",
			accepted: []string{"spec: {storage: {embedded: {size: 2Gi}}}"},
			refused:  []string{"spec: {storage: {embedded: null, etcd: {endpoints: ['https://etcd:2379']}}}"},
		},
		{
			path:    ".spec.storage.etcd",
			message: "prefix cannot be changed, everything is kept below it: keep the old one",
			before:  etcd("prefix: /care/"),
			accepted: []string{
				"spec: {storage: {etcd: {endpoints: ['https://b:2379', 'https://c:2379']}}}",
				"spec: {storage: {etcd: {tlsSecretRef: {name: etcd}}}}",
			},
			refused: []string{"spec: {storage: {etcd: {prefix: /sales/}}}", "spec: {storage: {etcd: {prefix: null}}}"},
		},
		{
			path:    ".spec.storage.etcd",
			message: "whoever is on the way could read and change every request: use https:// for every endpoint, or, for a test, http:// for every one and insecureAllowHTTP: true",
			accepted: []string{
				etcd("endpoints: ['https://a:2379', 'https://b:2379'], insecureAllowHTTP: true"),
				etcd("endpoints: ['http://a:2379', 'http://b:2379'], insecureAllowHTTP: true"),
			},
			refused: []string{
				etcd("endpoints: ['http://a:2379']"),
				etcd("endpoints: ['http://a:2379'], insecureAllowHTTP: false"),
				etcd("endpoints: ['https://a:2379', 'http://b:2379'], insecureAllowHTTP: true"),
			},
		},
		{
			path:     ".spec.storage.etcd",
			message:  "tlsSecretRef is of no use with http:// endpoints: leave it out, or use https://",
			accepted: []string{etcd("tlsSecretRef: {name: etcd}")},
			refused:  []string{etcd("endpoints: ['http://a:2379'], insecureAllowHTTP: true, tlsSecretRef: {name: etcd}")},
		},
		{
			path:     ".spec.storage.etcd.endpoints[]",
			message:  "write scheme, host and port of a member, such as https://etcd-0.etcd:2379",
			accepted: []string{etcd("endpoints: ['https://10.0.0.1:2379']"), etcd("endpoints: ['https://[2001:db8::1]:2379']")},
			refused: []string{
				etcd("endpoints: ['https://a']"), etcd("endpoints: ['https://:2379']"), etcd("endpoints: ['https://a:2379/x']"),
				etcd("endpoints: ['https://me:mine@a:2379']"), etcd("endpoints: ['https://a,b:2379']"),
			},
			together: []string{etcd("endpoints: ['a:2379']"), etcd("endpoints: ['unix:///run/etcd:2379']")},
		},
		{
			path:     ".spec.storage.embedded",
			message:  "storageClassName cannot be changed once the volume exists: keep the old class, or delete this RoutingRuntime with its volume and create it again",
			before:   "spec: {storage: {embedded: {storageClassName: fast}}}",
			accepted: []string{"spec: {storage: {embedded: {storageClassName: fast, whenDeleted: Delete}}}"},
			refused: []string{
				"spec: {storage: {embedded: {storageClassName: slow}}}",
				"spec: {storage: {embedded: {storageClassName: null}}}",
				"spec: {storage: null}",
			},
		},
		{
			path:     ".spec.storage.embedded.size",
			message:  "the log alone needs room: set size to at least 256Mi",
			accepted: []string{"spec: {storage: {embedded: {size: 256Mi}}}", "spec: {storage: {embedded: {size: 500000000}}}", "spec: {storage: {embedded: {size: 1.5Ti}}}"},
			refused:  []string{"spec: {storage: {embedded: {size: 255Mi}}}", "spec: {storage: {embedded: {size: 10}}}", "spec: {storage: {embedded: {size: -1Gi}}}"},
		},
		{
			path:     "",
			message:  "a volume cannot shrink: keep the old spec.storage.embedded.size or write a larger one",
			before:   "spec: {storage: {embedded: {size: 20Gi}}}",
			accepted: []string{"spec: {storage: {embedded: {size: 20480Mi}}}", "spec: {storage: {embedded: {size: 30Gi}}}"},
			refused: []string{
				"spec: {storage: {embedded: {size: 19Gi}}}",
				"spec: {storage: {embedded: {size: null}}}",
			},
		},
		{
			path:     ".spec.service.annotations",
			message:  "annotations of pullmode.io are the operator's own: use another prefix",
			accepted: []string{"spec: {service: {annotations: {lb.example.com/subnet: a}}}"},
			refused:  []string{"spec: {service: {annotations: {pullmode.io/applied: x}}}"},
		},
		{
			path:     ".spec.ingress.annotations",
			message:  "annotations of pullmode.io are the operator's own: use another prefix",
			accepted: []string{"spec: {ingress: {host: a.example, annotations: {ingress.example.com/timeout: 1h}}}"},
			refused:  []string{"spec: {ingress: {host: a.example, annotations: {pullmode.io/applied: x}}}"},
		},
		{
			path:     ".spec.pod.annotations",
			message:  "annotations of pullmode.io are the operator's own: use another prefix",
			accepted: []string{"spec: {pod: {annotations: {team: care}}}"},
			refused:  []string{"spec: {pod: {annotations: {pullmode.io/applied: x}}}"},
		},
		{
			path:     ".spec.pod.labels",
			message:  "app.kubernetes.io/name, instance and managed-by find the pods and are the operator's own: use other labels",
			accepted: []string{"spec: {pod: {labels: {team: care, app.kubernetes.io/part-of: care}}}"},
			refused: []string{
				"spec: {pod: {labels: {app.kubernetes.io/name: x}}}", "spec: {pod: {labels: {app.kubernetes.io/instance: x}}}",
				"spec: {pod: {labels: {app.kubernetes.io/managed-by: x}}}",
			},
		},
		{
			path:    ".spec.authentication.issuers[]",
			message: "tokens are only as safe as the way their keys come: use an https:// URL, or set insecureAllowHTTP to true for a test",
			accepted: []string{
				"spec: {authentication: {issuers: [{url: 'https://a.example/x', audience: a}]}}",
				"spec: {authentication: {issuers: [{url: 'http://issuer.demo.svc:5556', audience: a, insecureAllowHTTP: true}]}}",
			},
			refused: []string{
				"spec: {authentication: {issuers: [{url: 'http://a.example', audience: a}]}}",
				"spec: {authentication: {issuers: [{url: 'http://a.example', audience: a, insecureAllowHTTP: false}]}}",
				"spec: {authentication: {issuers: [{url: 'file:///etc/keys', audience: a, insecureAllowHTTP: true}]}}",
			},
		},
		{
			path:     ".spec.authentication.issuers[].url",
			message:  "write an absolute URL, such as https://login.example.com/realms/agents",
			accepted: []string{"spec: {authentication: {issuers: [{url: 'https://login.example.com:8443/realms/agents', audience: a}]}}"},
			refused:  []string{"spec: {authentication: {issuers: [{url: 'https://login example com', audience: a}]}}"},
			together: []string{"spec: {authentication: {issuers: [{url: login.example.com, audience: a}]}}"},
		},
		{
			path:     ".spec.authentication.issuers[].caBundle",
			message:  "paste the certificates themselves, in PEM, beginning with -----BEGIN CERTIFICATE-----",
			accepted: []string{`spec: {authentication: {issuers: [{url: 'https://a.example', audience: a, caBundle: "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n"}]}}`},
			refused:  []string{"spec: {authentication: {issuers: [{url: 'https://a.example', audience: a, caBundle: /etc/ssl/ca.pem}]}}"},
		},
		{
			path:     ".spec.authentication.issuers[].usernamePrefix",
			message:  "the prefix is shown with names: use characters that can be seen, such as partner:",
			accepted: []string{issuer("usernamePrefix: 'partner:'"), issuer("usernamePrefix: Ärzte/")},
			refused:  []string{issuer(`usernamePrefix: "a\tb"`), issuer(`usernamePrefix: "a\n"`)},
		},
		{
			path:     ".spec.authentication.issuers[].groupsPrefix",
			message:  "the prefix is shown with names: use characters that can be seen, such as partner:",
			accepted: []string{issuer("groupsPrefix: 'partner:'")},
			refused:  []string{issuer(`groupsPrefix: "a\tb"`)},
		},
		{
			path:     ".spec.authentication.issuers[].scopes",
			message:  "to sign in is to ask for an ID token: have openid among the scopes",
			accepted: []string{issuer("scopes: [openid]"), issuer("scopes: [offline_access, openid, 'api://pullmode/agent']")},
			refused:  []string{issuer("scopes: [profile]")},
		},
		{
			path:    ".spec.allowedOrigins[]",
			message: "write an origin as browsers do, in lower case and without a path or a slash at its end: https://desk.example.com, or with a port, http://localhost:3000 for what runs on this machine, or * for every page there is",
			accepted: []string{
				"spec: {allowedOrigins: ['*']}", "spec: {allowedOrigins: ['https://desk.example.com', 'https://desk.example.com:8443', 'https://[2001:db8::1]']}",
				"spec: {allowedOrigins: ['http://localhost:3000', 'http://127.0.0.1', 'http://[::1]:8080', 'https://d']}",
			},
			refused: []string{
				"spec: {allowedOrigins: ['http://desk.example.com']}", "spec: {allowedOrigins: ['https://desk.example.com/']}",
				"spec: {allowedOrigins: ['https://Desk.example.com']}", "spec: {allowedOrigins: ['https://*.example.com']}",
				"spec: {allowedOrigins: [desk.example.com]}", "spec: {allowedOrigins: ['null']}", "spec: {allowedOrigins: ['']}",
				"spec: {allowedOrigins: ['https://me@desk.example.com']}", "spec: {allowedOrigins: ['https://desk.example.com:0']}",
				"spec: {allowedOrigins: ['http://localhost.example.com']}",
			},
		},
		{
			path:     ".spec.retention.closed",
			message:  "write a duration from 1m to 720h, in hours, minutes and seconds, such as 24h or 1h30m (there is no unit for days)",
			accepted: []string{"spec: {retention: {closed: 1m}}", "spec: {retention: {closed: 720h}}"},
			refused:  []string{"spec: {retention: {closed: 59s}}", "spec: {retention: {closed: 721h}}", "spec: {retention: {closed: 1d}}"},
		},
		{
			path:     ".spec.retention.feed",
			message:  "clients count on resuming after a short break: write a duration from 10m to 24h, such as 10m or 1h",
			accepted: []string{"spec: {retention: {feed: 10m}}", "spec: {retention: {feed: 24h}}"},
			refused:  []string{"spec: {retention: {feed: 599s}}", "spec: {retention: {feed: 24h1s}}", "spec: {retention: {feed: ten}}"},
		},
		{
			path:     ".spec.drainTimeout",
			message:  "write a duration from 1s to 10m, in minutes and seconds, such as 30s or 1m30s",
			accepted: []string{"spec: {drainTimeout: 1s}", "spec: {drainTimeout: 10m}"},
			refused:  []string{"spec: {drainTimeout: 999ms}", "spec: {drainTimeout: 601s}", "spec: {drainTimeout: -30s}", "spec: {drainTimeout: soon}"},
		},
		{
			path:     ".spec.disconnectGrace",
			message:  "write a duration from 1s to 1h, in minutes and seconds, such as 60s or 1m30s",
			accepted: []string{"spec: {disconnectGrace: 1s}", "spec: {disconnectGrace: 1h}"},
			refused:  []string{"spec: {disconnectGrace: 0s}", "spec: {disconnectGrace: 1h1s}", "spec: {disconnectGrace: soon}"},
		},
		{
			path:     ".spec.transferTimeout",
			message:  "write a duration from 1s to 1h, in minutes and seconds, such as 60s or 1m30s",
			accepted: []string{"spec: {transferTimeout: 1s}", "spec: {transferTimeout: 1h}"},
			refused:  []string{"spec: {transferTimeout: 0s}", "spec: {transferTimeout: 1h1s}", "spec: {transferTimeout: soon}"},
		},
		{
			path:    ".spec.eventSink",
			message: "whoever is on the way could read what is posted: use an https:// URL, or set insecureAllowHTTP to true for an http:// receiver next door",
			accepted: []string{
				"spec: {eventSink: {url: 'https://a.example/x?y=z', secretRef: {name: s}}}",
				"spec: {eventSink: {url: 'http://receiver.demo.svc:8080', secretRef: {name: s}, insecureAllowHTTP: true}}",
			},
			refused: []string{
				"spec: {eventSink: {url: 'http://a.example', secretRef: {name: s}}}",
				"spec: {eventSink: {url: 'http://a.example', secretRef: {name: s}, insecureAllowHTTP: false}}",
				"spec: {eventSink: {url: 'ftp://a.example', secretRef: {name: s}, insecureAllowHTTP: true}}",
			},
		},
		{
			path:     ".spec.eventSink.url",
			message:  "write an absolute URL, such as https://connector.example.com/messages",
			accepted: []string{"spec: {eventSink: {url: 'https://[2001:db8::1]:8443/x', secretRef: {name: s}}}"},
			refused: []string{
				"spec: {eventSink: {url: 'https://a example', secretRef: {name: s}}}",
				"spec: {eventSink: {url: 'https:///messages', secretRef: {name: s}}}",
				"spec: {eventSink: {url: a.example, secretRef: {name: s}}}",
			},
			together: []string{"spec: {eventSink: {url: /messages, secretRef: {name: s}}}"},
		},
	},
	limits: map[string]limit{
		"image is empty":            {`spec: {image: ""}`, "spec.image", "at least 1 chars long"},
		"replicas below 0":          {"spec: {replicas: -1}", "spec.replicas", "greater than or equal to 0"},
		"more than 32 replicas":     {"spec: {replicas: 33, storage: {etcd: {endpoints: ['https://etcd:2379']}}}", "spec.replicas", "less than or equal to 32"},
		"etcd nowhere":              {etcd("endpoints: []"), "spec.storage.etcd.endpoints", "at least 1 items"},
		"an etcd member twice":      {etcd("endpoints: ['https://a:1', 'https://a:1']"), "spec.storage.etcd.endpoints[1]", "Duplicate value"},
		"a prefix without an end":   {etcd("prefix: /care"), "spec.storage.etcd.prefix", "should match"},
		"every key of etcd":         {etcd("prefix: /"), "spec.storage.etcd.prefix", "should match"},
		"tls without a secret":      {"spec: {tls: {}}", "spec.tls.secretRef", "Required value"},
		"an impossible secret":      {"spec: {tls: {secretRef: {name: A}}}", "spec.tls.secretRef.name", "should match"},
		"ingress without a host":    {"spec: {ingress: {}}", "spec.ingress.host", "Required value"},
		"ingress for all hosts":     {"spec: {ingress: {host: '*.example.com'}}", "spec.ingress.host", "should match"},
		"host with a port":          {"spec: {ingress: {host: 'a.example:443'}}", "spec.ingress.host", "should match"},
		"an impossible label":       {"spec: {pod: {labels: {team: my team}}}", "spec.pod.labels.team", "should match"},
		"an impossible node label":  {"spec: {pod: {nodeSelector: {disk: " + letters(64) + "}}}", "spec.pod.nodeSelector.disk", "may not be more than 63"},
		"an annotation too long":    {"spec: {pod: {annotations: {a: " + letters(8193) + "}}}", "spec.pod.annotations.a", "may not be more than 8192"},
		"a pull secret twice":       {"spec: {pod: {imagePullSecrets: [{name: a}, {name: a}]}}", "spec.pod.imagePullSecrets[1]", "Duplicate value"},
		"a toleration misspelt":     {"spec: {pod: {tolerations: [{key: 1}]}}", "spec.pod.tolerations[0].key", "must be of type string"},
		"authentication is missing": {"spec: {authentication: null}", "spec.authentication", "Required value"},
		"no issuer":                 {"spec: {authentication: {issuers: []}}", "spec.authentication.issuers", "at least 1 items"},
		"issuer without audience":   {"spec: {authentication: {issuers: [{url: 'https://a.example'}]}}", "spec.authentication.issuers[0].audience", "Required value"},
		"the same issuer twice": {
			"spec: {authentication: {issuers: [{url: 'https://a.example', audience: a}, {url: 'https://a.example', audience: b}]}}",
			"spec.authentication.issuers[1]", "Duplicate value",
		},
		"a scope with a space":          {issuer("scopes: [openid, 'a b']"), "spec.authentication.issuers[0].scopes[1]", "should match"},
		"no scope":                      {issuer("scopes: []"), "spec.authentication.issuers[0].scopes", "at least 1 items"},
		"a scope twice":                 {issuer("scopes: [openid, openid]"), "spec.authentication.issuers[0].scopes[1]", "Duplicate value"},
		"a prefix too long":             {issuer("usernamePrefix: " + letters(65)), "spec.authentication.issuers[0].usernamePrefix", "may not be more than 64"},
		"a client without a name":       {issuer(`clientID: ""`), "spec.authentication.issuers[0].clientID", "at least 1 chars long"},
		"an origin twice":               {"spec: {allowedOrigins: ['*', '*']}", "spec.allowedOrigins[1]", "Duplicate value"},
		"half a rate limit":             {"spec: {rateLimits: {agent: {perSecond: 5}}}", "spec.rateLimits.agent.burst", "Required value"},
		"no calls at all":               {"spec: {rateLimits: {agent: {perSecond: 0, burst: 1}}}", "spec.rateLimits.agent.perSecond", "greater than or equal to 1"},
		"a burst of nothing":            {"spec: {rateLimits: {connector: {perSecond: 1, burst: 0}}}", "spec.rateLimits.connector.burst", "greater than or equal to 1"},
		"size is no quantity":           {"spec: {storage: {embedded: {size: big}}}", "spec.storage.embedded.size", "should match"},
		"unknown whenDeleted":           {"spec: {storage: {embedded: {whenDeleted: Keep}}}", "spec.storage.embedded.whenDeleted", `supported values: "Retain", "Delete"`},
		"eventSink without a url":       {"spec: {eventSink: {secretRef: {name: s}}}", "spec.eventSink.url", "Required value"},
		"eventSink without a secret":    {"spec: {eventSink: {url: 'https://a.example'}}", "spec.eventSink.secretRef", "Required value"},
		"eventSink with a url too long": {"spec: {eventSink: {url: 'https://a.example/" + letters(1024) + "', secretRef: {name: s}}}", "spec.eventSink.url", "may not be more than 1024"},
		"unknown sessionPolicy":         {"spec: {sessionPolicy: One}", "spec.sessionPolicy", `supported values: "Allow", "Replace"`},
		"unknown service type":          {"spec: {service: {type: ExternalName}}", "spec.service.type", `supported values: "ClusterIP", "NodePort", "LoadBalancer"`},
	},
}

// issuer returns a patch to an issuer with these fields.
func issuer(fields string) string {
	return "spec: {authentication: {issuers: [{url: 'https://a.example', audience: a, " + fields + "}]}}"
}

// etcd returns a patch to storage in an etcd with these fields.
func etcd(fields string) string {
	if !strings.Contains(fields, "endpoints:") {
		fields = "endpoints: ['https://etcd:2379'], " + fields
	}
	return "spec: {storage: {etcd: {" + fields + "}}}"
}
