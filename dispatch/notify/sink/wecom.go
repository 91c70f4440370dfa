package sink

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// mountWeCom adds the calls of WeCom that the line makes.
func (s *Sink) mountWeCom() {
	s.mux.HandleFunc("GET /cgi-bin/gettoken", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("corpsecret") != string(s.secret) {
			answer(w, map[string]any{"errcode": 40001, "errmsg": "invalid credential"})
			return
		}
		answer(w, map[string]any{"errcode": 0, "access_token": s.weComToken(), "expires_in": 7200})
	})
	s.mux.HandleFunc("POST /cgi-bin/message/send", s.takeWeCom)
	s.mux.HandleFunc("POST /cgi-bin/webhook/send", s.takeWeCom)
}

func (s *Sink) weComToken() string {
	sum := sha256.Sum256(append([]byte("token|"), s.secret...))
	return hex.EncodeToString(sum[:])
}

var tags = regexp.MustCompile(`<[^>]*>`)

// takeWeCom drops the same message again, as WeCom does.
func (s *Sink) takeWeCom(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	var m struct {
		ToUser  string
		AgentID int
		Text    struct{ Content string }
	}
	robot := strings.HasSuffix(r.URL.Path, "/webhook/send")
	switch {
	case err != nil || json.Unmarshal(body, &m) != nil || m.Text.Content == "":
		answer(w, map[string]any{"errcode": 40008, "errmsg": "invalid message type"})
		return
	case !robot && r.URL.Query().Get("access_token") != s.weComToken(), robot && r.URL.Query().Get("key") != string(s.secret):
		answer(w, map[string]any{"errcode": 40014, "errmsg": "invalid access_token"})
		return
	}
	sum := sha256.Sum256(body)
	kept := Message{ID: "wecom-" + hex.EncodeToString(sum[:12]), Channel: "wecom", Account: strconv.Itoa(m.AgentID), To: m.ToUser,
		Text: html.UnescapeString(tags.ReplaceAllString(m.Text.Content, ""))}
	if robot {
		kept.Channel, kept.To = "wecom_group", "群"
	}
	if s.write(kept) != nil {
		answer(w, map[string]any{"errcode": -1, "errmsg": "system busy"})
		return
	}
	answer(w, map[string]any{"errcode": 0, "errmsg": "ok", "msgid": kept.ID})
}
