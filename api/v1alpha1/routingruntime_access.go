package v1alpha1

// Origin is where a page came from, as browsers write it, or * for everywhere.
//
// +kubebuilder:validation:MaxLength=256
// +kubebuilder:validation:XValidation:rule="self == '*' || self.matches('^(https://([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\\\\[[0-9a-f:.]+\\\\])|http://(localhost|127[.]0[.]0[.]1|\\\\[::1\\\\]))(:[1-9][0-9]{0,4})?$')",message="write an origin as browsers do, in lower case and without a path or a slash at its end: https://desk.example.com, or with a port, http://localhost:3000 for what runs on this machine, or * for every page there is"
type Origin string

// RateLimits bound what one caller may ask of each replica. A call over its limit is
// answered with 429 and Retry-After, and does nothing.
type RateLimits struct {
	// agent is for each agent, on all their devices together. The default is 50 a
	// second and 100 at once.
	// +kubebuilder:default={perSecond: 50, burst: 100}
	// +optional
	Agent *RateLimit `json:"agent,omitempty"`

	// connector is for the connector of each Channel. The default is 1000 a second
	// and 2000 at once.
	// +kubebuilder:default={perSecond: 1000, burst: 2000}
	// +optional
	Connector *RateLimit `json:"connector,omitempty"`
}

// RateLimit is how much may be asked for.
type RateLimit struct {
	// perSecond is how many calls a second there may be on and on: 1 to 100000.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100000
	// +required
	PerSecond int32 `json:"perSecond"`

	// burst is how many there may be at once after a pause: 1 to 100000.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100000
	// +required
	Burst int32 `json:"burst"`
}
