package desk

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"example.org/hotline/ivr/media"
	"example.org/hotline/test/city"
)

// telephone is a program of somebody else's that is a citizen's telephone.
type telephone struct {
	process *exec.Cmd
	out     bytes.Buffer
	folder  string
	control net.Conn // baresip's; nil for sipp
}

// dial starts a telephone and lets it call the township.
func (d *desks) dial(name string) *telephone {
	d.t.Helper()
	p := &telephone{folder: d.t.TempDir()}
	var err error
	switch tone := media.Tone(tones["citizen"], toneLevel, 120*media.SampleRate); name {
	case "baresip":
		err = p.baresip(d.c, media.EncodeWAV(tone))
	case "sipp":
		err = p.sipp(d.c, media.PCMA.Encode(tone))
	default:
		err = errors.New("no such telephone")
	}
	d.t.Cleanup(p.stop)
	if err != nil {
		d.t.Fatalf("%s: %v\n%s", name, err, p.out.String())
	}
	return p
}

func (p *telephone) start(name string, args ...string) error {
	p.process = exec.Command(name, args...)
	p.process.Dir = p.folder
	p.process.Stdout, p.process.Stderr = &p.out, &p.out
	return p.process.Start()
}

// stop ends the program as pulling the plug does.
func (p *telephone) stop() {
	if p.process != nil && p.process.Process != nil {
		_ = p.process.Process.Kill() // it may have ended
		_ = p.process.Wait()         // killed
	}
	if p.control != nil {
		_ = p.control.Close() // its other end is gone
	}
}

func (p *telephone) sipp(c *city.City, alaw []byte) error {
	scenario, err := filepath.Abs("testdata/uac_tone.xml")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(p.folder, "tone.alaw"), alaw, 0o600); err != nil {
		return err
	}
	return p.start("sipp", c.SIP, "-s", city.Township, "-i", "127.0.0.1", "-nostdin", "-m", "1", "-sf", scenario)
}

// baresip is told what to do over its control port. It records what is decoded
// and what is encoded into files of its own naming.
func (p *telephone) baresip(c *city.City, wav []byte) error {
	port := func() string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return "127.0.0.1:0" // baresip will say so
		}
		defer l.Close() // it was only asked for its port
		return l.Addr().String()
	}
	control := port()
	files := map[string]string{
		"tone.wav": string(wav),
		"accounts": "<sip:+8619900000025@127.0.0.1>;regint=0;audio_codecs=PCMA/8000/1\n",
		"config": strings.NewReplacer("FOLDER", p.folder, "CONTROL", control, "SIP", port()).Replace(`module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module_tmp account.so
module_app ctrl_tcp.so
module_app menu.so
sip_listen SIP
net_interface 127.0.0.1
ctrl_tcp_listen CONTROL
audio_source aufile,FOLDER/tone.wav
audio_player aubridge,nobody
audio_alert aubridge,nobody
snd_path FOLDER
`),
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(p.folder, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	if err := p.start("baresip", "-f", p.folder); err != nil {
		return err
	}
	var err error
	for deadline := time.Now().Add(30 * time.Second); p.control == nil; { // until it listens
		if p.control, err = net.Dial("tcp", control); err != nil {
			p.control = nil
			if time.Now().After(deadline) {
				return err
			}
			<-time.After(50 * time.Millisecond)
		}
	}
	return p.order("dial", "sip:"+city.Township+"@"+c.SIP)
}

// order tells baresip what to do.
func (p *telephone) order(command, params string) error {
	text, err := json.Marshal(map[string]string{"command": command, "params": params})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.control, "%d:%s,", len(text), text) // a netstring
	return err
}

// hears reports whether baresip's recording of what it was sent ends with
// somebody's tone. sipp listens to nothing.
func (p *telephone) hears(who string) (bool, error) {
	files, err := filepath.Glob(filepath.Join(p.folder, "dump-*-dec.wav"))
	if err != nil || len(files) == 0 {
		return false, err
	}
	wav, err := os.ReadFile(files[0])
	if err != nil {
		return false, err
	}
	// Its header tells no length before the call is over.
	_, data, _ := bytes.Cut(wav, []byte("data"))
	if len(data) < 4+2*window {
		return false, nil // it has only begun
	}
	pcm := make([]int16, window)
	_, err = binary.Decode(data[len(data)-len(data)%2-2*window:], binary.LittleEndian, pcm)
	return sounds(pcm[len(pcm)-window:], []string{who}), err
}
