// Package desk serves the agents' web inbox: the files of its folder site, which
// are part of the program. What they do they do in the browser, by the public API
// alone.
package desk

import (
	"embed"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// Path is what everything of the desk is below.
const Path = "/desk/"

//go:embed site
var embedded embed.FS

// site are the files that are served, by their paths below Path.
func site() fs.FS {
	files, err := fs.Sub(embedded, "site")
	if err != nil {
		panic("the desk's folder: " + err.Error()) // its name is a constant
	}
	return files
}

// Options are what a desk needs to know of the runtime that it is a desk of.
type Options struct {
	// Connect gives the origins, besides the runtime's own, that the desk may call:
	// those of the token endpoints of the issuers that agents sign in with. It is
	// asked for every page, must not wait, and may be called at any time. Default:
	// there are none.
	Connect func() []string
}

// Handler serves the desk at Path.
//
// A path that is that of no file is a place in the desk, such as
// /desk/requests/ID: it is answered with the desk itself, which reads the address.
// One in a folder of the desk's is a mistake and answered with 404 and a page.
func Handler(o Options) http.Handler {
	if o.Connect == nil {
		o.Connect = func() []string { return nil }
	}
	h := &handler{options: o, files: load(site()), folders: map[string]bool{}}
	for name := range h.files {
		if folder, _, inside := strings.Cut(name, "/"); inside {
			h.folders[folder] = true
		}
	}
	return h
}

type handler struct {
	options Options
	files   map[string]*file
	folders map[string]bool
}

const (
	index    = "index.html"
	notFound = "404.html"
)

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "the desk is read, with GET", http.StatusMethodNotAllowed)
		return
	}
	name, inside := strings.CutPrefix(r.URL.Path, Path)
	switch f := h.files[name]; {
	case name == index:
		secure(w.Header(), r, h.options.Connect())
		http.Redirect(w, r, Path, http.StatusMovedPermanently)
	case f != nil && name != notFound:
		h.serve(w, r, f, http.StatusOK)
	case inside && h.place(name):
		h.serve(w, r, h.files[index], http.StatusOK)
	default:
		h.serve(w, r, h.files[notFound], http.StatusNotFound)
	}
}

// place says whether a path can be a place in the desk. What agents name, such as
// lists, may look like a file; only at the top there are but words of the desk's own.
func (h *handler) place(name string) bool {
	first, _, below := strings.Cut(name, "/")
	return !h.folders[first] && (below || types[path.Ext(name)] == "")
}

func (h *handler) serve(w http.ResponseWriter, r *http.Request, f *file, status int) {
	secure(w.Header(), r, h.options.Connect())
	f.serve(w, r, status)
}
