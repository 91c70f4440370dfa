package sim

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"

	"example.org/hotline/ticket"
)

// The chart's measures, in pixels.
const (
	chartWidth  = 960
	chartLeft   = 120
	chartRight  = 40
	plotWidth   = chartWidth - chartLeft - chartRight
	barHeight   = 14
	widestDay   = 96 // a single day is a bar, not a wall
	dayTop      = 128
	dayHeight   = 180
	waitTop     = dayTop + dayHeight + 116
	waitRow     = 3*barHeight + 22
	chartHeight = waitTop + 4*waitRow + 40
)

// The chart's colours. Those that stand beside one another differ in lightness as well as in hue, so that they can be
// told apart in grey and by those who do not see red and green; text has a contrast of at least 7 to 1 on white.
const (
	inkColour  = "#1f2933"
	greyColour = "#4a5560"
	gridColour = "#d3d9de"
	inTime     = "#8cc5a2"
	tooLate    = "#a61b29"
	promise    = "#a61b29"
)

// waitColours are those of acceptance, arrival and relief.
var waitColours = [3]string{"#12467b", "#d98a00", "#6fa8dc"}

// SVG draws a report: the urgent calls of each day with those that were helped in
// time, and the waits of each priority on a logarithmic scale beside its promise.
func (r Report) SVG() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" fill="%s" font-family="'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', 'Microsoft YaHei', 'PingFang SC', sans-serif" font-size="13">`+"\n",
		chartWidth, chartHeight, chartWidth, chartHeight, inkColour)
	title := fmt.Sprintf("%s from %s, %d %s, %s %s, load x%g, seed %d: %s calls", r.Scenario, r.From, r.Days, plural(r.Days, "day", "days"),
		grouped(int64(r.Cities)), plural(r.Cities, "city", "cities"), r.Load, r.Seed, grouped(r.Calls))
	checks := fmt.Sprintf("lost %d, duplicates %d, orphans %d", r.Checks.Lost, r.Checks.Duplicates, r.Checks.Orphans)
	fmt.Fprintf(&b, "<title>%s; %s</title>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n", html.EscapeString(title), checks)
	text(&b, 24, 32, "start", title, `font-size="17" font-weight="bold"`)
	text(&b, 24, 54, "start", "policy "+r.Policy+"; "+checks, fmt.Sprintf(`fill="%s"`, greyColour))
	r.drawDays(&b)
	r.drawWaits(&b)
	b.WriteString("</svg>\n")
	return b.String()
}

func text(b *strings.Builder, x, y float64, anchor, s string, style ...string) {
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="%s" %s>%s</text>`+"\n", x, y, anchor, strings.Join(style, " "), html.EscapeString(s))
}

// box draws a rectangle; what it stands for is its tooltip, where there is any.
func box(b *strings.Builder, x, y, width, height float64, fill, tip string) {
	fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"`, x, y, width, height, fill)
	if tip == "" {
		b.WriteString("/>\n")
		return
	}
	fmt.Fprintf(b, "><title>%s</title></rect>\n", html.EscapeString(tip))
}

// key draws what the colours mean, from left to right.
func key(b *strings.Builder, y float64, entries [][2]string) {
	x := float64(chartLeft)
	for _, e := range entries {
		box(b, x, y-10, 12, 12, e[0], "")
		text(b, x+18, y, "start", e[1])
		x += 18 + 7.2*float64(len(e[1])) + 24
	}
}

