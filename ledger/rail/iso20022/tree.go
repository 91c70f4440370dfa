// Package iso20022 writes and reads the three messages of ISO 20022 by which a
// batch travels: pain.001.001.09 to the bank, pain.002.001.10 and
// camt.053.001.08 back. The standard's message definitions are at
// https://www.iso20022.org/iso-20022-message-definitions; what stands where was
// taken from them.
//
// A message is held to its structure before anything of it is believed: the
// right root in the right namespace, every element known, in its place and as
// often as it may be, no document type, no entity of its own, bounded in size
// and depth. Amounts are read as decimals, exactly, in CNY only.
package iso20022

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.org/hotline/ledger/rail"
)

// node is one element with the line on which it begins.
type node struct {
	name  string
	space string
	line  int
	text  string
	raw   []byte // the text while it is read: a comment parts it into any number of pieces
	attrs []xml.Attr
	kids  []*node
}

// Bounds within a file, beside rail.MostFileBytes. The deepest path of the three
// messages has 12 elements.
const (
	mostDepth = 32
	mostNodes = 400_000 // a report on the largest batch has 150,000
)

// kid is the first child of a name, or an empty node: what a structure allows to
// be absent is read as empty.
func (n *node) kid(path ...string) *node {
	for _, name := range path {
		next := &node{line: n.line}
		for _, k := range n.kids {
			if k.name == name {
				next = k
				break
			}
		}
		n = next
	}
	return n
}

// there reports whether the element was in the file.
func (n *node) there() bool { return n.name != "" }

// all are the children of a name.
func (n *node) all(name string) []*node {
	var list []*node
	for _, k := range n.kids {
		if k.name == name {
			list = append(list, k)
		}
	}
	return list
}

// attr is an attribute without a namespace.
func (n *node) attr(name string) string {
	for _, a := range n.attrs {
		if a.Name.Space == "" && a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// parse reads a bounded file into its tree; nil with faults noted.
func parse(from io.Reader, faults *rail.Faults) *node {
	raw, err := io.ReadAll(io.LimitReader(from, rail.MostFileBytes+1))
	raw = bytes.TrimPrefix(raw, []byte("\uFEFF"))
	switch {
	case err != nil:
		faults.Add(0, "", "file_unread", nil)
		return nil
	case len(raw) > rail.MostFileBytes:
		faults.Add(0, "", "file_too_large", map[string]any{"most": rail.MostFileBytes})
		return nil
	case len(bytes.TrimSpace(raw)) == 0:
		faults.Add(0, "", "file_empty", nil)
		return nil
	case !utf8.Valid(raw):
		faults.Add(firstBroken(raw), "", "xml_encoding", nil)
		return nil
	}
	b := builder{faults: faults}
	b.dec = xml.NewDecoder(bytes.NewReader(raw))
	b.dec.CharsetReader = func(string, io.Reader) (io.Reader, error) {
		b.stop("xml_encoding")
		return nil, errStopped
	}
	for !b.stopped {
		token, err := b.dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			b.stop("xml_broken") // the decoder's own words may repeat what stands there
			break
		}
		b.take(token)
	}
	if !b.stopped && b.root == nil {
		b.stop("xml_broken")
	}
	if b.stopped {
		return nil
	}
	return b.root
}

var errStopped = errors.New("the file is not in UTF-8")

// firstBroken is the first line that is not UTF-8.
func firstBroken(raw []byte) int {
	for i, line := range bytes.Split(raw, []byte("\n")) {
		if !utf8.Valid(line) {
			return i + 1
		}
	}
	return 0
}

// builder makes a tree of tokens.
type builder struct {
	dec     *xml.Decoder
	faults  *rail.Faults
	root    *node
	stack   []*node
	nodes   int
	stopped bool
}

// stop notes the one fault that ends the reading.
func (b *builder) stop(code string) {
	if !b.stopped {
		line, _ := b.dec.InputPos()
		b.faults.Add(line, "", code, nil)
		b.stopped = true
	}
}

func (b *builder) take(token xml.Token) {
	switch t := token.(type) {
	case xml.StartElement:
		b.open(t)
	case xml.EndElement:
		b.close()
	case xml.CharData:
		if len(b.stack) > 0 {
			n := b.stack[len(b.stack)-1]
			n.raw = append(n.raw, t...)
		} else if len(bytes.TrimSpace(t)) > 0 {
			b.stop("xml_broken")
		}
	case xml.Directive:
		b.stop("xml_dtd")
	case xml.ProcInst:
		if t.Target != "xml" || b.root != nil {
			b.stop("xml_dtd")
		}
	default: // a comment says nothing
	}
}

func (b *builder) open(t xml.StartElement) {
	line, _ := b.dec.InputPos()
	n := &node{name: t.Name.Local, space: t.Name.Space, line: line, attrs: t.Attr}
	b.nodes++
	switch {
	case len(b.stack) == mostDepth:
		b.stop("xml_deep")
		return
	case b.nodes > mostNodes:
		b.stop("xml_many")
		return
	case len(b.stack) > 0:
		over := b.stack[len(b.stack)-1]
		over.kids = append(over.kids, n)
	case b.root != nil:
		b.stop("xml_broken")
		return
	default:
		b.root = n
	}
	b.stack = append(b.stack, n)
}

// close looks at the text of an element that has ended: blanks between elements
// are nothing, text beside elements is no such message.
func (b *builder) close() {
	n := b.stack[len(b.stack)-1]
	b.stack = b.stack[:len(b.stack)-1]
	n.text, n.raw = strings.TrimSpace(string(n.raw)), nil
	switch {
	case len(n.kids) > 0 && n.text != "":
		b.faults.Add(n.line, "", "xml_text", nil)
	case strings.ContainsFunc(n.text, func(r rune) bool { return !unicode.IsPrint(r) }):
		b.faults.Add(n.line, "", "cell_not_plain", nil)
	}
}
