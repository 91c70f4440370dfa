package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger/rail/bankhttp"
	"example.org/hotline/relief/discovery"
	"example.org/hotline/relief/source/connect"
	"example.org/hotline/ticket"
)

// AlertPath is where other departments' systems tell of people. It lies beside the API:
// nobody's session opens it, and its keys open nothing else.
const AlertPath = "/gateway/alerts"

// AlertSender is a system of another department with what it signs by, as data sources and we
// do (relief/source/connect).
type AlertSender struct {
	discovery.Sender
	Signer bankhttp.Signer
}

// alertBody is one alert as it is sent.
type alertBody struct {
	Ref      string `json:"ref"`
	Kind     string `json:"kind"`
	Area     string `json:"area"`
	Name     string `json:"name"`
	Identity string `json:"id_number"`
	Phone    string `json:"phone"`
	Happened string `json:"happened_on"`
	Fen      int64  `json:"fen"`
	Note     string `json:"note"`
}

// mountAlerts takes alerts. A sender that was not answered sends again under the same reference.
func (s *Server) mountAlerts() {
	s.app.Post(AlertPath, s.takeAlert)
}

func (s *Server) takeAlert(c *fiber.Ctx) error {
	sender, known := s.deps.Alerts[c.Get(connect.HeaderKey)]
	asked, err := adaptor.ConvertRequest(c, true)
	if err != nil {
		return statusProblem(http.StatusBadRequest)
	}
	//nolint:forbidigo // a signature's time is the real one
	if !known || !connect.VerifyRequest(asked, c.Body(), sender.Signer, time.Now()) {
		return newProblem(http.StatusUnauthorized, "alert_signature", "The signature does not fit the request, or its time is not ours; nothing was done.")
	}
	var b alertBody
	read := json.NewDecoder(bytes.NewReader(c.Body()))
	read.DisallowUnknownFields()
	if err := read.Decode(&b); err != nil || read.More() || holdsNul(c.Body()) {
		return act.Invalid("", "alert_body", "Send one JSON object with ref, kind and what is known of area, name, id_number, phone, happened_on, fen and note.")
	}
	var arrived ticket.AlertArrived
	var id string
	err = s.deps.Run(c.UserContext(), act.SystemAlerts, func(tx Tx) (err error) {
		rules := s.deps.Rules.Discovery.On(ticket.DateOf(tx.Now())).Alerts
		arrived, id, err = discovery.Take(c.UserContext(), tx, sender.Sender, discovery.AlertInput(b), rules, s.deps.Rules.Report)
		return err
	})
	if err != nil {
		return err
	}
	return c.JSON(map[string]string{"id": id, "state": string(arrived)})
}
