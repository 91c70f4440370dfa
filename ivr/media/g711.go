package media

import "github.com/zaf/g711"

// Codec is a G.711 law by its RTP encoding name (RFC 3551 table 4).
type Codec string

// The two codecs every telephone network speaks.
const (
	PCMA Codec = "PCMA" // A-law, China's own; static payload type 8
	PCMU Codec = "PCMU" // µ-law; static payload type 0
)

// StaticType returns the codec's payload type of RFC 3551 table 4.
func (c Codec) StaticType() uint8 {
	if c == PCMU {
		return 0
	}
	return 8
}

// Silence returns the octet of a zero sample.
func (c Codec) Silence() byte {
	if c == PCMU {
		return 0xFF
	}
	return 0xD5
}

// Encode returns one octet for each 16-bit sample.
func (c Codec) Encode(pcm []int16) []byte {
	out := make([]byte, len(pcm))
	if c != PCMU {
		encodeAlaw(out, pcm)
		return out
	}
	for i, s := range pcm {
		out[i] = g711.EncodeUlawFrame(s)
	}
	return out
}

// Decode returns one 16-bit sample for each octet.
func (c Codec) Decode(octets []byte) []int16 {
	out := make([]int16, len(octets))
	for i, o := range octets {
		if c == PCMU {
			out[i] = g711.DecodeUlawFrame(o)
		} else {
			out[i] = g711.DecodeAlawFrame(o)
		}
	}
	return out
}

// The tables from law to law (ITU-T G.711 tables 3 and 4).
var alawToUlaw, ulawToAlaw = lawTable(g711.Alaw2UlawFrame), lawTable(g711.Ulaw2AlawFrame)

func lawTable(convert func(byte) byte) (table [256]byte) {
	for i := range table {
		table[i] = convert(byte(i))
	}
	return table
}

// translate appends octets in the other law to into.
func translate(into, octets []byte, table *[256]byte) []byte {
	for _, o := range octets {
		into = append(into, table[o])
	}
	return into
}

// alawToLinear gives the sample of each A-law octet.
var alawToLinear = func() (table [256]int16) {
	for i := range table {
		table[i] = g711.DecodeAlawFrame(byte(i))
	}
	return table
}()

// encodeAlaw writes one octet for each sample.
func encodeAlaw(into []byte, pcm []int16) {
	for i, s := range pcm {
		into[i] = g711.EncodeAlawFrame(s)
	}
}
