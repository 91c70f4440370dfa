package rule

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Change is one value that differs between two versions.
type Change struct {
	Path string `json:"path"` // "standards[dibao 9901 2021-01-01].fen"
	Was  string `json:"was"`  // empty: was not there
	Is   string `json:"is"`   // empty: is not there any more
}

// Diff lists what differs from one version to another, by path; the lines of a list are told
// apart by what names them, wherever they stand in it.
func Diff(was, is *Version) []Change {
	a, b := map[string]string{}, map[string]string{}
	flatten("", reflect.ValueOf(*was), a)
	flatten("", reflect.ValueOf(*is), b)
	var changes []Change
	for path, value := range a {
		if b[path] != value {
			changes = append(changes, Change{path, value, b[path]})
		}
	}
	for path, value := range b {
		if _, known := a[path]; !known {
			changes = append(changes, Change{Path: path, Is: value})
		}
	}
	slices.SortFunc(changes, func(x, y Change) int {
		return cmp.Or(cmp.Compare(section(x.Path), section(y.Path)), strings.Compare(x.Path, y.Path))
	})
	return changes
}

// section is the place of a path's first key in the file.
func section(path string) int {
	first := path[:strings.IndexAny(path+".", ".[")]
	t := reflect.TypeFor[Version]()
	for i := range t.NumField() {
		if t.Field(i).Tag.Get("yaml") == first {
			return i
		}
	}
	return t.NumField()
}

// flatten writes every value that says something under its path.
func flatten(path string, v reflect.Value, into map[string]string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			flatten(path, v.Elem(), into)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			key := v.Type().Field(i).Tag.Get("yaml")
			flatten(strings.Trim(path+"."+key, "."), v.Field(i), into)
		}
	case reflect.Slice:
		flattenList(path, v, into)
	default:
		if !v.IsZero() {
			into[path] = fmt.Sprint(v.Interface())
		}
	}
}

// flattenList writes a list of words as one value, a list of lines one by one.
func flattenList(path string, v reflect.Value, into map[string]string) {
	if v.Len() > 0 && v.Index(0).Kind() != reflect.Struct {
		into[path] = strings.Trim(fmt.Sprint(v.Interface()), "[]")
		return
	}
	for i := range v.Len() {
		item := map[string]string{}
		flatten("", v.Index(i), item)
		name, by := nameOf(v.Index(i))
		at := path + "[" + name + "]"
		for key, value := range item {
			if !slices.Contains(by, key) {
				into[at+"."+key] = value
			}
		}
		if len(item) == len(by) {
			into[at] = "listed"
		}
	}
}

// naming are the keys that tell one line of a list from another, as the checks ask for it.
var naming = []string{"aid", "level", "kind", "area", "from", "tier", "class", "after"}

// nameOf is the code of a line, or else what tells it apart, and the keys that this took.
func nameOf(item reflect.Value) (name string, by []string) {
	keys := map[string]string{}
	for i := range item.NumField() {
		if f := item.Field(i); f.Kind() != reflect.Slice && f.Kind() != reflect.Pointer && !f.IsZero() {
			keys[item.Type().Field(i).Tag.Get("yaml")] = fmt.Sprint(f.Interface())
		}
	}
	if code := keys["code"]; code != "" {
		return code, []string{"code"}
	}
	var parts []string
	for _, key := range naming {
		if keys[key] != "" {
			parts, by = append(parts, keys[key]), append(by, key)
		}
	}
	return strings.Join(parts, " "), by
}
