package flow

import (
	"cmp"
	"slices"
	"unicode"
)

// The picture of a flow is drawn in layers, each node below all that lead to it
// (after Sugiyama, Tagawa and Toda): ways that lead back are turned round while
// the layers are found, long ways are held in their place by invisible points,
// and every layer is put in the order of its neighbours' means.

// link is all ways from one node to another, drawn as one line.
type link struct {
	from, to string
	outcomes []string // as they are shown
	back     bool     // leads up again
	via      []*spot  // the points in the layers between, top down
}

// spot is a node of the picture, or a point of a long link.
type spot struct {
	node  string // "" for a point
	layer int
	width float64 // with what must stay free beside it
	box   float64 // of what is drawn
	x     float64 // centre
	above []*spot
	below []*spot
}

// picture is a flow with a place for everything.
type picture struct {
	flow   *Flow
	spots  map[string]*spot
	links  []*link
	layers [][]*spot
}

// Sizes in pixels.
const (
	boxHeight   = 50.0
	layerHeight = 128.0
	between     = 26.0 // boxes side by side
	margin      = 24.0
	fontSize    = 14.0
)

func (f *Flow) picture() *picture {
	p := &picture{flow: f, spots: map[string]*spot{}}
	for _, name := range f.order {
		p.spots[name] = &spot{node: name}
	}
	p.collect()
	p.rank()
	p.measure()
	p.stretch()
	for range 12 {
		p.sort(true)
		p.sort(false)
	}
	for range 24 {
		p.place(true)
		p.place(false)
	}
	p.place(true)
	p.moveIn()
	return p
}

// collect joins the exits that lead from one node to another, and finds those
// that lead back by going deep first.
func (p *picture) collect() {
	const on, done = 1, 2
	seen := map[string]int{}
	var visit func(name string)
	visit = func(name string) {
		seen[name] = on
		byTarget := map[string]*link{}
		for _, e := range p.flow.steps[name].exits() {
			l := byTarget[e.to]
			if l == nil {
				l = &link{from: name, to: e.to, back: seen[e.to] == on}
				byTarget[e.to] = l
				p.links = append(p.links, l)
			}
			if shown := p.flow.shown(name, e); shown != "" && !slices.Contains(l.outcomes, shown) {
				l.outcomes = append(l.outcomes, shown)
			}
			if seen[e.to] == 0 {
				visit(e.to)
			}
		}
		seen[name] = done
	}
	visit(p.flow.src.Start)
}

// rank puts every node below all that lead to it.
func (p *picture) rank() {
	for range p.spots {
		for _, l := range p.links {
			if from, to := p.spots[l.from], p.spots[l.to]; !l.back && from != to {
				to.layer = max(to.layer, from.layer+1)
			}
		}
	}
	for _, name := range p.flow.order {
		s := p.spots[name]
		p.put(s)
	}
}

func (p *picture) put(s *spot) {
	for len(p.layers) <= s.layer {
		p.layers = append(p.layers, nil)
	}
	p.layers[s.layer] = append(p.layers[s.layer], s)
}

// measure makes each box as wide as its texts and the labels below it.
func (p *picture) measure() {
	for name, s := range p.spots {
		s.width = max(textWidth(p.flow.Label(name), fontSize), textWidth(p.flow.Kind(name)+" · "+name, fontSize-3)) + 28
		labels := 0.0
		for _, l := range p.links {
			if l.from == name && !l.back {
				labels += labelWidth(l) + 10
			}
		}
		s.box = max(s.width, labels)
		s.width = s.box
		for _, l := range p.links {
			if l.from == name && l.back && len(l.outcomes) > 0 {
				s.width = max(s.width, s.box+2*labelWidth(l)) // its label stands beside the box
			}
		}
	}
}

// stretch gives long links their points and tells neighbours of each other.
func (p *picture) stretch() {
	for _, l := range p.links {
		top, bottom := p.spots[l.from], p.spots[l.to]
		if l.back {
			top, bottom = bottom, top
		}
		last := top
		for layer := top.layer + 1; layer < bottom.layer; layer++ {
			point := &spot{layer: layer, width: 14}
			if l.back {
				point.width = 30
			}
			p.put(point)
			l.via = append(l.via, point)
			last.below, point.above = append(last.below, point), append(point.above, last)
			last = point
		}
		if top != bottom && top.layer != bottom.layer {
			last.below, bottom.above = append(last.below, bottom), append(bottom.above, last)
		}
	}
}

// sort orders the layers by the mean place of their neighbours, going down or up.
func (p *picture) sort(down bool) {
	index := map[*spot]float64{}
	for i := range p.layers {
		layer := p.layers[i]
		if !down {
			layer = p.layers[len(p.layers)-1-i]
		}
		for j, s := range layer {
			index[s] = float64(j)
		}
		mean := map[*spot]float64{}
		for j, s := range layer {
			mean[s] = average(s.neighbours(down), func(n *spot) float64 { return index[n] }, float64(j))
		}
		slices.SortStableFunc(layer, func(a, b *spot) int { return cmp.Compare(mean[a], mean[b]) })
		for j, s := range layer {
			index[s] = float64(j)
		}
	}
}

func (s *spot) neighbours(above bool) []*spot {
	if above {
		return s.above
	}
	return s.below
}

// place moves every box as near as its order allows to the mean of its
// neighbours: least squares under distances (pool adjacent violators).
func (p *picture) place(down bool) {
	for i := range p.layers {
		layer := p.layers[i]
		if !down {
			layer = p.layers[len(p.layers)-1-i]
		}
		type block struct {
			sum   float64
			count int
		}
		offset, offsets, blocks := 0.0, make([]float64, len(layer)), []block{}
		for j, s := range layer {
			if j > 0 {
				offset += (layer[j-1].width+s.width)/2 + between
			}
			offsets[j] = offset
			want := average(s.neighbours(down), func(n *spot) float64 { return n.x }, s.x)
			blocks = append(blocks, block{want - offset, 1})
			for n := len(blocks); n > 1 && blocks[n-2].sum/float64(blocks[n-2].count) > blocks[n-1].sum/float64(blocks[n-1].count); n-- {
				blocks[n-2] = block{blocks[n-2].sum + blocks[n-1].sum, blocks[n-2].count + blocks[n-1].count}
				blocks = blocks[:n-1]
			}
		}
		j := 0
		for _, b := range blocks {
			for range b.count {
				layer[j].x = b.sum/float64(b.count) + offsets[j]
				j++
			}
		}
	}
}

// moveIn shifts the picture so that it begins at the margin.
func (p *picture) moveIn() {
	left := 0.0
	for i, layer := range p.layers {
		for _, s := range layer {
			if edge := s.x - s.width/2; i == 0 && s == layer[0] || edge < left {
				left = edge
			}
		}
	}
	for _, layer := range p.layers {
		for _, s := range layer {
			s.x += margin - left
		}
	}
}

func average(of []*spot, value func(*spot) float64, otherwise float64) float64 {
	if len(of) == 0 {
		return otherwise
	}
	sum := 0.0
	for _, s := range of {
		sum += value(s)
	}
	return sum / float64(len(of))
}

// textWidth estimates: Chinese characters are as wide as high, others about half.
func textWidth(text string, size float64) float64 {
	width := 0.0
	for _, r := range text {
		if unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0xFFEF {
			width += size
		} else {
			width += 0.58 * size
		}
	}
	return width
}
