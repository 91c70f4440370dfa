package flow

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

// Every key of the language stands in docs/call-flow.md: it is the only place
// where who writes a flow finds it.
func TestEveryKeyOfTheLanguageIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/call-flow.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	var visit func(of reflect.Type)
	visit = func(of reflect.Type) {
		switch of.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			visit(of.Elem())
		case reflect.Struct:
			for i := range of.NumField() {
				key := of.Field(i).Tag.Get("yaml")
				if key == "" {
					continue
				}
				found++
				if doc := string(text); !strings.Contains(doc, "`"+key+"`") && !strings.Contains(doc, key+"}`") && !strings.Contains(doc, "{"+key+",") {
					t.Errorf("%s of %s is not documented", key, of.Name())
				}
				visit(of.Field(i).Type)
			}
		default:
		}
	}
	visit(reflect.TypeFor[Source]())
	if found < 60 {
		t.Errorf("only %d keys were looked for", found)
	}
}
