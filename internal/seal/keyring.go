package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync"
)

// Sizes of the sealed form: magic, key version, nonce, ciphertext, tag.
const (
	magic      = 0x5A      // first byte of every sealed value, so that plaintext in a sealed column is noticed
	headerLen  = 1 + 2     // magic, key version big-endian
	nonceLen   = 12        // NIST SP 800-38D 8.2.2: random 96-bit nonce
	tagLen     = 16        // GCM's full tag
	masterLen  = 32        // bytes of one master key
	indexLen   = 16        // bytes of a blind index
	maxVersion = 1<<16 - 1 // the version is two bytes of the header
	overhead   = headerLen + nonceLen + tagLen
)

// Keyring is the Sealer whose keys lie in a file. Each version is one master
// key; what really encrypts is derived from it by HKDF (RFC 5869), one key for
// each purpose. New values use the newest version; older ones still open, which
// is what makes a rotation possible while the line is up.
type Keyring struct {
	newest int
	oldest int // of the versions that ever were: blind indexes keep to it
	aeads  map[int]cipher.AEAD
	master map[int][]byte

	mu      sync.RWMutex
	derived map[string][]byte // purpose of index or MAC → key
}

var _ Sealer = (*Keyring)(nil)

// NewKeyring makes a ring of master keys by version (1–65535), each 32 bytes.
// Indexes and MACs use the oldest version on the ring, since they must stay
// equal over a rotation: keep the first key until they were all rewritten.
func NewKeyring(keys map[int][]byte) (*Keyring, error) {
	if len(keys) == 0 {
		return nil, fmt.Errorf("%w: it holds no key", ErrKeyFile)
	}
	ring := &Keyring{aeads: map[int]cipher.AEAD{}, master: map[int][]byte{}, derived: map[string][]byte{}}
	for version, key := range keys {
		if version < 1 || version > maxVersion || len(key) != masterLen {
			return nil, fmt.Errorf("%w: version %d must lie in 1–%d and hold %d bytes", ErrKeyFile, version, maxVersion, masterLen)
		}
		ring.master[version] = append([]byte(nil), key...)
		aead, err := newAEAD(derive(key, "hotline seal v1"))
		if err != nil {
			return nil, fmt.Errorf("set up AES-256-GCM: %w", err)
		}
		ring.aeads[version] = aead
		ring.newest = max(ring.newest, version)
		if ring.oldest == 0 || version < ring.oldest {
			ring.oldest = version
		}
	}
	return ring, nil
}

// KeyVersion is what Seal uses now: the newest version on the ring.
func (k *Keyring) KeyVersion() int { return k.newest }

// Seal encrypts with AES-256-GCM under a random nonce. The context and the
// header are authenticated with it.
func (k *Keyring) Seal(context string, plaintext []byte) ([]byte, error) {
	out := make([]byte, headerLen+nonceLen, overhead+len(plaintext))
	out[0] = magic
	binary.BigEndian.PutUint16(out[1:], uint16(k.newest))
	if _, err := rand.Read(out[headerLen:]); err != nil {
		return nil, fmt.Errorf("draw a nonce: %w", err)
	}
	return k.aeads[k.newest].Seal(out, out[headerLen:], plaintext, aad(context, out[:headerLen])), nil
}

// Open decrypts what Seal made, with any version on the ring.
func (k *Keyring) Open(context string, sealed []byte) ([]byte, error) {
	if len(sealed) < overhead || sealed[0] != magic {
		return nil, ErrTampered
	}
	version := int(binary.BigEndian.Uint16(sealed[1:]))
	aead, ok := k.aeads[version]
	if !ok {
		return nil, fmt.Errorf("%w: version %d", ErrUnknownKey, version)
	}
	body := sealed[headerLen:]
	plaintext, err := aead.Open(nil, body[:nonceLen], body[nonceLen:], aad(context, sealed[:headerLen]))
	if err != nil {
		return nil, ErrTampered
	}
	return plaintext, nil
}

// SealedVersion reads the key version off a sealed value without opening it, 0
// where it is none. A rotation finds what is left to rewrite by it.
func SealedVersion(sealed []byte) int {
	if len(sealed) < overhead || sealed[0] != magic {
		return 0
	}
	return int(binary.BigEndian.Uint16(sealed[1:]))
}

// Index is HMAC-SHA256 under the column's own key, cut to 16 bytes.
func (k *Keyring) Index(column, normalised string) []byte {
	mac := hmac.New(sha256.New, k.key("hotline index v1|"+column))
	mac.Write([]byte(normalised))
	return mac.Sum(nil)[:indexLen]
}

// MAC is HMAC-SHA256 under the purpose's own key. Each part is preceded by its
// length, so that moving a boundary changes the result.
func (k *Keyring) MAC(purpose string, parts ...[]byte) []byte {
	mac := hmac.New(sha256.New, k.key("hotline mac v1|"+purpose))
	var length [8]byte
	for _, part := range parts {
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		mac.Write(length[:])
		mac.Write(part)
	}
	return mac.Sum(nil)
}

// key derives a purpose's key once and keeps it.
func (k *Keyring) key(purpose string) []byte {
	k.mu.RLock()
	key, ok := k.derived[purpose]
	k.mu.RUnlock()
	if ok {
		return key
	}
	key = derive(k.master[k.oldest], purpose)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.derived[purpose] = key
	return key
}

// aad binds a value to its place and its header. The header has a fixed length,
// so no context can imitate another.
func aad(context string, header []byte) []byte {
	return append(append(make([]byte, 0, len(header)+len(context)), header...), context...)
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// derive cannot fail: SHA-256 and 32 bytes lie within HKDF's limits.
func derive(master []byte, purpose string) []byte {
	key, err := hkdf.Key(sha256.New, master, nil, purpose, masterLen)
	if err != nil {
		panic("seal: HKDF of 32 bytes: " + err.Error())
	}
	return key
}
