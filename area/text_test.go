package area

import "testing"

func TestTextsAreFoundAsNamesAre(t *testing.T) {
	text := NewText("什么人可以申请低保？DIBAO")
	best := 1000
	for _, query := range []string{"低保", "申请低保", "dibao", "shenqing", "DIBAO", "sqdb", "底保"} {
		words := Words(query, 8)
		if len(words) != 1 {
			t.Fatalf("%q is %d words", query, len(words))
		}
		score, ok := text.Score(words[0])
		if !ok {
			t.Errorf("%q is not found", query)
		}
		best = min(best, score)
	}
	if score, ok := text.Score(Words("特困", 8)[0]); ok {
		t.Errorf("a word that is not there scores %d", score)
	}
	if exact, _ := NewText("低保").Score(Words("低保", 8)[0]); exact >= best {
		t.Errorf("the whole text scores %d, a part %d", exact, best)
	}
	if _, ok := NewText("what counts").Score(Words("ts", 8)[0]); ok {
		t.Error("two letters are found within an English word")
	}
	if score, ok := NewText("what counts").Score(Words("count", 8)[0]); !ok || score != scorePrefix {
		t.Error("an English word is not found by how it begins")
	}
	if !Words("临时-救助", 8)[0].Within("申请临时救助，找谁？") || Words("特困", 8)[0].Within("申请临时救助") {
		t.Error("a word is not found as it is written")
	}
	if n := len(Words("a b c d e", 3)); n != 3 {
		t.Errorf("%d words, want 3", n)
	}
}
