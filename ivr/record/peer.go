package record

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/internal/seal"
	"example.org/hotline/ticket"
)

// Audio is a recording opened for hearing, on this node or another. It is not
// safe for concurrent use.
type Audio interface {
	// WAVSize is the size in octets of the recording as a stereo WAV file.
	WAVSize() int64
	// ReadWAVAt reads that file from an octet on.
	ReadWAVAt(p []byte, off int64) (int, error)
	// Peaks draws it in at most so many stretches.
	Peaks(stretches int) (ticket.RecordingPeaks, error)
	// Verify authenticates all of it.
	Verify() error
	Close() error
}

var _ Audio = (*File)(nil)

// PeerPath is where a node answers the others. What comes there is signed; a
// browser's cookie opens nothing.
const PeerPath = "/internal/recordings/"

// The bounds of a request from node to node.
const (
	peerWindow  = 30 * time.Second // how far its time may be off, and how long it is remembered after that
	peerTimeout = 10 * time.Second
	peerPiece   = 256 << 10 // octets of one answer
	peerNonces  = 100_000   // requests within the window that are told apart; more are refused
)

// Library opens recordings wherever they lie.
type Library struct {
	Local  *Store
	Peers  map[string]string // base URLs by node id, such as "http://192.0.2.10:8080"
	Client *http.Client      // nil: one that gives up after 10 s
}

// Open opens a recording on the node that holds it. The error is Store.Open's,
// or act.ErrUnavailable where that node does not answer or is not in the list.
// ctx must last as long as the Audio is read.
func (l *Library) Open(ctx context.Context, node, id string) (Audio, error) {
	if node == l.Local.o.Node {
		file, err := l.Local.Open(id)
		if err != nil {
			return nil, err
		}
		return file, nil
	}
	base, known := l.Peers[node]
	if !known {
		return nil, fmt.Errorf("open a recording of %s, which is not under nodes: %w", node, act.ErrUnavailable)
	}
	p := &peer{ctx: ctx, store: l.Local, node: node, base: strings.TrimRight(base, "/"), id: id, client: l.Client}
	if p.client == nil {
		p.client = &http.Client{Timeout: peerTimeout}
	}
	var about peerInfo
	if err := p.ask("info", nil, &about); err != nil {
		return nil, err
	}
	p.size = about.Size
	return p, nil
}

// peer is a recording that another node holds.
type peer struct {
	ctx            context.Context // of whoever opened it: Audio is io's shape
	store          *Store
	node, base, id string
	client         *http.Client
	size           int64
}

type peerInfo struct {
	Size int64 `json:"size"`
}

type peerFault struct {
	Code string `json:"code"`
}

func (p *peer) WAVSize() int64 { return p.size }
func (p *peer) Close() error   { return nil }
func (p *peer) Verify() error  { return p.ask("verify", nil, &struct{}{}) }

func (p *peer) Peaks(stretches int) (peaks ticket.RecordingPeaks, err error) {
	err = p.ask("peaks", url.Values{"n": {strconv.Itoa(stretches)}}, &peaks)
	return peaks, err
}

