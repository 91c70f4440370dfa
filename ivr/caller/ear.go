package caller

import (
	"fmt"
	"os"
	"sync"
	"time"

	"example.org/hotline/ivr/media"
)

// ear measures and records what is heard.
type ear struct {
	mu      sync.Mutex
	file    *os.File
	rec     *media.Recorder
	failed  error
	second  []int16
	loudest float64
	samples int
	sound   chan struct{} // closed with the first packet that is no silence
	sounded bool
	tell    func(pcm []int16) // nil for nobody
}

// audible is the level from which a packet is sound: line noise lies well below.
const audible = -50 // dBov

func newEar(path string) (*ear, error) {
	e := &ear{loudest: -127, sound: make(chan struct{})}
	if path == "" {
		return e, nil
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	if e.rec, err = media.NewRecorder(file); err != nil {
		_ = file.Close() // the first error tells more
		return nil, err
	}
	e.file = file
	return e, nil
}

// hear takes one packet, on the session's reader goroutine.
func (e *ear) hear(f media.Frame) {
	pcm := media.PCMA.Decode(f.ALaw)
	if e.tell != nil {
		e.tell(pcm)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.samples += len(pcm)
	if !e.sounded && media.Level(pcm) > audible {
		e.sounded = true
		close(e.sound)
	}
	if e.second = append(e.second, pcm...); len(e.second) >= media.SampleRate {
		e.weigh()
	}
	if e.rec != nil && e.failed == nil {
		e.failed = e.rec.Write(pcm, f.Timestamp)
	}
}

// weigh compares the second gathered with the loudest so far.
func (e *ear) weigh() {
	if len(e.second) > 0 {
		e.loudest = max(e.loudest, media.Level(e.second))
		e.second = e.second[:0]
	}
}

// close finishes the recording and returns level and length of what was heard.
func (e *ear) close() (level float64, length time.Duration, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.weigh()
	err = e.failed
	if e.rec != nil {
		if closing := e.rec.Close(); err == nil {
			err = closing
		}
		if closing := e.file.Close(); err == nil && closing != nil {
			err = fmt.Errorf("record: %w", closing)
		}
	}
	return e.loudest, time.Duration(e.samples) * time.Second / media.SampleRate, err
}
