package flow

import (
	"fmt"
	"html"
	"slices"
	"strings"
)

// outcomesShown are the outcomes in Chinese.
var outcomesShown = map[string]string{
	"then": "", "answered": "已接听", "timeout": "等待超时", "no agent": "无人在岗", "nobody": "无人接听", "failed": "未成功",
	"recorded": "已留言", "nothing": "未留言", "promised": "已登记", "no choice": "未选择", "digits": "已输入", "no digits": "未输入",
	"within": "时间内", "outside": "时间外", "rest day": "休息日", "working day": "工作日", "else": "其他",
}

// shown is an exit's outcome as the graph tells it.
func (f *Flow) shown(node string, e exit) string {
	if text, ok := outcomesShown[e.outcome]; ok {
		return text
	}
	if key, ok := strings.CutPrefix(e.outcome, "key "); ok {
		return "按 " + key
	}
	if b := f.src.Nodes[node].Branch; b != nil {
		for i, c := range b.Cases {
			if e.field == fmt.Sprintf("cases[%d].then", i) {
				return c.When.shown()
			}
		}
	}
	return e.outcome
}

// shown is a condition in Chinese.
func (c condition) shown() string {
	var words []string
	truth := func(want *bool, yes, no string) {
		switch {
		case want == nil:
		case *want:
			words = append(words, yes)
		default:
			words = append(words, no)
		}
	}
	truth(c.Known, "已登记家庭", "未登记家庭")
	truth(c.Withheld, "号码隐藏", "有号码")
	truth(c.OpenTicket, "有未结工单", "无未结工单")
	truth(c.CallbackDue, "待回电", "无待回电")
	if c.CallsToday > 0 {
		words = append(words, fmt.Sprintf("今日第 %d 次起", c.CallsToday))
	}
	if c.AgentsOn != "" {
		words = append(words, c.AgentsOn+" 有人在岗")
	}
	if c.NoAgentsOn != "" {
		words = append(words, c.NoAgentsOn+" 无人在岗")
	}
	return strings.Join(words, "且")
}

// colours tell the kinds apart: people green, keys blue, speech grey, decisions
// yellow, the end red.
var colours = map[string]string{
	"queue": "#d8f0dc", "resume": "#d8f0dc", "ring": "#d8f0dc", "transfer": "#d8f0dc", "voicemail": "#e4f3d0", "callback": "#e4f3d0",
	"menu": "#dbe9fb", "gather": "#dbe9fb", "survey": "#dbe9fb", "hours": "#fdf3cf", "holiday": "#fdf3cf", "branch": "#fdf3cf",
	"set": "#f6e3d3", "hangup": "#f7d9d9",
}

// SVG draws the flow: boxes with their Chinese labels from the start down, lines
// with what leads there; a dashed line leads back.
func (f *Flow) SVG() string {
	p := f.picture()
	width, height := p.size()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" font-family="Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif" font-size="%.0f">`+"\n",
		width, height, width, height, fontSize)
	fmt.Fprintf(&b, "<title>%s</title>\n", html.EscapeString(f.Title()+" "+f.Version()))
	b.WriteString(`<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 10 5 0 10z" fill="#555"/></marker></defs>` + "\n")
	b.WriteString(`<rect width="100%" height="100%" fill="#fff"/>` + "\n")
	fmt.Fprintf(&b, `<text x="%.0f" y="%.0f" font-size="17" font-weight="bold">%s</text><text x="%.0f" y="%.0f" font-size="12" fill="#555">%s</text>`+"\n",
		margin, margin+8, html.EscapeString(f.Title()), margin, margin+26, html.EscapeString(f.Version()))
	for _, l := range p.links {
		p.drawLink(&b, l)
	}
	for _, name := range f.order {
		p.drawBox(&b, p.spots[name])
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// titleHeight is kept free above the first layer.
const titleHeight = 44.0

func (p *picture) size() (width, height float64) {
	for _, layer := range p.layers {
		for _, s := range layer {
			width = max(width, s.x+s.width/2)
		}
	}
	for _, l := range p.links {
		if l.back {
			from := p.spots[l.from]
			width = max(width, from.x+from.box/2+labelWidth(l)+30, p.spots[l.to].x+p.spots[l.to].box/2+80)
		}
	}
	return max(width+margin, 320), titleHeight + float64(len(p.layers)-1)*layerHeight + boxHeight + 2*margin
}

// top is the upper edge of a layer's boxes.
func (s *spot) top() float64 { return titleHeight + margin + float64(s.layer)*layerHeight }

func (p *picture) drawBox(b *strings.Builder, s *spot) {
	kind := p.flow.Kind(s.node)
	fill := colours[kind]
	if fill == "" {
		fill = "#ededed"
	}
	stroke := 1.0
	if s.node == p.flow.src.Start {
		stroke = 2.5
	}
	fmt.Fprintf(b, `<g><rect x="%.1f" y="%.1f" width="%.1f" height="%.0f" rx="8" fill="%s" stroke="#444" stroke-width="%.1f"/>`,
		s.x-s.box/2, s.top(), s.box, boxHeight, fill, stroke)
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="middle">%s</text>`, s.x, s.top()+21, html.EscapeString(p.flow.Label(s.node)))
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="middle" font-size="%.0f" fill="#555">%s · %s</text></g>`+"\n",
		s.x, s.top()+39, fontSize-3, kind, html.EscapeString(s.node))
}

