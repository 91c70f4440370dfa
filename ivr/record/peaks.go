package record

import (
	"github.com/zaf/g711"

	"example.org/hotline/ticket"
)

// loudness of each A-law octet, 0 to 100.
var loudness = func() (table [256]uint8) {
	for octet := range table {
		v := int(g711.DecodeAlawFrame(uint8(octet)))
		table[octet] = uint8(max(v, -v) * 100 / 32256) // the loudest that A-law has
	}
	return table
}()

// Peaks reads the whole recording and draws it in so many stretches, fewer where
// it has fewer samples. It fails as ReadAt does.
func (r *Reader) Peaks(stretches int) (ticket.RecordingPeaks, error) {
	n := int(min(int64(stretches), r.samples))
	p := ticket.RecordingPeaks{Said: make([]int, n), Heard: make([]int, n)}
	for number := range r.chunks {
		plain, err := r.chunk(number)
		if err != nil {
			return ticket.RecordingPeaks{}, err
		}
		first := number * chunkSamples
		for i := range int(min(chunkSamples, r.samples-first)) {
			at := int((first + int64(i)) * int64(n) / r.samples)
			p.Said[at] = max(p.Said[at], int(loudness[plain[2*i]]))
			p.Heard[at] = max(p.Heard[at], int(loudness[plain[2*i+1]]))
		}
	}
	return p, nil
}
