package gateway

import (
	"slices"

	"example.org/hotline/area"
)

// Banks are all banks of a city, in the order of its settings.
type Banks []*Bank

// ByID is the bank of an id. A batch of a bank that the settings no longer name
// has none; it cannot be sent, and its return cannot be read.
func (b Banks) ByID(id string) (*Bank, bool) {
	return b.first(func(bank *Bank) bool { return bank.ID() == id })
}

// Of is the bank through which a place's payouts go: its county's.
func (b Banks) Of(place area.Code) (*Bank, bool) {
	return b.first(func(bank *Bank) bool { return bank.County() == place.At(area.LevelCounty) })
}

func (b Banks) first(is func(*Bank) bool) (*Bank, bool) {
	i := slices.IndexFunc(b, is)
	if i < 0 {
		return nil, false
	}
	return b[i], true
}
