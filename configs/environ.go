package configs

import (
	"reflect"
	"strings"
)

// envPrefix begins every variable that overrides a key: sip.max_calls is
// HOTLINE_SIP_MAX_CALLS. Lists of texts are written with commas. Lists of
// objects (trunks, numbers) can only be set in the file.
const envPrefix = "HOTLINE_"

// envOthers are variables with our prefix that are no keys.
var envOthers = []string{"HOTLINE_CONFIG", "HOTLINE_FAILPOINT", "HOTLINE_TEST_", "HOTLINE_DEV_"}

// override sets the keys that the environment names. A variable with our prefix
// that names no key is a fault: it would otherwise be believed to work.
func (l *faultList) override(into any, environ []string) {
	fields := map[string]string{}
	values := map[string]reflect.Value{}
	leaves(reflect.ValueOf(into).Elem(), "", func(path string, v reflect.Value) {
		name := envPrefix + strings.ToUpper(strings.ReplaceAll(path, ".", "_"))
		fields[name], values[name] = path, v
	})
	for _, entry := range environ {
		name, text, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, envPrefix) || isOther(name) {
			continue
		}
		path, ok := fields[name]
		if !ok {
			l.faults = append(l.faults, &Fault{File: name, Detail: "no key has this name: write HOTLINE_SECTION_KEY, or unset it"})
			continue
		}
		l.env[path] = name
		l.leaf(path, text, values[name])
	}
}

func (l *faultList) leaf(path, text string, into reflect.Value) {
	if into.Kind() != reflect.Slice {
		l.scalar(path, text, into)
		return
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
	fresh := reflect.MakeSlice(into.Type(), len(parts), len(parts))
	for i, part := range parts {
		l.scalar(path, part, fresh.Index(i))
	}
	into.Set(fresh)
}

// leaves visits every key that one variable can set.
func leaves(v reflect.Value, path string, visit func(string, reflect.Value)) {
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag.Get("yaml")
		if tag == "" || tag == "-" {
			continue
		}
		at := strings.TrimPrefix(path+"."+tag, ".")
		field := v.Field(i)
		switch {
		case isScalar(field.Type()):
			visit(at, field)
		case field.Kind() == reflect.Struct:
			leaves(field, at, visit)
		case field.Kind() == reflect.Slice && isScalar(field.Type().Elem()):
			visit(at, field)
		}
	}
}

func isOther(name string) bool {
	for _, other := range envOthers {
		if name == other || strings.HasSuffix(other, "_") && strings.HasPrefix(name, other) {
			return true
		}
	}
	return false
}
