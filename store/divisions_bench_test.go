package store

import (
	"strings"
	"testing"

	"example.org/hotline/test/places"
	"example.org/hotline/test/servers"
)

// benchDB is an empty database of the newest version.
func benchDB(b *testing.B) *DB {
	b.Helper()
	db, err := Open(Options{URL: servers.Database(b, "hotline", Migrate).AppURL, Sealer: testSealer(b), Logger: quiet})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	return db
}

// importCity looks at a file and applies it, as hotline import areas --apply does.
func importCity(b *testing.B, db *DB, csv []byte) {
	b.Helper()
	err := db.InTx(b.Context(), systemAreas, func(tx *Tx) error {
		p, err := tx.PreviewDivisions(b.Context(), "places.csv", csv)
		if err == nil {
			_, err = tx.ApplyDivisions(b.Context(), p.ID)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkImportCity reads, checks and writes 1 city, 11 counties, 156 townships
// and 4,401 villages, each of them under another name than before.
func BenchmarkImportCity(b *testing.B) {
	db := benchDB(b)
	first := places.CSV(places.Generate(places.Counties, places.Townships, places.Villages))
	second := []byte(strings.NewReplacer("村,", "社区,", "镇,", "街道,", "县,", "区,", "市,", "地区,").Replace(string(first)))
	importCity(b, db, first)
	for n := 0; b.Loop(); n++ {
		importCity(b, db, [][]byte{second, first}[n%2])
	}
}

// BenchmarkLoadCity loads that city into memory, ready to be searched.
func BenchmarkLoadCity(b *testing.B) {
	db := benchDB(b)
	importCity(b, db, places.CSV(places.Generate(places.Counties, places.Townships, places.Villages)))
	for b.Loop() {
		a := NewAreas(db, nil, quiet)
		if err := a.Refresh(b.Context()); err != nil {
			b.Fatal(err)
		}
		if a.Index().Size() != 4569 {
			b.Fatalf("%d places", a.Index().Size())
		}
	}
}
