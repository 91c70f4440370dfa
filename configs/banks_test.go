package configs

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

func TestBuiltInBanksAreSound(t *testing.T) {
	p, err := LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"demo_rural", "demo_city"} {
		if p.Banks[name] == nil {
			t.Errorf("no bank %s", name)
		}
	}
}

func TestFaultsOfBanksWithTheirLines(t *testing.T) {
	data, err := fs.ReadFile(builtIn, "bank/demo_city.yaml")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(data), "\n")
	line := func(holds string) int {
		for i, l := range lines {
			if strings.Contains(l, holds) {
				return i + 1
			}
		}
		t.Fatalf("no line holds %q", holds)
		return 0
	}
	for _, test := range []struct{ from, to, want string }{
		{"encoding: gb18030", "encoding: gbk", "batch.encoding: must be utf-8 or gb18030"},
		{"form: fixed", "form: fixd", "batch.form: must be delimited or fixed"},
		{"line_end: crlf", "line_end: cr", "batch.line_end: must be lf or crlf"},
		{"{name: holder, width: 60}", "{name: holder}", "batch.line[4].width: must lie between 1"},
		{"{name: holder, width: 60}", "{name: holdr, width: 60}", "batch.line[4].name: is unknown here; known are blank, account"},
		{"{name: holder, width: 60}", "{name: account, width: 60}", "batch.line[4].name: stands there twice"},
		{"{name: holder, width: 60}", "{width: 60}", "batch.line[4]: needs either a name or a constant"},
		{"{name: account, width: 32}", "{name: account, width: 32, align: right, pad: \"0\"}", "batch.line[3].pad: 0 is for numbers"},
		{"{name: date, width: 10, format: YYYY-MM-DD}", "{name: date, width: 10, format: DD.MM.YY}", "batch.header[6].format: must be YYYYMMDD"},
		{"{name: date, width: 10, format: YYYY-MM-DD}", "{name: date, width: 8, format: YYYY-MM-DD}", "batch.header[6].width: is too narrow"},
		{"{name: sum, width: 18, align: right, pad: \"0\", format: fen}", "{name: sum, width: 19, align: right, pad: \"0\", format: fen}", "batch.trailer[2].width: a number has at most 18"},
		{"成功: succeeded, 失败: failed", "成功: paid, 失败: failed", "results.成功: must be accepted"},
		{"失败: failed}", "失败: pending}", "results: needs the bank's word for failed"},
		{"E001: account_unknown", "E001: gone", "reasons.E001: must be one of"},
		{"\"9\": other", "\"9\": resident_id", "id_types.9: has two words"},
		{"{name: result, width: 4}", "{name: result, width: 3}", "results.成功: has no room in the field result: it has 4 bytes"},
		{"{constant: \"9\", width: 1}", "{constant: 完了, width: 3}", "batch.trailer[0].width: the constant has 4 bytes"},
		{"PAY{unit}{date}-{batch}.dat", "PAY{unit}{account}.dat", "file_name: must hold {batch}"},
	} {
		text := strings.Replace(string(data), test.from, test.to, 1)
		l, all := fstest.MapFS{"bank/demo_city.yaml": {Data: []byte(text)}}, faultList{}
		loadBanks(l, &all)
		at := line(test.from)
		if strings.HasPrefix(test.want, "results") {
			at = line("results:")
		}
		if want := fmt.Sprintf("bank/demo_city.yaml:%d: %s", at, test.want); !strings.Contains(fmt.Sprint(all.err()), want) {
			t.Errorf("no fault %q in:\n%v", want, all.err())
		}
	}
}

func TestACityWithoutBanks(t *testing.T) {
	var all faultList
	if banks := loadBanks(fstest.MapFS{}, &all); len(banks) != 0 || all.err() != nil {
		t.Errorf("%v, %v", banks, all.err())
	}
}
