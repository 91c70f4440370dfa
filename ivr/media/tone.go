package media

import "math"

// Tone returns d samples of a sine of the given frequency in Hz and peak
// amplitude (0 to 32767), for prompts that need no voice and for tests that
// tell each party by its own tone.
func Tone(frequency float64, amplitude int16, samples int) []int16 {
	out := make([]int16, samples)
	for i := range out {
		out[i] = int16(float64(amplitude) * math.Sin(2*math.Pi*frequency*float64(i)/SampleRate))
	}
	return out
}

// ToneShare returns which part of the power of pcm lies at the frequency, 0 to
// 1, by the Goertzel algorithm: about 1 for that tone alone, near 0 where it is
// absent or nothing sounds at all.
func ToneShare(pcm []int16, frequency float64) float64 {
	coefficient := 2 * math.Cos(2*math.Pi*frequency/SampleRate)
	var s1, s2, total float64
	for _, sample := range pcm {
		x := float64(sample)
		total += x * x
		s1, s2 = x+coefficient*s1-s2, s1
	}
	if total == 0 {
		return 0
	}
	power := s1*s1 + s2*s2 - coefficient*s1*s2
	return min(1, 2*power/(total*float64(len(pcm))))
}

// Level returns the power of pcm in dBov, 0 for a full-scale square wave and
// -127 for silence (RFC 6464 section 3 uses the same scale).
func Level(pcm []int16) float64 {
	var total float64
	for _, s := range pcm {
		total += float64(s) * float64(s)
	}
	if total == 0 {
		return -127
	}
	return max(-127, 10*math.Log10(total/float64(len(pcm))/(32768*32768)))
}
