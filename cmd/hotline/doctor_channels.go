package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"example.org/hotline/configs"
	"example.org/hotline/dispatch/notify"
)

// checkSMS only connects: a message would cost money and wake somebody up.
func (e *examination) checkSMS(ctx context.Context) {
	const check = "SMS gateway"
	if e.cfg.SMS.URL == "" {
		e.warn(check, "not configured: a worker who does not look at the console hears of nothing", "set sms.url, sms.account and sms.secret")
		return
	}
	u, err := url.Parse(e.cfg.SMS.URL)
	if err != nil {
		e.fault(check, "sms.url cannot be read", "correct it")
		return
	}
	port := cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
	conn, err := (&net.Dialer{Timeout: e.cfg.SMS.Timeout}).DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		e.fault(check, oneLine(err), e.startIt("check sms.url, the name server and the firewall; messages wait until it is back"))
		return
	}
	_ = conn.Close() // reaching it was all
	if !e.gatewayFits(check) {
		return
	}
	e.ok(check, "%s takes connections; no message was sent", u.Host)
}

// gatewayFits holds the city's account to the gateway's shape: a text without a
// code with the provider reaches nobody.
func (e *examination) gatewayFits(check string) bool {
	policies, err := configs.LoadPolicies(e.cfg.Policy.Dir)
	if err != nil {
		return true // what is wrong with the files another check tells
	}
	_, gateway, err := policies.Telling(e.cfg.Policy, e.cfg.SMS.Gateway)
	if err == nil {
		_, err = notify.NewSMS(gateway, e.cfg.SMS.Setup())
	}
	if err != nil {
		e.fault(check, oneLine(err), "correct sms.gateway and sms.settings; configs/gateways says what each provider needs")
		return false
	}
	if gateway.Text != "registered" {
		return true
	}
	var without []string
	for name := range policies.Notices {
		if e.cfg.SMS.Codes[name] == "" {
			without = append(without, name)
		}
	}
	if len(without) == 0 {
		return true
	}
	slices.Sort(without)
	e.warn(check, fmt.Sprintf("%s without a code with the provider reach nobody by SMS: %s", count(len(without), "text"), strings.Join(without, ", ")),
		"register each text there (`hotline notices preview` shows them) and enter its code under sms.codes")
	return false
}

// checkWeCom asks for a token, which needs the corporation's id, the
// application's secret and this node's address in its list.
func (e *examination) checkWeCom(ctx context.Context) {
	const check = "WeCom"
	if e.cfg.WeCom.Corp == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, serverTimeout)
	defer cancel()
	code, err := weCom(e.cfg).Check(ctx)
	if err == nil {
		e.ok(check, "it gives the application a token; no message was sent")
		return
	}
	do := map[int]string{
		40013:  "correct wecom.corp: 我的企业 → 企业ID",
		40001:  "correct wecom.secret: 应用管理 → the application → Secret",
		60020:  "enter this node's public address under 应用管理 → the application → 企业可信IP",
		301002: "correct wecom.agent: it is not the application that the secret belongs to",
	}[code]
	if code == 0 {
		do = e.startIt("check wecom.url, the name server and the firewall; messages wait until it is back")
	}
	e.fault(check, oneLine(err), cmp.Or(do, "look the number up in WeCom's list of global error codes (全局错误码), and correct the settings under wecom"))
}

// checkEmail connects, encrypts and signs in.
func (e *examination) checkEmail(ctx context.Context) {
	const check = "mail server"
	if e.cfg.Email.Server == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, serverTimeout)
	defer cancel()
	server, err := email(e.cfg)
	if err != nil {
		e.fault(check, oneLine(err), "correct email.server and email.ca_file")
		return
	}
	if err := server.Check(ctx); err != nil {
		e.fault(check, oneLine(err), e.startIt("check email.server, email.security (starttls on port 587, tls on 465), email.ca_file for a certificate of your own, email.user and email.password"))
		return
	}
	e.ok(check, "%s takes an encrypted connection; no mail was sent", e.cfg.Email.Server)
}

// checkWebPush holds the keys to each other. Whether a push service is reached
// only a browser that has subscribed can show.
func (e *examination) checkWebPush(context.Context) {
	const check = "web push"
	if e.cfg.WebPush.PublicKey == "" {
		return
	}
	if _, err := webPush(e.cfg); err != nil {
		e.fault(check, oneLine(err), "make a pair with `hotline notices keys` and enter both; every browser has to subscribe again")
		return
	}
	if origin := e.cfg.API.PublicOrigin; origin != "" && !strings.HasPrefix(origin, "https://") && !e.cfg.Demo.Enabled {
		e.warn(check, "browsers subscribe on https pages only, and api.public_origin is none", "serve the console by https")
		return
	}
	e.ok(check, "the two keys belong to each other; no push service was asked")
}
