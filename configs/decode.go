package configs

import (
	"cmp"
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// decode reads a YAML file into a struct and finds every fault at once, with its
// line: unknown and doubled keys, wrong types, values that a type refuses. Keys
// that are absent leave the field as it is. Texts take any scalar as it is
// written, so that an area code needs no quotes. Anchors, aliases and tags are
// refused: what a line means must be seen on that line.
func decode(file string, data []byte, into any) *faultList {
	l := &faultList{file: file, lines: map[string]int{"": 1}, env: map[string]string{}}
	parsed, err := parser.ParseBytes(data, 0)
	if err != nil {
		l.syntax(err)
		return l
	}
	if len(parsed.Docs) > 1 {
		l.at("", "holds more than one document: remove the line ---")
	}
	if len(parsed.Docs) > 0 && parsed.Docs[0].Body != nil {
		l.value("", parsed.Docs[0].Body, reflect.ValueOf(into).Elem())
	}
	return l
}

// syntax is a fault of the YAML itself, which ends the reading.
func (l *faultList) syntax(err error) {
	fault := &Fault{File: l.file, Detail: "not YAML: " + err.Error()}
	if yamlErr, ok := errors.AsType[yaml.Error](err); ok {
		fault.Detail = "not YAML: " + yamlErr.GetMessage()
		if token := yamlErr.GetToken(); token != nil {
			fault.Line = token.Position.Line
		}
	}
	l.faults = append(l.faults, fault)
}

// value reads one node into one Go value.
func (l *faultList) value(path string, node ast.Node, into reflect.Value) {
	if _, seen := l.lines[path]; !seen || path == "" {
		l.lines[path] = node.GetToken().Position.Line
	}
	switch node.(type) {
	case *ast.NullNode:
		return // "key:" keeps the default
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		l.at(path, "anchors, aliases and tags are not used here: write the value out")
		return
	}
	if into.Kind() == reflect.Pointer {
		if into.IsNil() {
			into.Set(reflect.New(into.Type().Elem()))
		}
		into = into.Elem()
	}
	if isScalar(into.Type()) {
		text, ok := scalarText(node)
		if !ok {
			l.at(path, "must be %s", wanted(into.Type()))
			return
		}
		l.scalar(path, text, into)
		return
	}
	switch into.Kind() {
	case reflect.Struct:
		l.object(path, node, into)
	case reflect.Map:
		l.mapping(path, node, into)
	case reflect.Slice:
		l.sequence(path, node, into)
	default:
		panic("configs: no YAML form for " + into.Type().String())
	}
}

func (l *faultList) object(path string, node ast.Node, into reflect.Value) {
	l.pairs(path, node, func(key, at string, value ast.Node) {
		field, ok := fieldByKey(into, key)
		if !ok {
			l.at(at, "unknown key; known here: %s", strings.Join(keysOf(into.Type()), ", "))
			return
		}
		l.value(at, value, field)
	})
}

func (l *faultList) mapping(path string, node ast.Node, into reflect.Value) {
	fresh := reflect.MakeMap(into.Type())
	l.pairs(path, node, func(key, at string, value ast.Node) {
		k := reflect.New(into.Type().Key()).Elem()
		v := reflect.New(into.Type().Elem()).Elem()
		l.scalar(at, key, k)
		l.value(at, value, v)
		fresh.SetMapIndex(k, v)
	})
	into.Set(fresh)
}

func (l *faultList) sequence(path string, node ast.Node, into reflect.Value) {
	list, ok := node.(*ast.SequenceNode)
	if !ok {
		l.at(path, "must be a list")
		return
	}
	fresh := reflect.MakeSlice(into.Type(), len(list.Values), len(list.Values))
	for i, item := range list.Values {
		l.value(fmt.Sprintf("%s[%d]", path, i), item, fresh.Index(i))
	}
	into.Set(fresh)
}

// pairs walks a mapping and notes the line of each key.
func (l *faultList) pairs(path string, node ast.Node, visit func(key, at string, value ast.Node)) {
	object, ok := node.(ast.MapNode)
	if !ok {
		l.at(path, "must hold keys and values")
		return
	}
	for pairs := object.MapRange(); pairs.Next(); {
		pair := pairs.KeyValue()
		key, ok := scalarText(pair.Key)
		if !ok {
			l.at(path, "a key must be plain text")
			continue
		}
		at := key
		if path != "" {
			at = path + "." + key
		}
		l.lines[at] = pair.Key.GetToken().Position.Line
		visit(key, at, pair.Value)
	}
}

// scalar sets a text, number, truth value, duration or TextUnmarshaler.
func (l *faultList) scalar(path, text string, into reflect.Value) {
	if err := setScalar(text, into); err != nil {
		l.at(path, "must be %s", cmp.Or(describe(err), wanted(into.Type())))
	}
}

var (
	unmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()
	durationType    = reflect.TypeFor[time.Duration]()
)

func isScalar(t reflect.Type) bool {
	if reflect.PointerTo(t).Implements(unmarshalerType) {
		return true
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Map, reflect.Slice:
		return false
	default:
		return true
	}
}

// refusal is what a TextUnmarshaler said.
type refusal struct{ error }

func describe(err error) string {
	if r, ok := errors.AsType[refusal](err); ok {
		return "a value it accepts: " + r.Error()
	}
	return ""
}

func setScalar(text string, into reflect.Value) error {
	if u, ok := into.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if err := u.UnmarshalText([]byte(text)); err != nil {
			return refusal{err}
		}
		return nil
	}
	if into.Type() == durationType {
		d, err := time.ParseDuration(text)
		into.SetInt(int64(d))
		return err
	}
	plain := strings.ReplaceAll(text, "_", "")
	switch into.Kind() {
	case reflect.String:
		into.SetString(text)
	case reflect.Bool:
		if text != "true" && text != "false" {
			return strconv.ErrSyntax
		}
		into.SetBool(text == "true")
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(plain, 10, into.Type().Bits())
		into.SetInt(n)
		return err
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		n, err := strconv.ParseUint(plain, 10, into.Type().Bits())
		into.SetUint(n)
		return err
	case reflect.Float64:
		f, err := strconv.ParseFloat(plain, 64)
		into.SetFloat(f)
		return err
	default:
		panic("configs: no YAML form for " + into.Type().String())
	}
	return nil
}

// wanted says in words what a type takes.
func wanted(t reflect.Type) string {
	switch {
	case t == durationType:
		return "a duration with its unit, such as 500ms, 30s or 2h"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Int64:
		return "a whole number"
	case t.Kind() >= reflect.Uint && t.Kind() <= reflect.Uint64:
		return fmt.Sprintf("a whole number from 0 to %d", uint64(1)<<t.Bits()-1)
	case t.Kind() == reflect.Float64:
		return "a number"
	default:
		return "a text"
	}
}

// scalarText is a scalar as it was written, without quotes.
func scalarText(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return node.GetToken().Value, true
	default:
		return "", false
	}
}

// fieldByKey finds the field with the yaml tag key.
func fieldByKey(v reflect.Value, key string) (reflect.Value, bool) {
	for i := range v.NumField() {
		if tag := v.Type().Field(i).Tag.Get("yaml"); tag == key && tag != "-" {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

func keysOf(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		if tag := t.Field(i).Tag.Get("yaml"); tag != "" && tag != "-" {
			keys = append(keys, tag)
		}
	}
	slices.Sort(keys)
	return keys
}
