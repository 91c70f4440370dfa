package main

import (
	"context"

	"example.org/hotline/configs"
	"example.org/hotline/dispatch/notify"
	"example.org/hotline/internal/act"
	"example.org/hotline/store"
)

// buildNotifier joins the notices with the channels that are configured. A node
// without the role dispatch only rings.
func (n *node) buildNotifier() error {
	channels, expand := n.voice(), []string{"live"}
	if n.has(configs.RoleDispatch) {
		more, err := n.textChannels()
		if err != nil {
			return err
		}
		channels = append(more, channels...)
	}
	if len(channels) == 0 {
		return nil
	}
	if n.cfg.SMS.URL != "" {
		expand = append(expand, "sms")
	}
	if n.cfg.SIP.Outbound.Trunk != "" {
		expand = append(expand, notify.Voice{}.Name())
	}
	texts := func(template, language string, fields map[string]string) (string, []string, bool) {
		notice, ok := n.policies.Notices[template]
		if !ok {
			return "", nil, false
		}
		text, missing := notice.Fill(language, fields)
		return text, missing, true
	}
	n.notifier = notify.New(n.db, n.redis, notify.Options{Channels: channels, Expand: expand, Texts: texts, AlarmNumber: n.cfg.Dispatch.AlarmNumber,
		Logger: n.log, Registerer: n.metrics, Timeout: n.cfg.SMS.Timeout})
	return nil
}

// textChannels are the screen and the short message.
func (n *node) textChannels() ([]notify.Channel, error) {
	channels := []notify.Channel{notify.Live{Emit: func(ctx context.Context, e act.Event) error {
		return n.db.InTx(ctx, act.SystemDispatch, func(tx *store.Tx) error { return tx.Emit(ctx, e) })
	}}}
	if n.cfg.SMS.URL != "" {
		sms, err := notify.NewSMS(n.cfg.SMS.URL, n.cfg.SMS.Account, n.cfg.SMS.Secret.Reveal())
		if err != nil {
			return nil, err
		}
		channels = append(channels, sms)
	}
	return channels, nil
}

var _ notify.Store = (*store.DB)(nil)
