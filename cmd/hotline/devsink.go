package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"example.org/hotline/api"
	"example.org/hotline/dispatch/notify/sink"
)

// smsSink is the gateway of the demo city: it keeps and shows what a real one
// would deliver.
type smsSink struct {
	url, secret string
	sink        *sink.Sink
	server      *http.Server
	done        chan error
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
	s := &smsSink{url: "http://" + l.Addr().String() + "/messages", secret: secret, sink: kept,
		server: &http.Server{Handler: kept, ReadHeaderTimeout: 5 * time.Second}, done: make(chan error, 1)}
	go func() { s.done <- s.server.Serve(l) }()
	return s, nil
}

// list is what the console shows of the messages.
func (s *smsSink) list(context.Context) ([]api.SMS, error) {
	var list []api.SMS
	for _, m := range s.sink.Messages() {
		list = append(list, api.SMS{At: m.At, To: m.To, Text: m.Text})
	}
	return list, nil
}

func (s *smsSink) close() error {
	err := s.server.Close()
	if served := <-s.done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return errors.Join(err, s.sink.Close())
}
