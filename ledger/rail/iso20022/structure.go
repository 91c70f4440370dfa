package iso20022

import (
	"unicode/utf8"

	"example.org/hotline/ledger/rail"
)

// element is what a message may hold in one place.
type element struct {
	name     string
	least    int
	most     int // 0: any number
	length   int // of a text, in characters; 0: it holds elements
	currency bool
	choice   bool // one of its elements, not all
	open     bool // what stands below is not ours to judge
	kids     []element
}

func group(name string, kids ...element) element {
	return element{name: name, least: 1, most: 1, kids: kids}
}
func oneOf(name string, kids ...element) element {
	return element{name: name, least: 1, most: 1, choice: true, kids: kids}
}
func text(name string, length int) element {
	return element{name: name, least: 1, most: 1, length: length}
}
func amount(name string) element {
	return element{name: name, least: 1, most: 1, length: 20, currency: true}
}

// rest are elements that may be there any number of times and do not matter to us.
func rest(names ...string) []element {
	var list []element
	for _, name := range names {
		list = append(list, element{name: name, open: true})
	}
	return list
}

func (e element) opt() element  { e.least = 0; return e }
func (e element) many() element { e.most = 0; return e }

// list flattens elements and lists of them.
func list(parts ...any) []element {
	var all []element
	for _, p := range parts {
		switch p := p.(type) {
		case element:
			all = append(all, p)
		case []element:
			all = append(all, p...)
		}
	}
	return all
}

// message is one of the messages: its namespace and what Document holds.
type message struct {
	id   string // "pain.002.001.10"
	root element
}

func (m message) space() string { return "urn:iso:std:iso:20022:tech:xsd:" + m.id }

// holds looks whether a tree is this message, and notes every fault.
func (m message) holds(n *node, faults *rail.Faults) bool {
	if n.name != "Document" || n.space != m.space() || len(n.kids) != 1 || n.kids[0].name != m.root.name {
		faults.Add(n.line, "", "xml_other", map[string]any{"want": m.id})
		return false
	}
	c := structureCheck{message: m, faults: faults}
	c.inside(n, element{name: "Document", kids: []element{m.root}})
	return !faults.Any()
}

type structureCheck struct {
	message message
	faults  *rail.Faults
}

// inside holds the children of a node to what may stand there, in order.
func (c structureCheck) inside(n *node, e element) {
	place, count := 0, make([]int, len(e.kids))
	for _, k := range n.kids {
		if c.faults.Full() {
			return
		}
		at := indexOf(e.kids, k, c.message.space())
		switch {
		case at < 0:
			c.faults.Add(k.line, e.name, "xml_unknown", map[string]any{"want": c.message.id})
			continue
		case at < place:
			c.faults.Add(k.line, e.kids[at].name, "xml_order", nil)
		case e.choice && len(n.kids) > 1:
			c.faults.Add(k.line, e.kids[at].name, "xml_twice", nil)
		}
		place = max(place, at)
		if count[at]++; e.kids[at].most > 0 && count[at] > e.kids[at].most {
			c.faults.Add(k.line, e.kids[at].name, "xml_twice", nil)
		}
		c.one(k, e.kids[at])
	}
	if e.choice {
		if len(n.kids) == 0 {
			c.faults.Add(n.line, e.name, "xml_missing", nil)
		}
		return
	}
	for i, want := range e.kids {
		if count[i] < want.least {
			c.faults.Add(n.line, want.name, "xml_missing", nil)
		}
	}
}

func indexOf(kids []element, n *node, space string) int {
	for i, k := range kids {
		if k.name == n.name && n.space == space {
			return i
		}
	}
	return -1
}

// one holds a node to its element.
func (c structureCheck) one(n *node, e element) {
	if e.open {
		return
	}
	for _, a := range n.attrs {
		if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" && (!e.currency || a.Name.Local != "Ccy" || a.Name.Space != "") {
			c.faults.Add(n.line, e.name, "xml_unknown", map[string]any{"want": c.message.id})
		}
	}
	switch {
	case e.length == 0 && n.text != "", e.length > 0 && len(n.kids) > 0:
		c.faults.Add(n.line, e.name, "xml_text", nil)
	case e.length == 0:
		c.inside(n, e)
	case n.text == "":
		c.faults.Add(n.line, e.name, "cell_empty", nil)
	case utf8.RuneCountInString(n.text) > e.length:
		c.faults.Add(n.line, e.name, "cell_too_long", map[string]any{"most": e.length})
	case e.currency && n.attr("Ccy") != "CNY":
		c.faults.Add(n.line, e.name, "currency", nil)
	}
}
