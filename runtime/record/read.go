package record

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode"
)

// read hands out the events of a record in its order, with the line (or, in an
// array, the element) that each is. What is none is named, and passed over: a
// record that a crash has cut off is still worth reading.
func read(from io.Reader, take func(line int, e Event), damaged func(line int, what string)) error {
	r := bufio.NewReaderSize(from, 1<<16)
	array, err := beginsArray(r)
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return fmt.Errorf("read the record: %w", err)
	case array:
		return readArray(r, take, damaged)
	}
	for line := 1; ; line++ {
		text, err := r.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read line %d of the record: %w", line, err)
		}
		last := err != nil
		if text = bytes.TrimSpace(text); len(text) > 0 {
			var e Event
			switch err := json.Unmarshal(text, &e); {
			case err == nil:
				take(line, e)
			case last:
				damaged(line, fmt.Sprintf("line %d, the last one, is cut off", line))
			default:
				damaged(line, fmt.Sprintf("line %d is no event: %v", line, err))
			}
		}
		if last {
			return nil
		}
	}
}

// beginsArray looks at the first letter, and leaves it there.
func beginsArray(r *bufio.Reader) (bool, error) {
	for {
		letter, _, err := r.ReadRune()
		if err != nil {
			return false, err
		}
		if !unicode.IsSpace(letter) && letter != '\ufeff' {
			return letter == '[', r.UnreadRune()
		}
	}
}

func readArray(r io.Reader, take func(int, Event), damaged func(int, string)) error {
	decoder := json.NewDecoder(r)
	_, err := decoder.Token()
	n := 0
	for err == nil && decoder.More() {
		var e Event
		if err = decoder.Decode(&e); err == nil {
			n++
			take(n, e)
		}
	}
	if err == nil {
		_, err = decoder.Token()
	}
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		damaged(n+1, fmt.Sprintf("the array is cut off behind its event %d", n))
	case err != nil:
		damaged(n+1, fmt.Sprintf("the array cannot be read behind its event %d: %v", n, err))
	}
	return nil
}
