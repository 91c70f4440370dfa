package media

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"
)

// Why a session description is refused. The phone answers 488 to each
// (RFC 3261 section 13.3.1.3).
var (
	ErrSDPSyntax  = errors.New("session description is malformed or too large")
	ErrSDPAddress = errors.New("media address is not one we send to")
	ErrSDPCodec   = errors.New("no audio stream with a codec in common")
)

// Caps on what is read from outside.
const (
	maxSDP        = 8 << 10
	maxMediaLines = 4
)

// offeredEventType is the payload type of telephone-event in our own offers.
const offeredEventType = 101

// Local is our side of a description.
type Local struct {
	Addr    netip.Addr // address the far end sends to
	Port    uint16     // RTP port
	ID      uint64     // of the o= line; stays the same for the call
	Version uint64     // of the o= line; grows with every description sent
}

// Rules says which descriptions of others are accepted.
type Rules struct {
	AllowLoopback bool // accept 127.0.0.0/8 and ::1: development and tests only
}

// Answer reads an offer and writes our answer: the first audio stream with a
// codec in common, every other stream refused with port 0 (RFC 3264 section 6),
// and the direction turned round (section 6.1). It fails with ErrSDPSyntax,
// ErrSDPAddress or ErrSDPCodec.
func (r Rules) Answer(offer []byte, local Local) (answer []byte, peer Peer, err error) {
	d, err := parse(offer)
	if err != nil {
		return nil, Peer{}, err
	}
	index, peer, err := r.chooseAudio(d, local.Addr)
	if err != nil {
		return nil, Peer{}, err
	}
	out := describe(local)
	out.TimeDescriptions = d.TimeDescriptions // RFC 3264 section 6: the t= line equals the offer's
	for i, m := range d.MediaDescriptions {
		if i == index {
			out.MediaDescriptions = append(out.MediaDescriptions, audioLine(local.Port, peer))
		} else {
			out.MediaDescriptions = append(out.MediaDescriptions, refusedLine(m))
		}
	}
	answer, err = out.Marshal()
	if err != nil {
		return nil, Peer{}, fmt.Errorf("write answer: %w", err)
	}
	return answer, peer, nil
}

// Offer writes our own offer: A-law, µ-law and telephone-event, both ways.
func Offer(local Local) ([]byte, error) {
	out := describe(local)
	line := audioLine(local.Port, Peer{Codec: PCMA, AudioType: PCMA.StaticType(), EventType: offeredEventType, Send: true, Receive: true})
	line.MediaName.Formats = slices.Insert(line.MediaName.Formats, 1, strconv.Itoa(int(PCMU.StaticType())))
	line.Attributes = slices.Insert(line.Attributes, 1, rtpmap(PCMU.StaticType(), PCMU))
	out.MediaDescriptions = []*sdp.MediaDescription{line}
	data, err := out.Marshal()
	if err != nil {
		return nil, fmt.Errorf("write offer: %w", err)
	}
	return data, nil
}

// Accept reads the answer to our Offer, with the errors of Answer.
func (r Rules) Accept(answer []byte, local Local) (Peer, error) {
	d, err := parse(answer)
	if err != nil {
		return Peer{}, err
	}
	_, peer, err := r.chooseAudio(d, local.Addr)
	return peer, err
}

func parse(data []byte) (*sdp.SessionDescription, error) {
	if len(data) > maxSDP {
		return nil, fmt.Errorf("%d octets: %w", len(data), ErrSDPSyntax)
	}
	if !bytes.HasSuffix(data, []byte("\n")) {
		data = append(slices.Clone(data), "\r\n"...) // many telephones leave the last line open, pion wants it closed
	}
	var d sdp.SessionDescription
	if err := d.Unmarshal(data); err != nil {
		return nil, ErrSDPSyntax // pion's text repeats what was sent; hostile text stays out of logs
	}
	if n := len(d.MediaDescriptions); n == 0 || n > maxMediaLines {
		return nil, fmt.Errorf("%d media lines: %w", n, ErrSDPSyntax)
	}
	return &d, nil
}

// chooseAudio finds the first stream we can take. An address we refuse is
// reported as such even if a later stream would do: such an offer is an attack
// or a fault, and either deserves its own name in the log.
func (r Rules) chooseAudio(d *sdp.SessionDescription, local netip.Addr) (int, Peer, error) {
	for i, m := range d.MediaDescriptions {
		if m.MediaName.Media != "audio" || strings.Join(m.MediaName.Protos, "/") != "RTP/AVP" || m.MediaName.Port.Value == 0 {
			continue
		}
		peer, ok := codecs(m)
		if !ok {
			continue
		}
		addr, err := r.address(d, m, local)
		if err != nil {
			return 0, Peer{}, err
		}
		peer.Addr = addr
		peer.Send, peer.Receive = theirDirection(d, m).turned()
		if addr.Addr().IsUnspecified() {
			peer.Send = false // hold as RFC 2543 did it (RFC 3264 section 8.4)
		}
		return i, peer, nil
	}
	return 0, Peer{}, ErrSDPCodec
}

