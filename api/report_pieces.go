package api

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

type pieceInput struct {
	Body struct {
		About string `json:"about" format:"uuid" doc:"The report's id"`
		ID    string `json:"id,omitempty" format:"uuid"`
		Kind  string `json:"kind" enum:"addition,correction"`
		Text  string `json:"text" minLength:"1" maxLength:"2000" doc:"No identity or telephone numbers"`
		Written
	}
}

func (s *Server) pieceAuthor(ctx context.Context, in *pieceInput) (act.Actor, error) {
	return s.author(ctx, in.Body.Written)
}

// Added is something that came to a report.
type Added struct {
	ID     string `json:"id" format:"uuid"`
	Joined bool   `json:"joined" doc:"false: it waits for the report, which has not come yet"`
}

func (s *Server) addPiece(ctx context.Context, tx Tx, in *pieceInput) (Added, error) {
	id := newID(ctx, in.Body.ID)
	joined, err := ticket.AddToReport(ctx, tx, ticket.Piece{PublicID: id, About: in.Body.About, Kind: ticket.PieceKind(in.Body.Kind), Text: act.Private(in.Body.Text),
		WrittenAt: in.Body.WrittenAt, Carrier: carrier(ctx, tx.Actor())})
	return Added{id, joined}, err
}

// photoInput is a photo that fits into one request: it needs no ticket to be sent to.
type photoInput struct {
	Body struct {
		About     string `json:"about" format:"uuid" doc:"The report's id"`
		ID        string `json:"id,omitempty" format:"uuid"`
		MediaType string `json:"media_type" enum:"image/jpeg,image/png"`
		SHA256    string `json:"sha256" pattern:"^[0-9a-f]{64}$"`
		Content   []byte `json:"content" maxLength:"245000" doc:"At most 180,000 octets, in base64"`
		Written
	}
}

func (s *Server) photoAuthor(ctx context.Context, in *photoInput) (act.Actor, error) {
	return s.author(ctx, in.Body.Written)
}

func (s *Server) addPhoto(ctx context.Context, tx Tx, in *photoInput) (Added, error) {
	sum, err := hex.DecodeString(in.Body.SHA256)
	if err != nil {
		return Added{}, act.Invalid("sha256", "photo_changed", "Write the photo's SHA-256 as 64 digits of hex.")
	}
	id := newID(ctx, in.Body.ID)
	joined, err := ticket.AddToReport(ctx, tx, ticket.Piece{PublicID: id, About: in.Body.About, Kind: ticket.PiecePhoto,
		Photo:     ticket.Photo{MediaType: in.Body.MediaType, SHA256: sum, Content: in.Body.Content},
		WrittenAt: in.Body.WrittenAt, Carrier: carrier(ctx, tx.Actor())})
	return Added{id, joined}, err
}

// bindPieceContent serves a photo of the village. Each look at it is a record.
func bindPieceContent(s *Server, r *route) {
	s.app.Add(r.method, fiberPath(r.path), func(c *fiber.Ctx) error {
		ctx, id := c.UserContext(), c.Params("id")
		var photo ticket.Photo
		err := s.deps.Run(ctx, requestOf(ctx).actor, func(tx Tx) (err error) {
			me := tx.Actor()
			if photo, err = tx.PiecePhoto(ctx, id, slices.Contains(reporters, me.Role)); err != nil {
				return err
			}
			return tx.Audit(ctx, act.Record{Action: "photo.view", Subject: act.Subject{Kind: "staff", ID: int64(me.StaffID)}, Area: me.Area, Data: map[string]any{"photo": id}})
		})
		if err != nil {
			return err
		}
		return sendPicture(c, photo.MediaType, photo.Content)
	})
	s.describePicture(r)
}

// sendPicture sends a picture that a browser may show and nothing else.
func sendPicture(c *fiber.Ctx, kind string, content []byte) error {
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox; frame-ancestors 'none'")
	c.Set(fiber.HeaderContentDisposition, "inline; filename="+strconv.Quote("photo"))
	return c.Send(content)
}

// describePicture writes a route that answers with a picture into the API's description.
func (s *Server) describePicture(r *route) {
	op := r.operation()
	op.Parameters = append(op.Parameters, &huma.Param{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}})
	picture := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	op.Responses = map[string]*huma.Response{
		"200":     {Description: "The photo", Content: map[string]*huma.MediaType{"image/jpeg": picture, "image/png": picture, "image/webp": picture}},
		"default": {Description: "Error", Content: map[string]*huma.MediaType{problemType: {Schema: s.schemaOf(Problem{})}}},
	}
	s.api.OpenAPI().AddOperation(&op)
}
