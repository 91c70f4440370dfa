package journal

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"example.org/hotline/internal/seal"
)

// A segment file is a head and frames:
//
//	head   "HLJRNL01"
//	frame  marker (4) · length (4) · CRC32C of length and payload (4) · payload (length)
//
// Numbers are big-endian. The payload is a Record in JSON, sealed under the
// segment's number and the frame's offset, so that no frame can be moved. The
// marker lets a reader find the next frame behind a damaged one.
const (
	segmentHead  = "HLJRNL01"
	frameMarker  = 0x1E4A524E
	frameHeadLen = 12
	maxRecord    = 64 << 10 // bytes of one record in JSON; most are some hundred
	maxPayload   = maxRecord + 256
	segmentExt   = ".segment"
	damagedExt   = ".damaged"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func segmentPath(dir string, number uint64) string {
	return filepath.Join(dir, fmt.Sprintf("%016d%s", number, segmentExt))
}

// listSegments finds the numbers of the segments in dir, oldest first, and the
// highest number that any file there ever had, so that none is used twice.
func listSegments(dir string) (numbers []uint64, highest uint64, err error) {
	entries, err := os.ReadDir(dir) // sorted by name, and names are zero-padded
	if err != nil {
		return nil, 0, err
	}
	for _, e := range entries {
		digits, rest, _ := strings.Cut(e.Name(), ".")
		n, err := strconv.ParseUint(digits, 10, 64)
		if err != nil || len(digits) != 16 {
			continue // the lock, or a stranger's file
		}
		highest = max(highest, n)
		if "."+rest == segmentExt {
			numbers = append(numbers, n)
		}
	}
	return numbers, highest, nil
}

// sealContext binds a frame to its place.
func sealContext(segment uint64, offset int64) string {
	return fmt.Sprintf("journal|%d|%d", segment, offset)
}

// appendFrame adds one frame with payload to buf.
func appendFrame(buf, payload []byte) []byte {
	var length [4]byte
	binary.BigEndian.PutUint32(length[:], uint32(len(payload)))
	sum := crc32.Update(crc32.Checksum(length[:], castagnoli), castagnoli, payload)
	buf = binary.BigEndian.AppendUint32(buf, frameMarker)
	buf = append(buf, length[:]...)
	buf = binary.BigEndian.AppendUint32(buf, sum)
	return append(buf, payload...)
}

// frameAt reads the frame that begins at data[at:]; ok is false where none is whole.
func frameAt(data []byte, at int) (payload []byte, ok bool) {
	if len(data)-at < frameHeadLen || binary.BigEndian.Uint32(data[at:]) != frameMarker {
		return nil, false
	}
	length := int(binary.BigEndian.Uint32(data[at+4:]))
	if length > maxPayload || length > len(data)-at-frameHeadLen {
		return nil, false
	}
	payload = data[at+frameHeadLen : at+frameHeadLen+length]
	sum := crc32.Update(crc32.Checksum(data[at+4:at+8], castagnoli), castagnoli, payload)
	return payload, sum == binary.BigEndian.Uint32(data[at+8:])
}

// Damage is a part of a segment that could not be read back. The segment is
// never deleted then, only renamed to *.damaged once the rest was applied.
type Damage struct {
	Segment string // path
	Offset  int64
	Length  int64
	Torn    bool  // at the very end: an append that never finished, so nobody was told it had
	Err     error // why a whole frame could not be opened; nil where the bytes themselves are broken
}

// readSegment reads all that can be read, and lists what cannot.
func readSegment(dir string, number uint64, sealer seal.Sealer) (records []Record, whole int64, damages []Damage, err error) {
	path := segmentPath(dir, number)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, 0, nil, err
	}
	at := 0
	if bytes.HasPrefix(data, []byte(segmentHead)) {
		at = len(segmentHead)
	}
	whole = int64(at)
	for at < len(data) {
		payload, ok := frameAt(data, at)
		if !ok {
			next := nextFrame(data, at+1)
			damages = append(damages, Damage{Segment: path, Offset: int64(at), Length: int64(next - at), Torn: next == len(data)})
			at = next
			continue
		}
		record, err := openFrame(sealer, number, int64(at), payload)
		if err != nil {
			damages = append(damages, Damage{Segment: path, Offset: int64(at), Length: int64(frameHeadLen + len(payload)), Err: err})
		} else {
			records = append(records, record)
		}
		at += frameHeadLen + len(payload)
		whole = int64(at)
	}
	return records, whole, damages, nil
}

func openFrame(sealer seal.Sealer, segment uint64, offset int64, payload []byte) (Record, error) {
	plain, err := sealer.Open(sealContext(segment, offset), payload)
	if err != nil {
		return Record{}, err
	}
	return decodeRecord(plain)
}

// nextFrame finds the next whole frame at or behind at, len(data) if there is none.
func nextFrame(data []byte, at int) int {
	var marker [4]byte
	binary.BigEndian.PutUint32(marker[:], frameMarker)
	for at < len(data) {
		i := bytes.Index(data[at:], marker[:])
		if i < 0 {
			break
		}
		if _, ok := frameAt(data, at+i); ok {
			return at + i
		}
		at += i + 1
	}
	return len(data)
}

// syncDir makes a created, renamed or removed name in dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close() //nolint:errcheck // a folder opened to sync it: nothing to lose
	return d.Sync()
}
