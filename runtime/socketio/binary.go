package socketio

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// partial is a binary packet whose attachments are on their way.
type partial struct {
	packet      packet
	attachments [][]byte
	bytes       int64
	placed      [maxAttachments]bool
}

func (p *partial) complete() bool { return len(p.attachments) == p.packet.attachments }

// whole puts the attachments where their placeholders are, in the way that
// encoding/json has for bytes: a string in base64.
func (p *partial) whole() (packet, error) {
	decoder := json.NewDecoder(bytes.NewReader(p.packet.payload))
	decoder.UseNumber() // so that no number loses digits
	var payload any
	if err := decoder.Decode(&payload); err != nil || decoder.More() {
		return packet{}, fmt.Errorf("%w: a payload that is no JSON", ErrProtocol)
	}
	filled, err := p.fill(payload)
	if err != nil {
		return packet{}, err
	}
	whole := p.packet
	whole.payload, err = json.Marshal(filled)
	return whole, err
}

func (p *partial) fill(value any) (any, error) {
	var err error
	switch value := value.(type) {
	case []any:
		for i := range value {
			if value[i], err = p.fill(value[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		if value["_placeholder"] == true {
			return p.attachment(value["num"])
		}
		for key := range value {
			if value[key], err = p.fill(value[key]); err != nil {
				return nil, err
			}
		}
	}
	return value, nil
}

// attachment is what stands in the place of a placeholder. Each has one place, as
// clients send it even where they send the same bytes twice: a packet may weigh what
// was sent, and not that times its placeholders.
func (p *partial) attachment(num any) (any, error) {
	number, _ := num.(json.Number)
	n, err := number.Int64()
	if err != nil || n < 0 || n >= int64(len(p.attachments)) {
		return nil, fmt.Errorf("%w: a placeholder of no attachment", ErrProtocol)
	}
	if p.placed[n] {
		return nil, fmt.Errorf("%w: an attachment in two places", ErrProtocol)
	}
	p.placed[n] = true
	return p.attachments[n], nil
}
