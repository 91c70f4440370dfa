package notify

import (
	"regexp"
	"strings"
)

// ReplyCommand is what a short message asks for.
type ReplyCommand string

// The commands, as the text of an offer names them.
const (
	ReplyAccept  ReplyCommand = "1" // theirs
	ReplyDecline ReplyCommand = "2" // cannot come
)

// A tail that follows the command without a gap has four digits: a whole
// ticket number, which begins with a 2 as well, must not be taken for "cannot come".
var replyForm = regexp.MustCompile(`^([12])(?:[\s,.;:#+*_-]+([0-9]{4,13})|([0-9]{4}))?[\s,.;:#+*_-]*$`)

// fullWidth are what Chinese keyboards write for digits and separators.
var fullWidth = strings.NewReplacer("０", "0", "１", "1", "２", "2", "３", "3", "４", "4", "５", "5", "６", "6", "７", "7", "８", "8", "９", "9",
	"，", ",", "。", ".", "；", ";", "：", ":", "＃", "#", "＋", "+", "－", "-", "　", " ", "“", "", "”", "", "\"", "")

// ParseReply reads "1", "1 0424", "10424", "2 0424" and the like: what is asked,
// and the last digits of the ticket's number, at least four. ok is false for any other text.
func ParseReply(text string) (command ReplyCommand, tail string, ok bool) {
	m := replyForm.FindStringSubmatch(strings.TrimSpace(fullWidth.Replace(text)))
	if m == nil {
		return "", "", false
	}
	return ReplyCommand(m[1]), m[2] + m[3], true
}
