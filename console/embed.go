// Package console is the web console, built by npm into dist and embedded, so
// that one binary serves it. It knows nothing of the rest of the program: the
// page speaks to the HTTP API like any other client.
package console

import (
	"embed"
	"io/fs"
)

// all: because Vite may name a file with a leading underscore, and because a
// clean clone holds only .gitkeep.
//
//go:embed all:dist
var dist embed.FS

// FS is the built console, index.html at its root. Before npm has built it, it
// holds nothing but .gitkeep, which a server can tell by index.html missing.
func FS() fs.FS {
	root, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("console: dist is not embedded: " + err.Error()) // only if the directive above is wrong
	}
	return root
}
