package media

import (
	"math"
	"time"
)

// The two tones of each key (ITU-T Q.23), in the order of dialPad's rows and columns.
var (
	rowTones    = [4]float64{697, 770, 852, 941}
	columnTones = [4]float64{1209, 1336, 1477, 1633}
)

const dialPad = "123A456B789C*0#D"

// How tones are told from speech. A block is an eighth of the 102 ms in which
// the tones make whole waves as nearly as they can; two alike make a key, which
// needs 26 of the 40 ms that ITU-T Q.24 grants a caller. The ratios are of Q.24
// annex A, in power.
const (
	toneBlock   = 102
	toneFloor   = 2e8       // of a tone of -40 dBov in one block
	twist       = 6.3       // column above row by at most 8 dB
	reverse     = 2.5       // row above column by at most 4 dB
	above       = 6.3       // each above the others of its kind by at least 8 dB
	share       = 42. / 51. // of all power in the block that the two must hold
	blocksOn    = 2
	blocksOff   = 2
	inbandPause = 3 // turns of silence behind a key of ours
)

// toneDetector finds keys in the sound itself, for far ends that agreed on no
// telephone-event. Speech may contain a key by chance; that is why it listens to
// nobody else.
type toneDetector struct {
	sample  int
	energy  float64
	state   [8][2]float64 // of Goertzel's filter, rows and then columns
	last    rune          // of the block before
	alike   int           // blocks in a row that agreed
	pressed rune          // 0 while no key is down
}

var goertzel = func() (coefficients [8]float64) {
	for i := range 4 {
		coefficients[i] = 2 * math.Cos(2*math.Pi*rowTones[i]/SampleRate)
		coefficients[4+i] = 2 * math.Cos(2*math.Pi*columnTones[i]/SampleRate)
	}
	return coefficients
}()

// take hears A-law and returns the key that it newly presses.
func (d *toneDetector) take(alaw []byte) (key rune, pressed bool) {
	for _, octet := range alaw {
		x := float64(alawToLinear[octet])
		d.energy += x * x
		for i := range d.state {
			s := &d.state[i]
			s[0], s[1] = x+goertzel[i]*s[0]-s[1], s[0]
		}
		if d.sample++; d.sample < toneBlock {
			continue
		}
		if k, ok := d.count(d.weigh()); ok {
			key, pressed = k, true
		}
		d.sample, d.energy, d.state = 0, 0, [8][2]float64{}
	}
	return key, pressed
}

// count presses a key once enough blocks agree, and lets it go likewise.
func (d *toneDetector) count(found rune) (key rune, pressed bool) {
	if found == d.last {
		d.alike++
	} else {
		d.last, d.alike = found, 1
	}
	switch {
	case found == 0 && d.alike >= blocksOff:
		d.pressed = 0
	case found != 0 && found != d.pressed && d.alike >= blocksOn:
		d.pressed = found
		return found, true
	}
	return 0, false
}

// weigh returns the key of the block that is full, or 0.
func (d *toneDetector) weigh() rune {
	var power [8]float64
	for i, s := range d.state {
		power[i] = s[0]*s[0] + s[1]*s[1] - goertzel[i]*s[0]*s[1]
	}
	row, okRow := strongest(power[:4])
	column, okColumn := strongest(power[4:])
	r, c := power[row], power[4+column]
	switch {
	case !okRow, !okColumn, r < toneFloor, c < toneFloor, c > twist*r, r > reverse*c,
		r+c < share*d.energy*toneBlock/2:
		return 0
	}
	return rune(dialPad[4*row+column])
}

// strongest returns the place of the greatest, and whether it stands out.
func strongest(power []float64) (at int, alone bool) {
	for i := range power {
		if power[i] > power[at] {
			at = i
		}
	}
	for i := range power {
		if i != at && power[i]*above > power[at] {
			return at, false
		}
	}
	return at, true
}

// keyTones is a key as sound: both tones at -9 dBov, and a pause behind.
func keyTones(key rune, held time.Duration) Prompt {
	for i, k := range dialPad {
		if k != key {
			continue
		}
		samples := int(held/FrameTime) * FrameSamples
		pcm, column := Tone(rowTones[i/4], 8000, samples), Tone(columnTones[i%4], 8000, samples)
		for n := range pcm {
			pcm[n] += column[n]
		}
		return NewPrompt(append(pcm, make([]int16, inbandPause*FrameSamples)...))
	}
	return Prompt{}
}
