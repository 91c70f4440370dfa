package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"example.org/hotline/api"
	"example.org/hotline/configs"
	"example.org/hotline/dispatch/notify"
	"example.org/hotline/dispatch/notify/sink"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// smsSink is every provider of the demo city, of short messages, WeCom, mail and
// web push: it keeps and shows what real ones would deliver.
type smsSink struct {
	origin, secret  string
	mail, ca        string // address of the mail server, file of its certificate
	public, private string // VAPID keys
	sink            *sink.Sink
	server          *http.Server
	post            *sink.Mail
	done, posted    chan error
}

func startSink(ctx context.Context, dir string) (*smsSink, error) {
	secret, err := keepText(filepath.Join(dir, "sms-secret"), randomText)
	if err != nil {
		return nil, err
	}
	kept, err := sink.Open(filepath.Join(dir, "sms.jsonl"), secret)
	if err != nil {
		return nil, err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("listen for the demo city's messages: %w", err), kept.Close())
	}
	s := &smsSink{origin: "http://" + l.Addr().String(), secret: secret, sink: kept, ca: filepath.Join(dir, "mail-ca.pem"),
		server: &http.Server{Handler: kept, ReadHeaderTimeout: 5 * time.Second}, done: make(chan error, 1), posted: make(chan error, 1)}
	if err := s.openMail(ctx); err != nil {
		return nil, errors.Join(err, l.Close(), kept.Close())
	}
	if s.public, s.private, err = keepVAPID(dir); err != nil {
		return nil, errors.Join(err, l.Close(), kept.Close())
	}
	go func() { s.done <- s.server.Serve(l) }()
	return s, nil
}

// openMail starts the mail server and leaves its certificate for the node to trust.
func (s *smsSink) openMail(ctx context.Context) (err error) {
	if s.post, err = sink.NewMail(s.sink); err != nil {
		return err
	}
	if err := os.WriteFile(s.ca, s.post.CA, 0o600); err != nil {
		return fmt.Errorf("write the mail server's certificate: %w", err)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen for the demo city's mail: %w", err)
	}
	s.mail = l.Addr().String()
	go func() { s.posted <- s.post.Serve(l) }()
	return nil
}

// keepVAPID keeps a key pair over restarts, as browsers subscribe to one.
func keepVAPID(dir string) (public, private string, err error) {
	freshPublic, freshPrivate, err := notify.NewVAPID()
	if err != nil {
		return "", "", err
	}
	pair, err := keepText(filepath.Join(dir, "vapid"), func() string { return freshPublic + " " + freshPrivate })
	public, private, _ = strings.Cut(pair, " ")
	return public, private, err
}

// settings are the channels of the demo city as its configuration has them.
func (s *smsSink) settings() string {
	return fmt.Sprintf(`sms: {url: %q, account: demo, secret: %q, inbound_secret: %q}
wecom: {url: %q, corp: demo, agent: 1000002, secret: %q, robots: [{area: 990100000000, url: %q}]}
email: {server: %q, security: starttls, from: hotline@demo.invalid, ca_file: %q}
webpush: {contact: hotline@demo.invalid, public_key: %q, private_key: %q, hosts: [%q, fcm.googleapis.com, "*.push.services.mozilla.com", "*.notify.windows.com", "*.push.apple.com"]}`,
		s.origin+"/messages", s.secret, s.secret, s.origin, s.secret, s.origin+"/cgi-bin/webhook/send?key="+s.secret, s.mail, s.ca, s.public, s.private, s.origin)
}

// giveContacts lets some of the demo city's people be reached by WeCom, mail and
// web push as well, so that each can be seen.
func (s *smsSink) giveContacts(ctx context.Context, db *store.DB, city configs.City) error {
	for i, p := range city.Staff {
		contacts := []ticket.NewContact{{Channel: notify.ChannelWeCom, Address: p.Login}}
		if i%2 == 0 {
			contacts = append(contacts, ticket.NewContact{Channel: notify.ChannelEmail, Address: p.Login + "@demo.invalid"},
				ticket.NewContact{Channel: notify.ChannelWebPush, Label: "demo", Address: s.sink.PushSubscription(s.origin, p.Login), Unique: "demo sink"})
		}
		for _, c := range contacts {
			if err := db.ImportContact(ctx, p.Login, c); err != nil {
				return fmt.Errorf("give %s a contact: %w", p.Login, err)
			}
		}
	}
	return nil
}

// list is what the console shows of the messages.
func (s *smsSink) list(context.Context) ([]api.SMS, error) {
	var list []api.SMS
	for _, m := range s.sink.Messages() {
		list = append(list, api.SMS{At: m.At, Channel: cmp.Or(m.Channel, notify.ChannelSMS), To: m.To, Text: m.Text})
	}
	return list, nil
}

func (s *smsSink) close() error {
	err := errors.Join(s.server.Close(), s.post.Close(), <-s.posted)
	if served := <-s.done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return errors.Join(err, s.sink.Close())
}
