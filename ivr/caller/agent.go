package caller

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

// agent is the SIP side: one user agent for one call.
type agent struct {
	ua     *sipgo.UserAgent
	dialog *sipgo.DialogUA
	byes   chan struct{} // the other side hung up
}

func newAgent(ip net.IP, transport string) (*agent, error) {
	a := &agent{byes: make(chan struct{}, 1)}
	quiet := slog.New(slog.DiscardHandler)
	var err error
	a.ua, err = sipgo.NewUA(sipgo.WithUserAgent("hotline-call"), sipgo.WithUserAgentHostname(host(ip)),
		sipgo.WithUserAgentTransportLayerOptions(sip.WithTransportLayerLogger(quiet)),
		sipgo.WithUserAgentTransactionLayerOptions(sip.WithTransactionLayerLogger(quiet),
			sip.WithTransactionLayerUnhandledResponseHandler(func(*sip.Response) {})))
	if err != nil {
		return nil, fmt.Errorf("start caller: %w", err)
	}
	server, err := sipgo.NewServer(a.ua, sipgo.WithServerLogger(quiet))
	if err != nil {
		return nil, fmt.Errorf("start caller: %w", err)
	}
	a.listenTo(server)
	// sipgo fills in the Contact from the connection that it opens for the INVITE
	// and on which it also reads what the other side asks.
	contact := sip.ContactHeader{Address: sip.Uri{Scheme: "sip", User: "caller"}}
	if transport == "tcp" {
		contact.Address.UriParams = sip.NewParams()
		contact.Address.UriParams.Add("transport", "tcp")
	}
	client, err := sipgo.NewClient(a.ua, sipgo.WithClientLogger(quiet), sipgo.WithClientConnectionAddr(net.JoinHostPort(ip.String(), "0")))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start caller: %w", err), a.close())
	}
	a.dialog = &sipgo.DialogUA{Client: client, ContactHDR: contact}
	return a, nil
}

// listenTo answers what the other side may ask during the call.
func (a *agent) listenTo(server *sipgo.Server) {
	answer := func(status int, reason string) sipgo.RequestHandler {
		return func(req *sip.Request, tx sip.ServerTransaction) {
			_ = tx.Respond(sip.NewResponseFromRequest(req, status, reason, nil)) // the other side asks again
		}
	}
	server.OnBye(func(req *sip.Request, tx sip.ServerTransaction) {
		answer(200, "OK")(req, tx)
		select {
		case a.byes <- struct{}{}:
		default:
		}
	})
	server.OnOptions(answer(200, "OK"))
	server.OnInvite(answer(488, "Not Acceptable Here"))
	server.OnAck(func(*sip.Request, sip.ServerTransaction) {})
}

func (a *agent) close() error { return a.ua.Close() }

func host(ip net.IP) string {
	if s := ip.String(); strings.Contains(s, ":") {
		return "[" + s + "]"
	} else {
		return s
	}
}
