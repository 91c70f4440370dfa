package sim

import (
	"fmt"
	"html"
	"math"
	"strings"

	"example.org/hotline/ticket"
)

// The chart's measures, in pixels.
const (
	chartWidth  = 900
	chartLeft   = 110
	chartRight  = 30
	barHeight   = 14
	dayTop      = 60
	dayHeight   = 180
	waitTop     = dayTop + dayHeight + 80
	waitRow     = 3*barHeight + 18
	chartHeight = waitTop + 4*waitRow + 60
)

// waitColours are those of acceptance, arrival and relief.
var waitColours = [3]string{"#5b8fd6", "#e0a43a", "#5aa469"}

// SVG draws a report: the urgent calls of each day with those that were helped in
// time, and the waits of each priority on a logarithmic scale beside its promise.
func (r Report) SVG() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif" font-size="12">`+"\n",
		chartWidth, chartHeight, chartWidth, chartHeight)
	title := fmt.Sprintf("%s from %s, %d days, %d %s, load x%g, seed %d: %d calls; lost %d, duplicates %d, orphans %d", r.Scenario, r.From, r.Days, r.Cities,
		plural(r.Cities, "city", "cities"), r.Load, r.Seed, r.Calls, r.Checks.Lost, r.Checks.Duplicates, r.Checks.Orphans)
	fmt.Fprintf(&b, "<title>%s</title>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n", html.EscapeString(title))
	text(&b, chartLeft, 24, "start", title)
	r.drawDays(&b)
	r.drawWaits(&b)
	b.WriteString("</svg>\n")
	return b.String()
}

func text(b *strings.Builder, x, y float64, anchor, s string) {
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="%s">%s</text>`+"\n", x, y, anchor, html.EscapeString(s))
}

func box(b *strings.Builder, x, y, width, height float64, fill string) {
	fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n", x, y, width, height, fill)
}

// drawDays draws a bar for each day: all of its urgent calls, and over it those
// that were helped in time.
func (r Report) drawDays(b *strings.Builder) {
	text(b, chartLeft, dayTop-10, "start", "Urgent calls of each day; green: helped in time, red: not")
	var most int64 = 1
	for _, d := range r.PerDay {
		most = max(most, d.Urgent)
	}
	bottom := float64(dayTop + dayHeight)
	wide := float64(chartWidth-chartLeft-chartRight) / float64(max(1, len(r.PerDay)))
	height := func(n int64) float64 { return float64(n) * dayHeight / float64(most) }
	for i, d := range r.PerDay {
		x := chartLeft + float64(i)*wide
		box(b, x, bottom-height(d.Urgent), wide*0.8, height(d.Urgent-d.OnTime), "#d9534f")
		box(b, x, bottom-height(d.OnTime), wide*0.8, height(d.OnTime), waitColours[2])
	}
	text(b, chartLeft-8, dayTop+10, "end", fmt.Sprint(most))
	text(b, chartLeft-8, bottom, "end", "0")
	if n := len(r.PerDay); n > 0 {
		text(b, chartLeft, bottom+16, "start", string(r.PerDay[0].Day))
		text(b, chartWidth-chartRight, bottom+16, "end", string(r.PerDay[n-1].Day))
	}
}

// The waits' scale goes from a second to a month.
const longest = 30 * 24 * 3600

func along(seconds int64) float64 {
	return float64(chartWidth-chartLeft-chartRight) * math.Log10(float64(min(max(seconds, 1), longest))) / math.Log10(longest)
}

// drawWaits draws the median of each wait as a bar, with ticks at p90 and p99.
func (r Report) drawWaits(b *strings.Builder) {
	text(b, chartLeft, waitTop-28, "start", "Waits from the INVITE: bar p50, ticks p90 and p99; blue: accepted, yellow: arrived, green: relieved; red line: the promise")
	bottom := float64(waitTop + len(r.Promises)*waitRow)
	for _, mark := range []struct {
		seconds int64
		name    string
	}{{1, "1 s"}, {60, "1 min"}, {3600, "1 h"}, {86400, "1 d"}, {7 * 86400, "7 d"}, {longest, "30 d"}} {
		x := chartLeft + along(mark.seconds)
		box(b, x, waitTop-10, 0.5, bottom-waitTop+10, "#bbb")
		text(b, x, bottom+16, "middle", mark.name)
	}
	promised := map[ticket.Priority]int64{ticket.P1: 2 * 3600, ticket.P2: 24 * 3600}
	for i, f := range r.Promises {
		top := float64(waitTop + i*waitRow)
		text(b, chartLeft-8, top+2*barHeight, "end", fmt.Sprintf("%s %s", f.Priority, percent(f.OnTimePart)))
		for n, w := range []Waits{f.Acceptance, f.Arrival, f.Relief} {
			y := top + float64(n*barHeight)
			box(b, chartLeft, y, along(w.P50), barHeight-3, waitColours[n])
			for _, s := range []int64{w.P90, w.P99} {
				box(b, chartLeft+along(s)-1, y, 2, barHeight-3, waitColours[n])
			}
		}
		if s := promised[f.Priority]; s > 0 {
			box(b, chartLeft+along(s), top-4, 1.5, waitRow-10, "#d9534f")
		}
	}
}
