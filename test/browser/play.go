// Package browser plays stories in Chromium beside a test that holds the city.
package browser

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/hotline/test/city"
)

// browserLimit is how long a whole story may take in the browser; every wait
// within it has a limit of its own that says what did not happen.
const browserLimit = 12 * time.Minute

// Play runs a story in Chromium and answers what it asks, until it ends. begin
// is what the story is told at its start.
func Play(t *testing.T, story string, begin map[string]any, answer func(what string) any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), browserLimit)
	defer cancel()
	node := exec.CommandContext(ctx, "node", story)
	node.WaitDelay = 5 * time.Second // for Chromium, which holds the pipes too
	var stderr strings.Builder
	node.Stderr = &stderr
	stdin, err := node.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := node.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	answers := json.NewEncoder(stdin)
	sendErr := answers.Encode(begin)
	for lines := bufio.NewScanner(stdout); sendErr == nil && lines.Scan(); {
		if what, asked := strings.CutPrefix(lines.Text(), "? "); asked {
			sendErr = answers.Encode(answer(what))
		} else {
			t.Log(lines.Text())
		}
	}
	if err := node.Wait(); err != nil || sendErr != nil {
		t.Fatalf("the browser's story: %v %v\n%s\npictures: %s", err, sendErr, stderr.String(), begin["pictures"])
	}
}

// Passwords is everybody's password, by login.
func Passwords(c *city.City) map[string]string {
	all := map[string]string{}
	for name, user := range c.Users {
		all[name] = user.Password
	}
	return all
}

// ConsoleIsBuilt fails where the program would be built with no console in it,
// or with an old one.
func ConsoleIsBuilt(t *testing.T) {
	t.Helper()
	root := filepath.Join("..", "..", "console")
	built, err := os.Stat(filepath.Join(root, "dist", "index.html"))
	if err != nil {
		t.Fatal("the console is not built: run `make console` first (`make test` does)")
	}
	err = filepath.WalkDir(filepath.Join(root, "src"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if info, err := entry.Info(); err != nil || info.ModTime().After(built.ModTime()) {
			return fmt.Errorf("%s is newer than console/dist: run `make console` first (`make test` does)", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
