// Package paper reads a printed form as a person holds it: its text and its square code.
// It knows PDF as package relief/form writes it, and nothing beyond.
package paper

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image/png"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// Sheet is what stands on a form.
type Sheet struct {
	Text  string   // line by line
	Codes []string // what its square codes say
}

// Read reads a PDF. Text that cannot be read back is a fault: nobody could search for it.
func Read(pdf []byte) (Sheet, error) {
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		return Sheet{}, fmt.Errorf("read a form: it begins %.12q", pdf)
	}
	var s Sheet
	glyphs, drawn := map[string]string{}, []byte{}
	for _, o := range objects(pdf) {
		if bytes.Contains(o.head, []byte("/Subtype /Image")) {
			code, err := square(o)
			if err != nil {
				return s, err
			}
			s.Codes = append(s.Codes, code)
			continue
		}
		body, err := o.plain()
		if err != nil {
			return s, err
		}
		switch {
		case bytes.Contains(body, []byte("beginbfrange")):
			for _, m := range oneGlyph.FindAllSubmatch(body, -1) {
				r, err := strconv.ParseUint(string(m[2]), 16, 32)
				if err != nil {
					return s, fmt.Errorf("read the letters of a form: %w", err)
				}
				glyphs[string(m[1])] = string(rune(r))
			}
		case bytes.Contains(body, []byte("TJ")):
			drawn = append(drawn, body...)
		}
	}
	for _, line := range bytes.Split(drawn, []byte("TJ")) {
		at := bytes.LastIndexByte(line, '[')
		if at < 0 {
			continue
		}
		for _, run := range hexRun.FindAllSubmatch(line[at:], -1) {
			for hex := string(run[1]); len(hex) >= 4; hex = hex[4:] {
				letter, known := glyphs[strings.ToUpper(hex[:4])]
				if !known {
					return s, errors.New("read a form: a letter stands for nothing")
				}
				s.Text += letter
			}
		}
		s.Text += "\n"
	}
	return s, nil
}

// Flat is the text without its line breaks: Chinese breaks anywhere.
func (s Sheet) Flat() string { return strings.ReplaceAll(s.Text, "\n", "") }

var (
	oneGlyph = regexp.MustCompile(`<([0-9A-F]{4})><[0-9A-F]{4}><([0-9A-F]+)>`)
	hexRun   = regexp.MustCompile(`<([0-9A-Fa-f]+)>`)
	length   = regexp.MustCompile(`/Length (\d+)`)
	wide     = regexp.MustCompile(`/Width (\d+)`)
	high     = regexp.MustCompile(`/Height (\d+)`)
	bits     = regexp.MustCompile(`/BitsPerComponent (\d+)`)
)

// object is a stream with what is said of it.
type object struct{ head, body []byte }

func objects(pdf []byte) (list []object) {
	for {
		at := bytes.Index(pdf, []byte("stream\n"))
		if at < 0 {
			return list
		}
		head := pdf[:at]
		if from := bytes.LastIndex(head, []byte(" obj")); from >= 0 {
			head = head[from:]
		}
		n := number(length, head)
		body := pdf[at+len("stream\n"):]
		n = min(n, len(body))
		list, pdf = append(list, object{head, body[:n]}), body[n:]
		if end := bytes.Index(pdf, []byte("endstream")); end >= 0 {
			pdf = pdf[end+len("endstream"):]
		}
	}
}

func number(of *regexp.Regexp, head []byte) int {
	m := of.FindSubmatch(head)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(string(m[1])) // digits alone
	return n
}

func (o object) plain() ([]byte, error) {
	if !bytes.Contains(o.head, []byte("/FlateDecode")) {
		return o.body, nil
	}
	r, err := zlib.NewReader(bytes.NewReader(o.body))
	if err != nil {
		return nil, fmt.Errorf("open a part of a form: %w", err)
	}
	return io.ReadAll(r)
}

// square reads a code as a camera would. The picture's data is that of a PNG without its chunks.
func square(o object) (string, error) {
	file := []byte("\x89PNG\r\n\x1a\n")
	header := binary.BigEndian.AppendUint32(nil, uint32(number(wide, o.head)))
	header = binary.BigEndian.AppendUint32(header, uint32(number(high, o.head)))
	header = append(header, byte(number(bits, o.head)), 0, 0, 0, 0) // shades of grey, packed as every PNG is
	for _, chunk := range []struct {
		name string
		data []byte
	}{{"IHDR", header}, {"IDAT", o.body}, {"IEND", nil}} {
		named := append([]byte(chunk.name), chunk.data...)
		file = binary.BigEndian.AppendUint32(file, uint32(len(chunk.data)))
		file = append(file, named...)
		file = binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(named))
	}
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return "", fmt.Errorf("see the square code of a form: %w", err)
	}
	seen, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		return "", fmt.Errorf("see the square code of a form: %w", err)
	}
	// Printed straight and sharp: looking for its corners as in a photograph misjudges one picture in some dozen.
	code, err := qrcode.NewQRCodeReader().Decode(seen, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true})
	if err != nil {
		return "", fmt.Errorf("read the square code of a form: %w", err)
	}
	return code.GetText(), nil
}
