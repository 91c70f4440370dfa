package area

import "time"

// MostShown is as many faults, and as many changes, as a preview lists. All of
// them are counted.
const MostShown = 500

// ImportPreview is what a file of places would do, or has done.
type ImportPreview struct {
	ID      string      `json:"id" doc:"By which it is applied"`
	File    string      `json:"file"`
	Counts  Counts      `json:"counts"`
	Faults  []LineFault `json:"faults" doc:"The first 500; a file with a fault cannot be applied"`
	Changes []Change    `json:"changes" doc:"The first 500"`
	Applied *time.Time  `json:"applied,omitempty" doc:"When it was; absent where nothing was changed yet"`
}

// Preview shows a plan.
func (p DivisionPlan) Preview(id, file string) ImportPreview {
	return ImportPreview{ID: id, File: file, Counts: p.Counts, Faults: first(p.Faults), Changes: first(p.Changes)}
}

// first is the part of a list that is shown; never nil.
func first[T any](list []T) []T { return append([]T{}, list[:min(len(list), MostShown)]...) }
