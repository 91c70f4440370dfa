package notify

import (
	"crypto/hmac"
	"crypto/md5"  //nolint:gosec // some providers sign with nothing better
	"crypto/sha1" //nolint:gosec // as md5
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"hash"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Template is a text with names in braces, "{to|mobile}", each with filters
// that are applied from left to right.
//
//	encode   percent-encoding of RFC 3986      mobile   without +86       number   a JSON number
//	sha256   hexadecimal digest                digits   without +         lower, upper
//	base64   of the bytes
//
// Digits in place of a name are themselves: "{100|number}" is the JSON number 100.
var templateUse = regexp.MustCompile(`\{([a-z][a-z0-9_|]*|[0-9]+\|number)\}`)

var templateFilters = map[string]func(string) string{
	"encode": percent,
	"sha256": func(s string) string { sum := sha256.Sum256([]byte(s)); return hex.EncodeToString(sum[:]) },
	"base64": func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"mobile": func(s string) string { return strings.TrimPrefix(s, "+86") },
	"digits": func(s string) string { return strings.TrimPrefix(s, "+") },
	"lower":  strings.ToLower,
	"upper":  strings.ToUpper,
	"number": func(s string) string { return s },
}

func filterNames() []string {
	var names []string
	for name := range templateFilters {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// fill puts values into a template. A name without a value stays empty: which
// names there may be was checked when the shape was loaded.
func fill(text string, values map[string]string) string {
	return templateUse.ReplaceAllStringFunc(text, func(use string) string {
		name, filters, _ := strings.Cut(use[1:len(use)-1], "|")
		value, ok := values[name]
		if !ok && name[0] <= '9' {
			value = name
		}
		for f := range strings.SplitSeq(filters, "|") {
			if apply, ok := templateFilters[f]; ok {
				value = apply(value)
			}
		}
		return value
	})
}

// percent is RFC 3986's percent-encoding of all but the unreserved characters.
func percent(s string) string {
	return strings.NewReplacer("+", "%20", "*", "%2A", "%7E", "~").Replace(url.QueryEscape(s))
}

// asksByDay reports whether a question names the day of the sending.
func (s *CallSpec) asksByDay() bool {
	for _, texts := range []map[string]string{s.Fields, s.Query} {
		for _, text := range texts {
			if strings.Contains(text, "{sent_day") {
				return true
			}
		}
	}
	return false
}

// sorted writes parameters by name, as many signatures want them.
func sorted(params map[string]string, encode func(string) string) string {
	names := make([]string, 0, len(params))
	for name := range params {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	for i, name := range names {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(encode(name) + "=" + encode(params[name]))
	}
	return b.String()
}

// digests are what a signature may be made with.
var digests = map[string]func() hash.Hash{"hmac-sha256": sha256.New, "hmac-sha1": sha1.New, "sha256": sha256.New, "md5": md5.New}

func digestNames() []string { return []string{"hmac-sha256", "hmac-sha1", "sha256", "md5"} }

// signature signs content by an algorithm with a chain of keys.
func signature(algorithm string, keys []string, content, encode string) string {
	make := digests[algorithm]
	var sum []byte
	if strings.HasPrefix(algorithm, "hmac-") {
		key := []byte(keys[0])
		for _, next := range append(slices.Clone(keys[1:]), content) {
			mac := hmac.New(make, key)
			mac.Write([]byte(next))
			key = mac.Sum(nil)
		}
		sum = key
	} else {
		h := make()
		h.Write([]byte(content))
		sum = h.Sum(nil)
	}
	switch encode {
	case "base64":
		return base64.StdEncoding.EncodeToString(sum)
	case "HEX":
		return strings.ToUpper(hex.EncodeToString(sum))
	}
	return hex.EncodeToString(sum)
}

// jsonBody builds an object of flat paths. "{values}" alone becomes the list of
// the message's values, a text whose last filter is number a number.
func jsonBody(fields map[string]string, values map[string]string, list []string) ([]byte, error) {
	root := map[string]any{}
	paths := make([]string, 0, len(fields))
	for path := range fields {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		filled := fill(fields[path], values)
		var leaf any = filled
		switch text := fields[path]; {
		case text == "{values}":
			leaf = list
		case strings.HasSuffix(text, "|number}"):
			leaf = json.Number(filled)
		}
		put(root, strings.Split(path, "."), leaf)
	}
	return json.Marshal(root)
}

// put sets a leaf; a step of digits makes a list of what lies below.
func put(into map[string]any, path []string, leaf any) {
	if len(path) == 1 {
		into[path[0]] = leaf
		return
	}
	if n, err := strconv.Atoi(path[1]); err == nil {
		list, _ := into[path[0]].([]any)
		for len(list) <= n {
			list = append(list, nil)
		}
		if len(path) == 2 {
			list[n] = leaf
		} else {
			below, ok := list[n].(map[string]any)
			if !ok {
				below = map[string]any{}
			}
			put(below, path[2:], leaf)
			list[n] = below
		}
		into[path[0]] = list
		return
	}
	below, ok := into[path[0]].(map[string]any)
	if !ok {
		below = map[string]any{}
		into[path[0]] = below
	}
	put(below, path[1:], leaf)
}

// at finds a place in a JSON value; "" and "." are the whole.
func at(v any, path string) any {
	if path == "" || path == "." {
		return v
	}
	for step := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			next, ok := in[step]
			if !ok {
				return nil
			}
			v = next
		case []any:
			n, err := strconv.Atoi(step)
			if err != nil || n < 0 || n >= len(in) {
				return nil
			}
			v = in[n]
		default:
			return nil
		}
	}
	return v
}

// textAt is what stands at a place, as text; empty where there is nothing plain.
func textAt(v any, path string) string {
	if path == "" {
		return ""
	}
	switch x := at(v, path).(type) {
	case string:
		return x
	case json.Number:
		return x.String()
	case bool:
		return strconv.FormatBool(x)
	}
	return ""
}

// fits compares a text with a pattern that may end in *.
func fits(text, pattern string) bool {
	if head, open := strings.CutSuffix(pattern, "*"); open {
		return strings.HasPrefix(text, head)
	}
	return text == pattern
}
