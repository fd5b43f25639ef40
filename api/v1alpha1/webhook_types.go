package v1alpha1

// Webhook is a place outside to which the runtime posts, signed as Standard
// Webhooks says: with HMAC-SHA256, in the header `webhook-signature`. Addresses
// that point back at the node or the API server are refused.
//
// +kubebuilder:validation:XValidation:rule="!isURL(self.url) || self.url.startsWith('https://') || (self.url.startsWith('http://') && has(self.insecureAllowHTTP) && self.insecureAllowHTTP)",message="whoever is on the way could read what is posted: use an https:// URL, or set insecureAllowHTTP to true for an http:// receiver next door"
type Webhook struct {
	// url that is posted to: absolute, https, at most 1024 characters.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:XValidation:rule="isURL(self) && url(self).getHostname() != ''",message="write an absolute URL, such as https://connector.example.com/messages"
	// +required
	URL string `json:"url"`

	// secretRef names the Secret with what the posts are signed with.
	// +required
	SecretRef SigningSecretReference `json:"secretRef"`

	// insecureAllowHTTP allows a url without TLS: for a receiver in the same
	// cluster, or a test.
	// +optional
	InsecureAllowHTTP bool `json:"insecureAllowHTTP,omitempty"`
}

// SigningSecretReference names one key of a Secret of the same namespace, of
// which the runtime is given the value. It may hold up to 4 signing secrets of
// at least 16 characters, one a line: each of them signs, so that one is
// changed without a gap. A changed Secret takes effect by itself; one that is
// deleted leaves the last ones in use.
type SigningSecretReference struct {
	// name of the Secret.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`
	// +required
	Name string `json:"name"`

	// key under which the Secret holds the value. The default is signing-key.
	// +kubebuilder:default=signing-key
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[-._a-zA-Z0-9]+$`
	// +optional
	Key string `json:"key,omitempty"`
}
