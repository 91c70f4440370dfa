package api

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
)

// openAPIConfig is huma without what would load from other origins (its page)
// or add to answers what nobody asked for ($schema).
func openAPIConfig() huma.Config {
	cfg := huma.DefaultConfig("hotline 12349", "1")
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath, cfg.CreateHooks = "", "", "", nil
	cfg.RejectUnknownQueryParameters = true
	cfg.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"session": {Type: "apiKey", In: "cookie", Name: "hotline_session",
		Description: "Set by POST /api/v1/session; __Host-hotline_session over https."}}
	cfg.Info.Description = "From the call to the receipt. Errors are RFC 9457 problems with a stable code; lists use cursors; unsafe requests take an " +
		"Idempotency-Key; times are RFC 3339 in UTC; money is integer fen. What you may not see or do is 404. x-roles tells who may use an operation."
	return cfg
}

// schemaName calls a type by its package and name, so that the rows of several
// rooms do not collide: ticket.Row becomes TicketRow.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	room := path.Base(t.PkgPath())
	name := huma.DefaultSchemaNamer(t, hint)
	if t.Name() == "" || room == "api" || room == "." || strings.HasPrefix(strings.ToLower(name), room) {
		return name
	}
	return strings.ToUpper(room[:1]) + room[1:] + name
}

// schemaOf names the schema of a type that a hand-written operation uses.
func (s *Server) schemaOf(v any) *huma.Schema {
	return s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(v), true, "")
}

// OpenAPI is the document that describes every route, indented.
func (s *Server) OpenAPI() ([]byte, error) {
	compact, err := json.Marshal(s.api.OpenAPI())
	if err != nil {
		return nil, fmt.Errorf("write the OpenAPI document: %w", err)
	}
	var tree any // once more, so that every object is sorted and the file changes only where the API does
	if err := json.Unmarshal(compact, &tree); err != nil {
		return nil, fmt.Errorf("write the OpenAPI document: %w", err)
	}
	document, err := json.MarshalIndent(tree, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the OpenAPI document: %w", err)
	}
	return append(document, '\n'), nil
}

// docsFiles is the page that draws the document, with nothing from elsewhere.
//
//go:embed docs
var docsFiles embed.FS

// mountDocs serves the document and its page.
func (s *Server) mountDocs() {
	written := sync.OnceValues(s.OpenAPI) // the routes do not change any more
	s.app.Get("/openapi.json", func(c *fiber.Ctx) error {
		document, err := written()
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, "application/openapi+json")
		return c.Send(document)
	})
	for address, name := range map[string]string{"/docs": "index.html", "/docs/docs.js": "docs.js", "/docs/docs.css": "docs.css"} {
		s.app.Get(address, func(c *fiber.Ctx) error {
			content, err := docsFiles.ReadFile("docs/" + name)
			if err != nil {
				return fmt.Errorf("read the documentation page: %w", err)
			}
			return sendFile(c, name, content)
		})
	}
}
