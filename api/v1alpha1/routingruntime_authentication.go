package v1alpha1

// Authentication says whose tokens agents may show.
type Authentication struct {
	// issuers are the OpenID Connect providers whose tokens are trusted: 1 to 8.
	// +listType=map
	// +listMapKey=url
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=8
	// +required
	Issuers []Issuer `json:"issuers"`
}

// Issuer is an OpenID Connect provider.
//
// +kubebuilder:validation:XValidation:rule="self.url.startsWith('https://') || (self.url.startsWith('http://') && has(self.insecureAllowHTTP) && self.insecureAllowHTTP)",message="tokens are only as safe as the way their keys come: use an https:// URL, or set insecureAllowHTTP to true for a test"
type Issuer struct {
	// url of the issuer, exactly as its tokens carry it in `iss`. Its discovery
	// document is read from url/.well-known/openid-configuration.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="isURL(self)",message="write an absolute URL, such as https://login.example.com/realms/agents"
	// +required
	URL string `json:"url"`

	// audience that a token must carry in `aud`: the client id under which the
	// issuer knows this service.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	// +required
	Audience string `json:"audience"`

	// usernameClaim is the claim that names the agent. It should never change for
	// a person. The default is sub.
	// +kubebuilder:default=sub
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	// +optional
	UsernameClaim string `json:"usernameClaim,omitempty"`

	// groupsClaim is the claim that holds the agent's groups, a list of strings.
	// The default is groups.
	// +kubebuilder:default=groups
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	// +optional
	GroupsClaim string `json:"groupsClaim,omitempty"`

	// caBundle holds the certificates, in PEM, by which the issuer's own one is
	// checked. Without it, the well-known public authorities are used. At most 64
	// KiB.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=65536
	// +kubebuilder:validation:XValidation:rule="self.contains('-----BEGIN CERTIFICATE-----')",message="paste the certificates themselves, in PEM, beginning with -----BEGIN CERTIFICATE-----"
	// +optional
	CABundle string `json:"caBundle,omitempty"`

	// insecureAllowHTTP allows a url without TLS. Who can change the traffic can
	// then make tokens: for tests only.
	// +optional
	InsecureAllowHTTP bool `json:"insecureAllowHTTP,omitempty"`

	// usernamePrefix comes before the name of every agent of this issuer: with
	// partner: its alice is partner:alice, also in AgentSubscriptions. Without
	// prefixes, a name is one agent, whichever issuer vouches for it.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule="!self.matches('[[:cntrl:]]')",message="the prefix is shown with names: use characters that can be seen, such as partner:"
	// +optional
	UsernamePrefix string `json:"usernamePrefix,omitempty"`

	// groupsPrefix comes before each group that this issuer says, as
	// usernamePrefix before names.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule="!self.matches('[[:cntrl:]]')",message="the prefix is shown with names: use characters that can be seen, such as partner:"
	// +optional
	GroupsPrefix string `json:"groupsPrefix,omitempty"`

	// clientID is the public client, with PKCE and no secret, as which the web
	// inbox signs agents in. The issuer has to allow it the address
	// https://HOST/desk/ to come back to. When it is the audience, the ID token is
	// shown to the runtime, otherwise the access token. The default is the
	// audience.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	// +optional
	ClientID string `json:"clientID,omitempty"`

	// scopes are what the web inbox asks the issuer for: 1 to 16, openid among
	// them. Some issuers renew a sign-in by itself only with offline_access. The
	// default is ["openid","profile"].
	// +listType=set
	// +kubebuilder:default={openid,profile}
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:XValidation:rule="self.exists(s, s == 'openid')",message="to sign in is to ask for an ID token: have openid among the scopes"
	// +optional
	Scopes []Scope `json:"scopes,omitempty"`
}

// Scope is one word that an issuer is asked for.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=128
// +kubebuilder:validation:Pattern=`^[!#-\[\]-~]+$`
type Scope string
