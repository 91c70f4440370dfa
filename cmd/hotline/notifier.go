package main

import (
	"context"

	"example.org/hotline/dispatch/notify"
	"example.org/hotline/internal/act"
	"example.org/hotline/store"
)

// buildNotifier joins the notices with the channels that are configured.
func (n *node) buildNotifier() error {
	channels := []notify.Channel{notify.Live{Emit: func(ctx context.Context, e act.Event) error {
		return n.db.InTx(ctx, act.SystemDispatch, func(tx *store.Tx) error { return tx.Emit(ctx, e) })
	}}}
	if n.cfg.SMS.URL != "" {
		sms, err := notify.NewSMS(n.cfg.SMS.URL, n.cfg.SMS.Account, n.cfg.SMS.Secret.Reveal())
		if err != nil {
			return err
		}
		channels = append(channels, sms)
	}
	texts := func(template, language string, fields map[string]string) (string, []string, bool) {
		notice, ok := n.policies.Notices[template]
		if !ok {
			return "", nil, false
		}
		text, missing := notice.Fill(language, fields)
		return text, missing, true
	}
	n.notifier = notify.New(n.db, n.redis, notify.Options{Channels: channels, Texts: texts, AlarmNumber: n.cfg.Dispatch.AlarmNumber,
		Logger: n.log, Registerer: n.metrics, Timeout: n.cfg.SMS.Timeout})
	return nil
}

var _ notify.Store = (*store.DB)(nil)
