package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"

	"example.org/hotline/api"
	"example.org/hotline/configs"
	"example.org/hotline/dispatch/notify"
	"example.org/hotline/internal/act"
	"example.org/hotline/store"
)

// telling is how people are told on this line: the policy, and what the API
// needs to know of the channels.
type telling struct {
	policy   *notify.Policy
	gateway  *notify.GatewaySpec
	push     *notify.WebPush // nil: no web push
	personal []string        // channels for which people may enter an address of their own
}

// buildNotifier joins the notices with the channels that are configured. A node
// without the role dispatch only rings.
func (n *node) buildNotifier() (err error) {
	if n.telling.policy, n.telling.gateway, err = n.policies.Telling(n.cfg.Policy, n.cfg.SMS.Gateway); err != nil {
		return err
	}
	written, err := n.textChannels()
	if err != nil {
		return err
	}
	// What there is on any node: the settings of the channels are the same everywhere.
	expand := make([]string, 0, len(written)+1)
	for _, c := range written {
		expand = append(expand, c.Name())
		if name := c.Name(); name != notify.ChannelLive && name != notify.ChannelGroup {
			n.telling.personal = append(n.telling.personal, name)
		}
	}
	channels := n.voice()
	if n.cfg.SIP.Outbound.Trunk != "" {
		expand = append(expand, notify.ChannelVoice)
		n.telling.personal = append(n.telling.personal, notify.ChannelVoice)
	}
	o := notify.Options{Expand: expand, Texts: texts(n.policies.Notices), AlarmNumber: n.cfg.Dispatch.AlarmNumber, Plan: n.telling.policy.Plan,
		Throttle: n.telling.policy.Throttle, Logger: n.log, Registerer: n.metrics, Timeout: n.cfg.SMS.Timeout}
	if n.has(configs.RoleDispatch) {
		channels, o.Replies = append(written, channels...), replyDesk{n}
	}
	for _, c := range written {
		if robots, ok := c.(*notify.Robots); ok {
			o.Group = robots.Serves
		}
	}
	if len(channels) == 0 {
		return nil
	}
	o.Channels = channels
	n.notifier = notify.New(n.db, n.redis, o)
	return nil
}

// texts fills in the notices of the files.
func texts(notices configs.Notices) notify.Texts {
	return func(template, language string, fields map[string]string) (notify.Text, bool) {
		notice, ok := notices[template]
		return notice.Write(language, fields), ok
	}
}

// textChannels are all but the telephone.
func (n *node) textChannels() ([]notify.Channel, error) {
	channels := []notify.Channel{notify.Live{Emit: func(ctx context.Context, e act.Event) error {
		return n.db.InTx(ctx, act.SystemDispatch, func(tx *store.Tx) error { return tx.Emit(ctx, e) })
	}}}
	if n.cfg.SMS.URL != "" {
		sms, err := notify.NewSMS(n.telling.gateway, n.cfg.SMS.Setup())
		if err != nil {
			return nil, err
		}
		channels = append(channels, sms)
	}
	if n.cfg.WeCom.Corp != "" {
		channels = append(channels, weCom(n.cfg))
	}
	if len(n.cfg.WeCom.Robots) > 0 {
		urls := map[string]string{}
		for _, r := range n.cfg.WeCom.Robots {
			urls[r.Area] = r.URL.Reveal()
		}
		channels = append(channels, notify.NewRobots(urls))
	}
	if n.cfg.Email.Server != "" {
		email, err := email(n.cfg)
		if err != nil {
			return nil, err
		}
		channels = append(channels, email)
	}
	if n.cfg.WebPush.PublicKey != "" {
		push, err := webPush(n.cfg)
		if err != nil {
			return nil, err
		}
		n.telling.push = push
		channels = append(channels, push)
	}
	return channels, nil
}

func weCom(cfg configs.Config) *notify.WeCom {
	w := cfg.WeCom
	return notify.NewWeCom(notify.WeComSetup{URL: w.URL, Corp: w.Corp, Agent: w.Agent, Secret: w.Secret.Reveal(), Origin: cfg.API.PublicOrigin})
}

func email(cfg configs.Config) (*notify.Email, error) {
	e := cfg.Email
	trust, err := trustOnly(e.CAFile)
	if err != nil {
		return nil, err
	}
	return notify.NewEmail(notify.EmailSetup{Server: e.Server, TLS: e.Security == "tls", From: e.From, User: e.User, Password: e.Password.Reveal(),
		Origin: cfg.API.PublicOrigin, Trust: trust})
}

func webPush(cfg configs.Config) (*notify.WebPush, error) {
	w := cfg.WebPush
	return notify.NewWebPush(notify.WebPushSetup{Contact: w.Contact, PublicKey: w.PublicKey, PrivateKey: w.PrivateKey.Reveal(), Hosts: w.Hosts})
}

// trustOnly trusts the certificates of a file; nil, the system's, without one.
func trustOnly(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil //nolint:nilnil // the system's
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read email.ca_file: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return nil, fmt.Errorf("email.ca_file %s holds no certificate", path)
	}
	return pool, nil
}

// contactDeps is what the API needs of the channels.
func (n *node) contactDeps() api.Telling {
	t := api.Telling{Channels: n.telling.personal, Preview: n.preview}
	if n.telling.push != nil {
		t.PushKey, t.CheckPush = n.cfg.WebPush.PublicKey, n.telling.push.Check
	}
	return t
}

// inbound is what the SMS gateway calls; nil where it may not.
func (n *node) inbound() map[string]http.Handler {
	if n.cfg.SMS.InboundSecret.Reveal() == "" {
		return nil
	}
	return map[string]http.Handler{notify.InboundPath: &notify.Inbound{Spec: n.telling.gateway, Secret: n.cfg.SMS.InboundSecret.Reveal(), Store: n.db, Logger: n.log}}
}

// preview lists every notice as a reader would see it, with typical values.
func (n *node) preview() []api.NoticePreview { return previews(n.policies.Notices) }

func previews(notices configs.Notices) []api.NoticePreview {
	list := make([]api.NoticePreview, 0, len(notices))
	for name, notice := range notices {
		zh, en := notice.Sample("zh"), notice.Sample("en")
		list = append(list, api.NoticePreview{Name: name, For: string(notice.For), Zh: zh.Body, En: en.Body, Parts: zh.Parts, Most: zh.Most, Characters: len([]rune(zh.Body)),
			Personal: append([]string{}, notice.Personal...)})
	}
	api.SortPreviews(list)
	return list
}

var (
	_ notify.Store        = (*store.DB)(nil)
	_ notify.InboundStore = (*store.DB)(nil)
)
