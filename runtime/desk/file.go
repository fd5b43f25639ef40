package desk

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// types are the files that a desk is made of, by their extensions. The machine's own
// table of types is not asked: it differs, and a module of the wrong type is none.
var types = map[string]string{
	".html":        "text/html; charset=utf-8",
	".js":          "text/javascript; charset=utf-8",
	".css":         "text/css; charset=utf-8",
	".svg":         "image/svg+xml",
	".png":         "image/png",
	".ico":         "image/x-icon",
	".webmanifest": "application/manifest+json",
}

// file is one file, ready to be sent.
type file struct {
	kind string
	// plain is as it is, packed is gzip of it; nil where that is hardly smaller.
	plain, packed []byte
	// etag is of what it holds. A file is asked for again with every visit, and sent
	// when it has changed: after an upgrade nobody works with halves of two versions.
	etag string
}

// load reads all files. They are packed once, here: some 200 KB take some 10 ms, and
// no request costs more than a copy.
func load(site fs.FS) map[string]*file {
	files := map[string]*file{}
	err := fs.WalkDir(site, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(site, name)
		if err != nil {
			return err
		}
		if kind, ok := types[path.Ext(name)]; ok {
			sum := sha256.Sum256(data)
			files[name] = &file{kind: kind, plain: data, packed: pack(data), etag: hex.EncodeToString(sum[:12])}
		}
		return nil
	})
	if err != nil {
		panic("read the desk's files: " + err.Error()) // they are in the program
	}
	return files
}

// pack is nil where it would not save a tenth.
func pack(data []byte) []byte {
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression) // fails for levels that there are not
	_, _ = w.Write(data)
	_ = w.Close()
	if packed.Len() > len(data)-len(data)/10 {
		return nil
	}
	return packed.Bytes()
}

// serve sends the file, or says that the browser has it.
func (f *file) serve(w http.ResponseWriter, r *http.Request, status int) {
	header, body, etag := w.Header(), f.plain, `"`+f.etag+`"`
	header.Add("Vary", "Accept-Encoding")
	if f.packed != nil && takesGzip(r) {
		body, etag = f.packed, `"`+f.etag+`-gz"`
		header.Set("Content-Encoding", "gzip")
	}
	header.Set("Content-Type", f.kind)
	header.Set("Cache-Control", "no-cache")
	header.Set("ETag", etag)
	if status == http.StatusOK && has(r, etag) {
		header.Del("Content-Type")
		header.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // the browser went away
	}
}

// has says whether the browser has what it asks for.
func has(r *http.Request, etag string) bool {
	for tag := range strings.SplitSeq(r.Header.Get("If-None-Match"), ",") {
		if tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/"); tag == etag || tag == "*" {
			return true
		}
	}
	return false
}

// takesGzip says whether the browser names gzip, and not only to refuse it.
func takesGzip(r *http.Request) bool {
	for coding := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, quality, _ := strings.Cut(strings.TrimSpace(coding), ";")
		if strings.TrimSpace(name) != "gzip" {
			continue
		}
		_, value, weighed := strings.Cut(quality, "=")
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		return !weighed || (err == nil && q > 0)
	}
	return false
}
