package client

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// maxEvent bounds one event, in bytes; the runtime's largest are parts of
// snapshots, some 200 KiB.
const maxEvent = 16 << 20

var errEventTooLarge = fmt.Errorf("an event is larger than %d bytes", maxEvent)

// frame is one server-sent event as it was read.
type frame struct {
	event, id string
	data      []byte
}

// reader reads server-sent events as the HTML standard defines them (section
// 9.2.6), but for line ends of a single CR, which the runtime never sends.
//
// A library was weighed. What is here is the small part of one; the rest of it
// (when and with what to connect again) has to follow the runtime's own rules:
// a token for each connection, problems as typed errors, a drain's delay, ids that
// stand on the last event of several. r3labs/sse has not been kept up and reads
// no problem; tmaxmax/go-sse is good and would be wrapped for its parser alone.
type reader struct{ lines *bufio.Reader }

func newReader(r io.Reader) *reader { return &reader{bufio.NewReaderSize(r, 64<<10)} }

// next reads one event. An end in the middle of one is an error like any other
// end: half an event was not received.
func (r *reader) next() (frame, error) {
	var f frame
	var data bytes.Buffer
	dispatch := false
	for {
		line, err := r.line()
		if err != nil {
			return frame{}, err
		}
		if len(line) == 0 {
			if dispatch {
				f.data = bytes.TrimSuffix(data.Bytes(), []byte("\n"))
				return f, nil
			}
			f = frame{}
			continue
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(name) {
		case "event":
			f.event = string(value)
		case "data":
			dispatch = true
			if data.Len()+len(value) > maxEvent {
				return frame{}, errEventTooLarge
			}
			data.Write(value)
			data.WriteByte('\n')
		case "id":
			if bytes.IndexByte(value, 0) < 0 {
				f.id = string(value)
			}
		}
	}
}

func (r *reader) line() ([]byte, error) {
	var line []byte
	for {
		part, err := r.lines.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxEvent:
			return nil, errEventTooLarge
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil:
			return nil, err
		}
		return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r")), nil
	}
}
