package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
)

// EmailSetup is the server that takes our mail.
type EmailSetup struct {
	Server   string // host:port
	TLS      bool   // from the first byte (RFC 8314); else STARTTLS (RFC 3207), without which nothing is sent
	From     string
	User     string // empty: no authentication
	Password string
	Origin   string         // of our console, for a link to the ticket; empty: none
	Trust    *x509.CertPool // certificates to trust; nil: the system's
}

// Email sends mail by SMTP. The Message-ID is our ref, so that a mail that is
// sent again is known as the same.
type Email struct {
	setup  EmailSetup
	host   string
	client []mail.Option
}

// NewEmail makes the channel.
func NewEmail(setup EmailSetup) (*Email, error) {
	host, portText, err := net.SplitHostPort(setup.Server)
	if err != nil {
		return nil, fmt.Errorf("read the mail server's address: %w", err)
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		return nil, fmt.Errorf("read the mail server's port: %w", err)
	}
	e := &Email{setup: setup, host: host, client: []mail.Option{mail.WithPort(port), mail.WithTLSPolicy(mail.TLSMandatory)}}
	if setup.TLS {
		e.client = append(e.client, mail.WithSSL())
	}
	if setup.Trust != nil {
		e.client = append(e.client, mail.WithTLSConfig(&tls.Config{RootCAs: setup.Trust, ServerName: host, MinVersion: tls.VersionTLS12}))
	}
	if setup.User != "" {
		e.client = append(e.client, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(setup.User), mail.WithPassword(setup.Password))
	}
	if _, err := mail.NewClient(host, e.client...); err != nil {
		return nil, fmt.Errorf("set the mail server up: %w", err)
	}
	return e, nil
}

// Name is "email".
func (*Email) Name() string { return ChannelEmail }

// Send hands a mail over. What fails before the last line of the mail was sent
// has not gone out; after that only the server's answer tells.
func (e *Email) Send(ctx context.Context, m Message) (string, error) {
	if m.Address == "" {
		return "", fmt.Errorf("%w: no address is known", ErrRejected)
	}
	msg := mail.NewMsg()
	id := m.Ref + "@" + e.domain()
	msg.SetMessageIDWithValue(id)
	msg.SetDate()
	msg.Subject(subject(m.Text))
	body := m.Text + "\n"
	if e.setup.Origin != "" && m.Ticket != "" {
		body += "\n" + ticketLink(e.setup.Origin, m) + "\n"
	}
	msg.SetBodyString(mail.TypeTextPlain, body)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office answers
	if err := errors.Join(msg.From(e.setup.From), msg.To(m.Address)); err != nil {
		return "", fmt.Errorf("%w: an address is no e-mail address", ErrRejected)
	}
	options := e.client
	if until, ok := ctx.Deadline(); ok {
		options = append(options[:len(options):len(options)], mail.WithTimeout(max(time.Until(until), time.Millisecond)))
	}
	client, err := mail.NewClient(e.host, options...)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNotSent, err)
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return "", fmt.Errorf("%w: reach the mail server: %w", ErrNotSent, err)
	}
	defer func() { _ = client.CloseWithSMTPClient(conn) }() // the mail is out, or it is not
	err = client.SendWithSMTPClient(conn, msg)
	if msg.IsDelivered() { // whatever came after it
		return id, nil
	}
	return "", mailFault(err)
}

// Check connects, encrypts and signs in as Send does, and sends nothing.
func (e *Email) Check(ctx context.Context) error {
	client, err := mail.NewClient(e.host, e.client...)
	if err != nil {
		return fmt.Errorf("set the mail server up: %w", err)
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return fmt.Errorf("reach the mail server: %w", err)
	}
	_ = client.CloseWithSMTPClient(conn) // it was reached: that was all
	return nil
}

// mailFault sorts what went wrong. Its text names no address.
func mailFault(err error) error {
	var fault *mail.SendError
	if !errors.As(err, &fault) {
		return fmt.Errorf("%w: the mail server broke off before the mail", ErrNotSent)
	}
	code := fault.ErrorCode()
	switch {
	case code >= 500:
		return fmt.Errorf("%w: the mail server answered %d", ErrRejected, code)
	case code >= 400:
		return fmt.Errorf("%w: the mail server answered %d", ErrNotSent, code)
	case fault.Reason == mail.ErrSMTPDataClose:
		return errors.New("the mail server did not say whether it has the mail")
	case fault.Reason == mail.ErrGetSender, fault.Reason == mail.ErrGetRcpts, fault.Reason == mail.ErrNoUnencoded:
		return fmt.Errorf("%w: the mail cannot be written", ErrRejected)
	}
	return fmt.Errorf("%w: the mail server broke off (%v)", ErrNotSent, fault.Reason)
}

func (e *Email) domain() string {
	if _, domain, ok := strings.Cut(e.setup.From, "@"); ok {
		return strings.TrimRight(domain, "> ")
	}
	return "hotline"
}

// subject is the first sentence of a text, without the line's sign before it.
func subject(text string) string {
	if _, rest, ok := strings.Cut(text, "】"); ok {
		text = rest
	}
	if first, _, ok := strings.Cut(text, "。"); ok {
		text = first
	}
	return short(strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, text), 60)
}