func (p *peer) ReadWAVAt(b []byte, off int64) (n int, err error) {
	for n < len(b) && off < p.size {
		var piece []byte
		want := min(int64(len(b)-n), peerPiece, p.size-off)
		if err := p.ask("wav", url.Values{"from": {strconv.FormatInt(off, 10)}, "n": {strconv.FormatInt(want, 10)}}, &piece); err != nil {
			return n, err
		}
		if int64(len(piece)) != want {
			return n, fmt.Errorf("read a recording of %s: %w", p.node, io.ErrUnexpectedEOF)
		}
		n, off = n+copy(b[n:], piece), off+want
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// ask sends one signed request. into is filled from JSON, or with the octets as they are.
func (p *peer) ask(what string, query url.Values, into any) error {
	req, err := http.NewRequestWithContext(p.ctx, http.MethodGet, p.base+PeerPath+p.id+"/"+what, http.NoBody)
	if err != nil {
		return fmt.Errorf("ask %s for a recording: %w", p.node, err)
	}
	req.URL.RawQuery = query.Encode()
	signRequest(p.store.o.Sealer, req, p.node, p.store.o.Now())
	resp, err := p.client.Do(req)
	if err != nil {
		return fmt.Errorf("ask %s for a recording: %w: %w", p.node, act.ErrUnavailable, err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("ask %s for a recording: %w: %w", p.node, act.ErrUnavailable, err)
	}
	if resp.StatusCode != http.StatusOK {
		return faultOf(p.node, resp.StatusCode, body)
	}
	if raw, ok := into.(*[]byte); ok {
		*raw = body
		return nil
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("read the answer of %s: %w", p.node, err)
	}
	return nil
}

// faults are what a node may answer with instead of a recording.
var faults = []*act.Fault{ErrTampered, ErrShredded, ErrRunning, ErrMissing}

func faultOf(node string, status int, body []byte) error {
	var told peerFault
	if json.Unmarshal(body, &told) == nil {
		for _, f := range faults {
			if f.Code == told.Code {
				return fmt.Errorf("on %s: %w", node, f)
			}
		}
	}
	return fmt.Errorf("ask %s for a recording: status %d: %w", node, status, act.ErrUnavailable)
}

// The headers of a signed request.
const (
	headTime  = "Hotline-Time"  // Unix milliseconds
	headNonce = "Hotline-Nonce" // 16 random octets in hex
	headMAC   = "Hotline-Mac"
)

// requestMAC covers all that a request says, and to whom.
func requestMAC(sealer seal.Sealer, req *http.Request, to, at, nonce string) []byte {
	return sealer.MAC("node request", []byte(req.Method), []byte(req.URL.Path), []byte(req.URL.RawQuery), []byte(to), []byte(at), []byte(nonce))
}

func signRequest(sealer seal.Sealer, req *http.Request, to string, now time.Time) {
	random := make([]byte, 16)
	_, _ = rand.Read(random) // never fails since Go 1.24
	at, nonce := strconv.FormatInt(now.UnixMilli(), 10), hex.EncodeToString(random)
	req.Header.Set(headTime, at)
	req.Header.Set(headNonce, nonce)
	req.Header.Set(headMAC, hex.EncodeToString(requestMAC(sealer, req, to, at, nonce)))
}

// Peer answers other nodes under PeerPath. What is not signed by the cluster's
// key for this node within the last 30 s, or comes a second time, gets a bare 404.
func (s *Store) Peer() http.Handler { return &peerServer{store: s, seen: map[string]time.Time{}} }

type peerServer struct {
	store *Store

	mu   sync.Mutex
	seen map[string]time.Time // nonces and when they may be forgotten
}

func (p *peerServer) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if !p.admits(req) {
		http.NotFound(w, req)
		return
	}
	id, what, _ := strings.Cut(strings.TrimPrefix(req.URL.Path, PeerPath), "/")
	file, err := p.store.Open(id)
	if err != nil {
		p.refuse(w, err)
		return
	}
	defer file.Close() //nolint:errcheck // only read
	answer, err := file.answer(what, req.URL.Query())
	if err != nil {
		p.refuse(w, err)
		return
	}
	if raw, ok := answer.([]byte); ok {
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write(raw) //nolint:gosec // octets for another node, never for a browser; who asked sees when they are too few
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) // as above
}

// answer does what another node asked.
func (f *File) answer(what string, query url.Values) (any, error) {
	number := func(name string, most int64) int64 {
		n, err := strconv.ParseInt(query.Get(name), 10, 64)
		if err != nil || n < 0 {
			return 0
		}
		return min(n, most)
	}
	switch what {
	case "info":
		return peerInfo{Size: f.WAVSize()}, nil
	case "verify":
		return struct{}{}, f.Verify()
	case "peaks":
		return f.Peaks(int(number("n", 10_000)))
	case "wav":
		b := make([]byte, number("n", peerPiece))
		n, err := f.ReadWAVAt(b, number("from", f.WAVSize()))
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		return b[:n], nil
	default:
		return nil, ErrMissing
	}
}

// refuse tells the other node why; what is no fault of the recording stays in our log.
func (p *peerServer) refuse(w http.ResponseWriter, err error) {
	status, told := http.StatusInternalServerError, peerFault{Code: "internal"}
	if f, ok := errors.AsType[*act.Fault](err); ok {
		status, told.Code = http.StatusConflict, f.Code
	} else {
		p.store.o.Logger.Error("another node's request for a recording failed", "error", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(told) // who asked sees the status
}

// admits checks a request's signature, time and that it is new, in this order:
// only a signed request can fill the memory of those seen.
func (p *peerServer) admits(req *http.Request) bool {
	at, nonce := req.Header.Get(headTime), req.Header.Get(headNonce)
	mac, err := hex.DecodeString(req.Header.Get(headMAC))
	if err != nil || req.Method != http.MethodGet || !hmac.Equal(mac, requestMAC(p.store.o.Sealer, req, p.store.o.Node, at, nonce)) {
		return false
	}
	milli, err := strconv.ParseInt(at, 10, 64)
	now := p.store.o.Now()
	if off := now.Sub(time.UnixMilli(milli)); err != nil || off < -peerWindow || off > peerWindow {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, again := p.seen[nonce]; again {
		return false
	}
	if len(p.seen) >= peerNonces {
		for n, until := range p.seen {
			if now.After(until) {
				delete(p.seen, n)
			}
		}
		if len(p.seen) >= peerNonces {
			return false
		}
	}
	p.seen[strings.Clone(nonce)] = now.Add(2 * peerWindow) // a server may reuse the memory of its headers
	return true
}