// drawDays draws a bar for each day: those that were helped in time, and on top of them those that were not.
func (r Report) drawDays(b *strings.Builder) {
	text(b, 24, dayTop-40, "start", "Urgent calls of each day", `font-weight="bold"`)
	key(b, dayTop-18, [][2]string{{inTime, "helped in time"}, {tooLate, "too late"}})
	var most int64 = 1
	for _, d := range r.PerDay {
		most = max(most, d.Urgent)
	}
	bottom := float64(dayTop + dayHeight)
	height := func(n int64) float64 { return float64(n) * dayHeight / float64(most) }
	for _, n := range slices.Compact([]int64{0, most / 2, most}) {
		y := bottom - height(n)
		box(b, chartLeft, y-0.5, plotWidth, 1, gridColour, "")
		text(b, chartLeft-10, y+4, "end", grouped(n))
	}
	wide := min(widestDay, float64(plotWidth)/float64(max(1, len(r.PerDay))))
	every := max(1, int(math.Ceil(48/wide))) // days between two labels, so that none touches the next
	for i, d := range r.PerDay {
		x := chartLeft + float64(i)*wide
		late := d.Urgent - d.OnTime
		tip := fmt.Sprintf("%s: %s urgent, %s too late", d.Day, grouped(d.Urgent), grouped(late))
		box(b, x+wide*0.1, bottom-height(d.OnTime), wide*0.8, height(d.OnTime), inTime, tip)
		box(b, x+wide*0.1, bottom-height(d.Urgent), wide*0.8, height(late), tooLate, tip)
		if i%every == 0 {
			text(b, x+wide/2, bottom+20, "middle", string(d.Day)[len("2026-"):])
		}
	}
}

// The waits' scale goes from a second to a month.
const longest = 30 * 24 * 3600

func along(seconds int64) float64 {
	return plotWidth * math.Log10(float64(min(max(seconds, 1), longest))) / math.Log10(longest)
}

// drawWaits draws the median of each wait as a bar, with ticks at p90 and p99.
func (r Report) drawWaits(b *strings.Builder) {
	text(b, 24, waitTop-62, "start", "Waits from the INVITE: the bar is p50, its ticks are p90 and p99", `font-weight="bold"`)
	key(b, waitTop-38, [][2]string{{waitColours[0], "accepted"}, {waitColours[1], "arrived"}, {waitColours[2], "relieved"}, {promise, "the promise"}})
	bottom := float64(waitTop + len(r.Promises)*waitRow)
	for _, mark := range []struct {
		seconds int64
		name    string
	}{{1, "1 s"}, {60, "1 min"}, {600, "10 min"}, {3600, "1 h"}, {6 * 3600, "6 h"}, {86400, "1 d"}, {7 * 86400, "7 d"}, {longest, "30 d"}} {
		x := chartLeft + along(mark.seconds)
		box(b, x-0.5, waitTop-14, 1, bottom-waitTop+14, gridColour, "")
		text(b, x, bottom+18, "middle", mark.name)
	}
	promised := map[ticket.Priority]int64{ticket.P1: 2 * 3600, ticket.P2: 24 * 3600}
	for i, f := range r.Promises {
		top := float64(waitTop + i*waitRow)
		text(b, chartLeft-10, top+barHeight, "end", string(f.Priority), `font-weight="bold"`)
		text(b, chartLeft-10, top+2*barHeight+4, "end", percent(f.OnTimePart), fmt.Sprintf(`fill="%s"`, greyColour))
		for n, w := range []Waits{f.Acceptance, f.Arrival, f.Relief} {
			if w.Count == 0 {
				continue // nobody waited: no bar of a second
			}
			y := top + float64(n*barHeight)
			tip := fmt.Sprintf("p50 %s, p90 %s, p99 %s", span(w.P50), span(w.P90), span(w.P99))
			middle := y + float64(barHeight-3)/2
			box(b, chartLeft+along(w.P50), middle-0.75, along(w.P99)-along(w.P50), 1.5, waitColours[n], tip)
			box(b, chartLeft, y, along(w.P50), barHeight-3, waitColours[n], tip)
			for _, s := range []int64{w.P90, w.P99} {
				box(b, chartLeft+along(s)-1.5, y, 3, barHeight-3, waitColours[n], tip)
			}
		}
		if s := promised[f.Priority]; s > 0 {
			x := chartLeft + along(s)
			fmt.Fprintf(b, `<path d="M%.1f %.1fv%d" stroke="%s" stroke-width="2.5" stroke-dasharray="5 3"/>`+"\n", x, top-6, waitRow-12, promise)
		}
	}
}

// grouped writes a number in groups of three digits.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