// codecs picks the first G.711 format in the order of the far end, and its
// telephone-event.
func codecs(m *sdp.MediaDescription) (Peer, bool) {
	names := map[string]string{"0": "PCMU/8000", "8": "PCMA/8000"}
	for _, a := range m.Attributes {
		if format, name, ok := strings.Cut(a.Value, " "); ok && a.Key == "rtpmap" {
			names[format] = strings.TrimSuffix(strings.TrimSpace(name), "/1")
		}
	}
	peer := Peer{EventType: NoEvents}
	for _, format := range m.MediaName.Formats {
		number, err := strconv.ParseUint(format, 10, 7)
		if err != nil {
			continue
		}
		switch name := strings.ToUpper(names[format]); {
		case peer.Codec == "" && name == "PCMA/8000":
			peer.Codec, peer.AudioType = PCMA, uint8(number)
		case peer.Codec == "" && name == "PCMU/8000":
			peer.Codec, peer.AudioType = PCMU, uint8(number)
		case peer.EventType == NoEvents && name == "TELEPHONE-EVENT/8000":
			peer.EventType = uint8(number)
		}
	}
	return peer, peer.Codec != "" && peer.EventType != peer.AudioType
}

// address reads c= and the port, and refuses whatever is no single host that
// could be a telephone's: names (nothing is looked up for a caller), multicast,
// broadcast, link-local, loopback outside tests, ports below 1024.
func (r Rules) address(d *sdp.SessionDescription, m *sdp.MediaDescription, local netip.Addr) (netip.AddrPort, error) {
	c := m.ConnectionInformation
	if c == nil {
		c = d.ConnectionInformation
	}
	if c == nil || c.Address == nil {
		return netip.AddrPort{}, fmt.Errorf("no c= line: %w", ErrSDPSyntax)
	}
	addr, err := netip.ParseAddr(c.Address.Address)
	port := m.MediaName.Port.Value
	switch {
	case err != nil, addr.Zone() != "", addr.Is4In6(), port < 1024, port > 0xFFFF,
		addr.IsMulticast(), addr.IsLinkLocalUnicast(),
		addr == netip.AddrFrom4([4]byte{255, 255, 255, 255}),
		addr.IsLoopback() && !r.AllowLoopback,
		addr.Is4() != local.Unmap().Is4():
		return netip.AddrPort{}, ErrSDPAddress
	}
	return netip.AddrPortFrom(addr, uint16(port)), nil
}

// direction is the a= attribute of RFC 3264 section 5.1.
type direction string

const (
	sendRecv direction = "sendrecv"
	sendOnly direction = "sendonly"
	recvOnly direction = "recvonly"
	inactive direction = "inactive"
)

// theirDirection reads the stream's attribute, else the session's, else the
// default of RFC 3264: both ways.
func theirDirection(d *sdp.SessionDescription, m *sdp.MediaDescription) direction {
	for _, attributes := range [][]sdp.Attribute{m.Attributes, d.Attributes} {
		for _, a := range attributes {
			switch dir := direction(a.Key); dir {
			case sendRecv, sendOnly, recvOnly, inactive:
				return dir
			}
		}
	}
	return sendRecv
}

// turned says what their direction leaves us (RFC 3264 section 6.1).
func (d direction) turned() (send, receive bool) {
	return d == sendRecv || d == recvOnly, d == sendRecv || d == sendOnly
}

// ours is the attribute of our answer.
func ours(p Peer) direction {
	switch {
	case p.Send && p.Receive:
		return sendRecv
	case p.Send:
		return sendOnly
	case p.Receive:
		return recvOnly
	}
	return inactive
}

func describe(l Local) *sdp.SessionDescription {
	kind := "IP4"
	if !l.Addr.Is4() {
		kind = "IP6"
	}
	return &sdp.SessionDescription{
		Origin: sdp.Origin{Username: "-", SessionID: l.ID, SessionVersion: l.Version, NetworkType: "IN",
			AddressType: kind, UnicastAddress: l.Addr.String()},
		SessionName: "-",
		ConnectionInformation: &sdp.ConnectionInformation{NetworkType: "IN", AddressType: kind,
			Address: &sdp.Address{Address: l.Addr.String()}},
		TimeDescriptions: []sdp.TimeDescription{{}},
	}
}

func audioLine(port uint16, p Peer) *sdp.MediaDescription {
	m := &sdp.MediaDescription{
		MediaName: sdp.MediaName{Media: "audio", Port: sdp.RangedPort{Value: int(port)}, Protos: []string{"RTP", "AVP"},
			Formats: []string{strconv.Itoa(int(p.AudioType))}},
		Attributes: []sdp.Attribute{rtpmap(p.AudioType, p.Codec)},
	}
	if p.EventType != NoEvents {
		events := strconv.Itoa(int(p.EventType))
		m.MediaName.Formats = append(m.MediaName.Formats, events)
		m.Attributes = append(m.Attributes, sdp.NewAttribute("rtpmap", events+" telephone-event/8000"),
			sdp.NewAttribute("fmtp", events+" 0-15"))
	}
	m.Attributes = append(m.Attributes, sdp.NewAttribute("ptime", "20"), sdp.NewPropertyAttribute(string(ours(p))))
	return m
}

func rtpmap(number uint8, c Codec) sdp.Attribute {
	return sdp.NewAttribute("rtpmap", fmt.Sprintf("%d %s/%d", number, c, SampleRate))
}

func refusedLine(m *sdp.MediaDescription) *sdp.MediaDescription {
	return &sdp.MediaDescription{MediaName: sdp.MediaName{Media: m.MediaName.Media, Protos: m.MediaName.Protos, Formats: m.MediaName.Formats}}
}
