package notice

// MaxMessage is what the schema takes of a condition's message.
const MaxMessage = 32768

// Shorten cuts a message to at most so many bytes, and shows that it did.
func Shorten(message string, most int) string {
	if len(message) <= most {
		return message
	}
	const end = " [...]"
	cut := most - len(end)
	for cut > 0 && message[cut]&0xC0 == 0x80 { // not within a letter
		cut--
	}
	return message[:cut] + end
}
