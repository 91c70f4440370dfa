package knowledge

import (
	"cmp"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// Index finds articles. It does not change once it is made.
type Index struct {
	topics  []Topic
	entries []entry
}

// entry is one version of an article as the search reads it.
type entry struct {
	Article
	topic  *Topic
	titles []area.Text // questions
	tags   []area.Text
}

// NewIndex reads every article.
func NewIndex(topics []Topic) *Index {
	x := &Index{topics: slices.Clone(topics)}
	for i := range x.topics {
		t := &x.topics[i]
		for _, a := range t.Articles {
			e := entry{Article: a, topic: t, titles: []area.Text{area.NewText(a.Zh.Question), area.NewText(a.En.Question)}}
			for _, tag := range slices.Concat(a.Tags, []string{t.Zh, t.En}) {
				e.tags = append(e.tags, area.NewText(tag))
			}
			x.entries = append(x.entries, e)
		}
	}
	return x
}

// Found is an article as it is shown, with the sums and terms of a place and day.
type Found struct {
	Code       string      `json:"code"`
	Topic      string      `json:"topic"`
	TopicZh    string      `json:"topic_zh"`
	TopicEn    string      `json:"topic_en"`
	Zh         Said        `json:"zh"`
	En         Said        `json:"en"`
	Tags       []string    `json:"tags"`
	Source     string      `json:"source"`
	ValidFrom  ticket.Date `json:"valid_from"`
	ValidUntil ticket.Date `json:"valid_until,omitempty" doc:"Its last day; absent where no end is known"`
}

// mostWords is how many words of a query are looked at.
const mostWords = 6

// The scores by where a word was found: what people ask with before the question, the
// question before its answer. Within one, as names of places are scored (below 100).
const (
	inTag      = 0
	inQuestion = 100
	inAnswer   = 200
)

// Search lists the articles that are in force on the day and agree with every word of a
// query, the likeliest first; all of them, by topic, where it is empty.
func (x *Index) Search(query string, limit int, f Facts) []Found {
	words := area.Words(query, mostWords)
	type hit struct {
		*entry
		score int
	}
	var hits []hit
	for i := range x.entries {
		e := &x.entries[i]
		if !e.on(f.On) {
			continue
		}
		if score, ok := e.score(words); ok {
			hits = append(hits, hit{e, score})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.score, b.score) })
	list := make([]Found, 0, min(len(hits), limit))
	for _, h := range hits[:cap(list)] {
		list = append(list, h.found(f))
	}
	return list
}

// History lists every version of an article, the newest first, each with the sums and terms
// of its own last day, or of the day asked for while it is in force.
func (x *Index) History(code string, f Facts) []Found {
	list := []Found{}
	for i := range x.entries {
		e := &x.entries[i]
		if e.Code != code {
			continue
		}
		of := f
		if !e.on(f.On) {
			of.On = cmp.Or(e.ValidUntil, e.ValidFrom)
			if e.ValidFrom > f.On {
				of.On = e.ValidFrom
			}
		}
		list = append(list, e.found(of))
	}
	slices.SortFunc(list, func(a, b Found) int { return cmp.Compare(b.ValidFrom, a.ValidFrom) })
	return list
}

// score adds up how well each word agrees; false where one does not.
func (e *entry) score(words []area.Word) (sum int, ok bool) {
	for _, w := range words {
		best := -1
		take := func(base int, texts []area.Text) {
			for _, t := range texts {
				if score, agrees := t.Score(w); agrees && (best < 0 || base+score < best) {
					best = base + score
				}
			}
		}
		take(inTag, e.tags)
		take(inQuestion, e.titles)
		if best < 0 && (w.Within(e.Zh.Answer) || w.Within(e.En.Answer)) {
			best = inAnswer
		}
		if best < 0 {
			return 0, false
		}
		sum += best
	}
	return sum, true
}

func (e *entry) found(f Facts) Found {
	return Found{Code: e.Code, Topic: e.topic.Topic, TopicZh: e.topic.Zh, TopicEn: e.topic.En, Zh: f.said(e.Zh), En: f.said(e.En),
		Tags: e.Tags, Source: e.Source, ValidFrom: e.ValidFrom, ValidUntil: e.ValidUntil}
}
