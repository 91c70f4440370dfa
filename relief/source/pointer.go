package source

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

func joined(all []error) error { return errors.Join(all...) }

// steps are the parts of a JSON pointer (RFC 6901).
func steps(pointer string) []string {
	if pointer == "" {
		return nil
	}
	parts := strings.Split(pointer[1:], "/")
	for i, p := range parts {
		parts[i] = strings.ReplaceAll(strings.ReplaceAll(p, "~1", "/"), "~0", "~")
	}
	return parts
}

// find follows a pointer; false where it leads nowhere.
func find(in any, pointer string) (any, bool) {
	for _, step := range steps(pointer) {
		switch at := in.(type) {
		case map[string]any:
			next, ok := at[step]
			if !ok {
				return nil, false
			}
			in = next
		case []any:
			n, err := strconv.Atoi(step)
			if err != nil || n < 0 || n >= len(at) {
				return nil, false
			}
			in = at[n]
		default:
			return nil, false
		}
	}
	return in, true
}

// scalar is a value as text; false for what is none, and for null.
func scalar(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v), true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	default:
		return "", false
	}
}

// Write is the body of a question: nothing of the person but what the request has a place for.
func (r Request) Write(q Question) ([]byte, error) {
	fill := strings.NewReplacer("{id_number}", string(q.Number), "{name}", string(q.Name), "{request}", q.Request)
	body := map[string]any{}
	for _, pointer := range slices.Sorted(maps.Keys(r.Body)) {
		at := body
		parts := steps(pointer)
		for i, step := range parts {
			if i == len(parts)-1 {
				if _, taken := at[step]; taken {
					return nil, errors.New("two values have one place")
				}
				at[step] = fill.Replace(r.Body[pointer])
				break
			}
			if at[step] == nil {
				at[step] = map[string]any{}
			}
			next, ok := at[step].(map[string]any)
			if !ok {
				return nil, errors.New("a value lies within another")
			}
			at = next
		}
	}
	written, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("write a question: %w", err)
	}
	return written, nil
}
