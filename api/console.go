package api

import (
	"cmp"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// servePage serves the console: a file where there is one, the console's own
// first page for any address that it may know itself, and 404 for the rest.
func (s *Server) servePage(c *fiber.Ctx) error {
	if c.Method() != http.MethodGet && c.Method() != http.MethodHead {
		return fiber.ErrMethodNotAllowed
	}
	if s.deps.Console == nil {
		return fiber.ErrNotFound
	}
	name := strings.TrimPrefix(path.Clean(c.Path()), "/")
	content, err := fs.ReadFile(s.deps.Console, name)
	if err == nil && !strings.HasPrefix(path.Base(name), ".") {
		return sendFile(c, name, content)
	}
	if path.Ext(name) != "" { // a file that is not there, and no address of a page
		return fiber.ErrNotFound
	}
	content, err = fs.ReadFile(s.deps.Console, "index.html")
	if errors.Is(err, fs.ErrNotExist) {
		return newProblem(http.StatusNotFound, "console_not_built", "This binary was built without its console; run make build.")
	}
	if err != nil {
		return err // an embedded file that cannot be read is ours to mend
	}
	return sendFile(c, "index.html", content)
}

// fileKinds are those that Go does not know without the machine's own list.
var fileKinds = map[string]string{".webmanifest": "application/manifest+json", ".woff2": "font/woff2", ".map": "application/json",
	".js": "text/javascript; charset=utf-8", ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".ico": "image/x-icon"}

// sendFile lets browsers keep what carries a hash in its name, and ask again
// for everything else.
func sendFile(c *fiber.Ctx, name string, content []byte) error {
	ext := path.Ext(name)
	kind := cmp.Or(fileKinds[ext], mime.TypeByExtension(ext), fiber.MIMEOctetStream)
	c.Set(fiber.HeaderContentType, kind)
	if strings.HasPrefix(name, "assets/") {
		c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	} else {
		c.Set(fiber.HeaderCacheControl, "no-cache")
	}
	return c.Send(content)
}
