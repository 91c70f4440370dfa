package caller

import (
	"errors"
	"testing"
)

func TestOptionsNameTheirFault(t *testing.T) {
	for _, o := range []Options{
		{Target: ""}, {Target: "127.0.0.1"}, {Target: "12349"},
		{Target: "12349@127.0.0.1", Transport: "sctp"},
		{Target: "12349@127.0.0.1", Digits: []Press{{Key: 'x'}}},
	} {
		if _, _, err := o.normal(); !errors.Is(err, ErrOptions) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	o, uri, err := Options{Target: "sip:12349@127.0.0.1:5070"}.normal()
	if err != nil || uri.User != "12349" || uri.Port != 5070 || o.Transport != "udp" {
		t.Errorf("%+v %+v %v", o, uri, err)
	}
}
