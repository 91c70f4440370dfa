package hotline_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	mdLink   = regexp.MustCompile(`\]\(([^)#\s]+)(?:#[^)]*)?\)`)
	mdQuoted = regexp.MustCompile("`([^`\n]+)`")
	pathLike = regexp.MustCompile(`^[\w.-]+(/[\w.*-]+)*/?$`)
	testName = regexp.MustCompile(`^(Test|Fuzz|Benchmark)[A-Z]\w*$`)
	testFunc = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)[A-Z]\w*)\(`)
)

// Whatever file, folder or test the documents name is there: readers follow them.
func TestWhatTheDocumentsNameExists(t *testing.T) {
	tests, top, documents := documented(t)
	for _, document := range documents {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mdLink.FindAllStringSubmatch(string(text), -1) {
			if !strings.Contains(m[1], ":") && !there(path.Join(path.Dir(document), m[1])) {
				t.Errorf("%s links to %s, which is not there", document, m[1])
			}
		}
		for _, m := range mdQuoted.FindAllStringSubmatch(string(text), -1) {
			name := m[1]
			switch first, _, inside := strings.Cut(name, "/"); {
			case testName.MatchString(name) && !tests[name]:
				t.Errorf("%s names %s, and no test is called so", document, name)
			case inside && top[first] && pathLike.MatchString(name) && !there(name):
				t.Errorf("%s names %s, which is not there", document, name)
			}
		}
	}
}

// there reports whether there is such a file or folder; * stands for anything.
func there(name string) bool {
	found, err := filepath.Glob(strings.TrimSuffix(name, "/"))
	return err == nil && len(found) > 0
}

// documented collects the names of all tests, of the folders at the top, and of the documents.
func documented(t *testing.T) (tests, top map[string]bool, documents []string) {
	t.Helper()
	tests, top = map[string]bool{}, map[string]bool{}
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == "bin" || name != "." && strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case d.IsDir() && name != "." && !strings.Contains(name, "/"):
			top[name] = true
		case strings.HasSuffix(name, "_test.go"):
			source, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			for _, m := range testFunc.FindAllStringSubmatch(string(source), -1) {
				tests[m[1]] = true
			}
		case strings.HasSuffix(name, ".md") && (!strings.Contains(name, "/") || strings.HasPrefix(name, "docs/")):
			documents = append(documents, name)
		}
		return nil
	})
	if err != nil || len(documents) < 8 || len(tests) < 300 {
		t.Fatalf("found %d documents and %d tests, %v", len(documents), len(tests), err)
	}
	return tests, top, documents
}
