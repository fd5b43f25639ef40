package client

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReader(t *testing.T) {
	long := strings.Repeat("x", 200<<10)
	tests := map[string]struct {
		stream string
		want   []frame
	}{
		"one event":               {"event: a\ndata: {}\nid: 1\n\n", []frame{{"a", "1", []byte("{}")}}},
		"no space behind colons":  {"event:a\ndata:{}\nid:1\n\n", []frame{{"a", "1", []byte("{}")}}},
		"CR LF":                   {"event: a\r\ndata: {}\r\n\r\n", []frame{{"a", "", []byte("{}")}}},
		"comments and retry":      {": hello\n\nretry: 1000\n\nevent: a\n: in between\ndata: {}\n\n", []frame{{"a", "", []byte("{}")}}},
		"data of several lines":   {"data: one\ndata: two\n\n", []frame{{"", "", []byte("one\ntwo")}}},
		"an event without data":   {"event: a\nid: 1\n\nevent: b\ndata: {}\n\n", []frame{{"b", "", []byte("{}")}}},
		"unknown fields":          {"colour: red\ndata: {}\n\n", []frame{{"", "", []byte("{}")}}},
		"half an event":           {"data: {}\n\ndata: {\"cut\": tr", []frame{{"", "", []byte("{}")}}},
		"an event without an end": {"data: {}\n\ndata: {}\n", []frame{{"", "", []byte("{}")}}},
		"an id with a zero":       {"id: 1\x002\ndata: {}\n\n", []frame{{"", "", []byte("{}")}}},
		"longer than the buffer":  {"data: " + long + "\n\n", []frame{{"", "", []byte(long)}}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			r := newReader(strings.NewReader(tc.stream))
			var got []frame
			for {
				f, err := r.next()
				if err != nil {
					if !errors.Is(err, io.EOF) {
						t.Error(err)
					}
					break
				}
				got = append(got, f)
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(frame{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReaderIsBounded(t *testing.T) {
	for name, stream := range map[string]io.Reader{
		"a line without end":   endless("x"),
		"an event without end": endless("data: " + strings.Repeat("x", 1000) + "\n"),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := newReader(stream).next(); !errors.Is(err, errEventTooLarge) {
				t.Error(err)
			}
		})
	}
}

// endless repeats itself for ever.
type endless string

func (e endless) Read(p []byte) (int, error) { return copy(p, e), nil }