func labelWidth(l *link) float64 { return textWidth(strings.Join(l.outcomes, "、"), fontSize-2) + 6 }

// drawLink draws from the port below the box, through the points, to the top of
// the next; one that leads back goes from side to side.
func (p *picture) drawLink(b *strings.Builder, l *link) {
	from, to := p.spots[l.from], p.spots[l.to]
	var path strings.Builder
	var x, y, labelX, labelY float64
	anchor, dash := "middle", ""
	if l.back {
		x, y = from.x+from.box/2, from.top()+boxHeight/2
		labelX, labelY, anchor, dash = x+8, y+16, "start", ` stroke-dasharray="6 4"`
		fmt.Fprintf(&path, "M%.1f %.1f C%.1f %.1f %.1f %.1f %.1f %.1f", x, y, x+12, y, x+18, y-12, x+18, y-boxHeight/2)
		x, y = x+18, y-boxHeight/2
		for _, point := range slices.Backward(l.via) {
			curve(&path, &x, &y, point.x, point.top()+boxHeight/2)
		}
		endX, endY := to.x+to.box/2, to.top()+boxHeight/2
		fmt.Fprintf(&path, " C%.1f %.1f %.1f %.1f %.1f %.1f", x+40, y-layerHeight/3, endX+70, endY, endX+2, endY)
	} else {
		x, y = p.port(l), from.top()+boxHeight
		labelX, labelY = x, y+15
		fmt.Fprintf(&path, "M%.1f %.1f", x, y)
		if len(l.outcomes) > 0 {
			y += 20
			fmt.Fprintf(&path, " V%.1f", y)
		}
		for _, point := range l.via {
			curve(&path, &x, &y, point.x, point.top())
			y += boxHeight
			fmt.Fprintf(&path, " V%.1f", y)
		}
		curve(&path, &x, &y, to.x, to.top()-1)
	}
	fmt.Fprintf(b, `<path d="%s" fill="none" stroke="#777" stroke-width="1.3" marker-end="url(#tip)"%s/>`, path.String(), dash)
	if len(l.outcomes) > 0 {
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="%s" font-size="%.0f" fill="#224" stroke="#fff" stroke-width="4" paint-order="stroke">%s</text>`,
			labelX, labelY, anchor, fontSize-2, html.EscapeString(strings.Join(l.outcomes, "、")))
	}
	b.WriteString("\n")
}

// curve goes on to a point and leaves and arrives upright.
func curve(path *strings.Builder, x, y *float64, toX, toY float64) {
	middle := (*y + toY) / 2
	fmt.Fprintf(path, " C%.1f %.1f %.1f %.1f %.1f %.1f", *x, middle, toX, middle, toX, toY)
	*x, *y = toX, toY
}

// port is where a link leaves its box: the links side by side, each as wide as
// its label, in the order of where they go.
func (p *picture) port(l *link) float64 {
	var all []*link
	total := 0.0
	for _, other := range p.links {
		if other.from == l.from && !other.back {
			all = append(all, other)
			total += labelWidth(other) + 10
		}
	}
	aim := func(l *link) float64 {
		if len(l.via) > 0 {
			return l.via[0].x
		}
		return p.spots[l.to].x
	}
	slices.SortStableFunc(all, func(a, b *link) int {
		if aim(a) < aim(b) {
			return -1
		}
		return 1
	})
	from := p.spots[l.from]
	x := from.x - total/2
	for _, other := range all {
		if other == l {
			break
		}
		x += labelWidth(other) + 10
	}
	return x + (labelWidth(l)+10)/2
}

// DOT tells the flow in Graphviz's language, for who wants another picture.
func (f *Flow) DOT() string {
	var b strings.Builder
	b.WriteString("digraph flow {\n  node [shape=box, style=\"rounded,filled\", fillcolor=\"#ededed\"];\n")
	for _, name := range f.order {
		fmt.Fprintf(&b, "  %q [label=%q, fillcolor=%q];\n", name, f.Label(name)+"\n"+f.Kind(name)+" · "+name, colours[f.Kind(name)])
	}
	for _, name := range f.order {
		for _, e := range f.steps[name].exits() {
			fmt.Fprintf(&b, "  %q -> %q [label=%q];\n", name, e.to, f.shown(name, e))
		}
	}
	b.WriteString("}\n")
	return b.String()
}
