package api

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// PlaceRows are imports of places, within the actor's scope.
type PlaceRows interface {
	// PreviewDivisions finds out what a file would change and every fault in it, and keeps it for whoever applies it.
	PreviewDivisions(ctx context.Context, name string, raw []byte) (area.ImportPreview, error)
	// ApplyDivisions carries out a file that was looked at, all of it or nothing.
	ApplyDivisions(ctx context.Context, id string) (area.ImportPreview, error)
}

// Places is the area tree of this node.
type Places interface {
	// Index is the tree as it is now.
	Index() *area.Index
}

// seekers may look for places: whoever works on tickets, and who brings places in.
var (
	importers = []area.Role{area.RoleSystemAdmin}
	seekers   = slices.Concat(importers, readers, reporters)
)

// areaTable is the part of the table about places.
func areaTable() []*route {
	get, post := http.MethodGet, http.MethodPost
	return []*route{
		{method: get, path: "/areas/search", who: seekers, summary: "Places by name, pinyin or first letters, the likeliest first", bind: read((*Server).searchAreas)},
		{method: get, path: "/areas/{code}", who: seekers, summary: "One place, what it lies in and what lies in it", bind: read((*Server).getArea)},
		{method: post, path: "/areas/imports", who: importers, summary: "Look at a file of places: what it would change, and its faults", bind: do((*Server).previewAreas)},
		{method: post, path: "/areas/imports/{id}/application", who: importers, summary: "Apply a file that was looked at, all of it or nothing", bind: do((*Server).applyAreas)},
	}
}

type searchAreasInput struct {
	Text   string `query:"q" maxLength:"100" doc:"Characters, pinyin or first letters: 石桥, shi qiao, sq; several words name places within one another"`
	Within string `query:"within" pattern:"^[0-9]{12}$" doc:"Default: your own area"`
	Near   string `query:"near" pattern:"^[0-9]{12}$" doc:"Where names agree alike, places close to it come first. Default: your own area"`
	Limit  int    `query:"limit" minimum:"1" maximum:"50" default:"20"`
}

// HitList are places that were found.
type HitList struct {
	Items []area.Hit `json:"items"`
}

func (s *Server) searchAreas(_ context.Context, tx Tx, in *searchAreasInput) (HitList, error) {
	own := tx.Actor().Area
	q := area.Query{Text: in.Text, Within: own, Near: own, On: area.DateOf(tx.Now()), Limit: in.Limit}
	if in.Within != "" {
		q.Within = area.Code(in.Within)
	}
	if in.Near != "" {
		q.Near = area.Code(in.Near)
	}
	if !own.Contains(q.Within) {
		return HitList{}, act.NotFound("area")
	}
	return HitList{Items: s.deps.Places.Index().Search(q)}, nil
}

type areaInput struct {
	Code string `path:"code" pattern:"^[0-9]{12}$"`
	On   string `query:"on" format:"date" doc:"As it was or will be on this day. Default: today"`
}

// PlaceView is one place with what lies around it.
type PlaceView struct {
	area.Place
	ValidFrom area.Date    `json:"valid_from"`
	ValidTo   area.Date    `json:"valid_to,omitempty" doc:"First day on which it is no place any more"`
	Successor *area.Place  `json:"successor,omitempty" doc:"Who answers for it, where it has been merged"`
	Parents   []area.Place `json:"parents" doc:"What it lies in, the widest first"`
	Children  []area.Place `json:"children"`
	Figures   area.Figures `json:"figures" doc:"Places at or below it"`
}

func (s *Server) getArea(_ context.Context, tx Tx, in *areaInput) (PlaceView, error) {
	tree, code, on := s.deps.Places.Index(), area.Code(in.Code), area.DateOf(tx.Now())
	if in.On != "" {
		on = area.Date(in.On)
	}
	d, found := tree.Get(code)
	if !found || !tx.Actor().Area.Contains(code) {
		return PlaceView{}, act.NotFound("area")
	}
	v := PlaceView{Place: area.PlaceOf(d), ValidFrom: d.ValidFrom, ValidTo: d.ValidTo, Parents: placesOf(tree.Parents(code)),
		Children: placesOf(tree.Children(code, on)), Figures: tree.Figures(code, on)}
	if to, answered := tree.Resolve(code, on); answered && to != code {
		successor, _ := tree.Get(to)
		place := area.PlaceOf(successor)
		v.Successor = &place
	}
	return v, nil
}

func placesOf(divisions []area.Division) []area.Place {
	places := make([]area.Place, 0, len(divisions))
	for _, d := range divisions {
		places = append(places, area.PlaceOf(d))
	}
	return places
}

type fileInput struct {
	File    string `query:"file" maxLength:"120" doc:"Its name, to be shown again"`
	RawBody []byte `contentType:"text/csv" doc:"The file as it is (UTF-8 or GB18030), or packed with gzip; at most 256 KiB as sent, 8 MiB unpacked"`
}

func (s *Server) previewAreas(ctx context.Context, tx Tx, in *fileInput) (area.ImportPreview, error) {
	raw, err := unpacked(in.RawBody)
	if err != nil {
		return area.ImportPreview{}, err
	}
	return tx.PreviewDivisions(ctx, in.File, raw)
}

func (s *Server) applyAreas(ctx context.Context, tx Tx, in *ThingRef) (area.ImportPreview, error) {
	return tx.ApplyDivisions(ctx, in.ID)
}

// mostUnpacked is as many bytes as an imported file may have; one that was
// packed to grow without end stops here.
const mostUnpacked = 8 << 20

// unpacked is an imported file, which may have been packed to fit into a body.
func unpacked(body []byte) ([]byte, error) {
	if !bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		return body, nil
	}
	broken := act.Invalid("", "file_broken", "The packed file cannot be unpacked; pack it again with gzip. Nothing was done.")
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, broken
	}
	raw, err := io.ReadAll(io.LimitReader(r, mostUnpacked+1))
	switch {
	case err != nil:
		return nil, broken
	case len(raw) > mostUnpacked:
		return nil, act.Invalid("", "file_too_large", "The file has more than 8 MiB; split it. Nothing was done.")
	}
	return raw, nil
}
