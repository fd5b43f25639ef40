package engine

import "net/http"

// admits answers what a browser asks before it sends a request of another origin,
// and refuses origins that are not welcome. It says whether the request goes on.
func (s *Server) admits(w http.ResponseWriter, r *http.Request) bool {
	origin, header := r.Header.Get("Origin"), w.Header()
	header.Add("Vary", "Origin")
	if !s.options.CheckOrigin(r) {
		forbidden.answer(w)
		return false
	}
	if origin != "" {
		header.Set("Access-Control-Allow-Origin", origin)
		header.Set("Access-Control-Allow-Credentials", "true")
	}
	if r.Method != http.MethodOptions {
		return true
	}
	header.Set("Access-Control-Allow-Methods", "GET, POST")
	if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
		header.Set("Access-Control-Allow-Headers", asked)
	}
	header.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return false
}
