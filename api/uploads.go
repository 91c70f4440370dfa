package api

import (
	"cmp"
	"context"
	"slices"

	"github.com/gofiber/fiber/v2"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief"
)

// Upload is a photo on its way: which parts are there, and whether it is whole.
type Upload struct {
	relief.UploadView
	Received []int `json:"received" doc:"Parts that are there, from 1"`
	Complete bool  `json:"complete"`
}

func uploadOf(v relief.UploadView) Upload {
	u := Upload{UploadView: v, Received: []int{}, Complete: v.State == relief.UploadComplete}
	for n := 1; n <= v.Parts; n++ {
		if !slices.Contains(v.Missing, n) {
			u.Received = append(u.Received, n)
		}
	}
	return u
}

// defaultPart is how many bytes a part has unless the client asks for another
// size: 200 kB would take longer than the read timeout below 160 kbit/s.
const defaultPart = 64_000

type beginUploadInput struct {
	Body struct {
		ID        string `json:"id,omitempty" format:"uuid"`
		Ticket    string `json:"ticket" minLength:"1" maxLength:"36"`
		MediaType string `json:"media_type" enum:"image/jpeg,image/png,image/webp"`
		Size      int64  `json:"size" minimum:"1"`
		SHA256    string `json:"sha256" pattern:"^[0-9a-fA-F]{64}$"`
		PartSize  int64  `json:"part_size,omitempty" minimum:"16000" maximum:"200000" doc:"Default 64000"`
	}
}

func (s *Server) beginUpload(ctx context.Context, tx Tx, in *beginUploadInput) (Upload, error) {
	b := in.Body
	id, err := tx.TicketByRef(ctx, b.Ticket)
	if err != nil {
		return Upload{}, err
	}
	u, err := relief.BeginUpload(ctx, tx, id, relief.UploadInput{PublicID: newID(ctx, b.ID), MediaType: b.MediaType, Size: b.Size, SHA256: b.SHA256, PartSize: cmp.Or(b.PartSize, defaultPart)})
	if err != nil {
		return Upload{}, err
	}
	return uploadPage(ctx, tx, u.PublicID)
}

func uploadPage(ctx context.Context, tx Tx, id string) (Upload, error) {
	v, err := tx.UploadView(ctx, id)
	return uploadOf(v), err
}

type putPartInput struct {
	ThingRef
	Part    int    `path:"part" minimum:"1" maximum:"1000"`
	RawBody []byte `contentType:"application/octet-stream"`
}

// putPart keeps one part. The part that makes the photo whole also has it
// checked: a client that was cut off before the last answer sees "complete"
// when it asks.
func (s *Server) putPart(ctx context.Context, tx Tx, in *putPartInput) (Upload, error) {
	u, err := relief.PutPart(ctx, tx, in.ID, in.Part, in.RawBody)
	if err != nil {
		return Upload{}, err
	}
	page, err := uploadPage(ctx, tx, u.PublicID)
	if err != nil || page.Complete || len(page.Missing) > 0 {
		return page, err
	}
	if _, err := relief.CompleteUpload(ctx, tx, in.ID); err != nil {
		return Upload{}, err
	}
	return uploadPage(ctx, tx, u.PublicID)
}

func (s *Server) getUpload(ctx context.Context, tx Tx, in *ThingRef) (Upload, error) {
	u, err := tx.UploadByRef(ctx, in.ID)
	if err == nil {
		err = mayAskUpload(tx, u)
	}
	if err != nil {
		return Upload{}, err
	}
	return uploadPage(ctx, tx, in.ID)
}

// mayAskUpload refuses an agency's person the photos of others.
func mayAskUpload(tx Tx, u relief.Upload) error {
	if tx.Actor().Role == area.RoleAgency && u.By != tx.Actor().StaffID {
		return act.NotFound("upload")
	}
	return nil
}

// bindUploadContent serves a photo. Each look at it is a record.
func bindUploadContent(s *Server, r *route) {
	s.app.Add(r.method, fiberPath(r.path), func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		var kind string
		var content []byte
		err := s.deps.Run(ctx, requestOf(ctx).actor, func(tx Tx) error {
			u, err := tx.UploadByRef(ctx, c.Params("id"))
			if err != nil {
				return err
			}
			if u.State != relief.UploadComplete {
				return act.NotFound("upload")
			}
			if content, err = tx.UploadContent(ctx, u); err != nil {
				return err
			}
			kind = u.MediaType
			v, err := tx.TicketView(ctx, u.Ticket)
			if err != nil {
				return err
			}
			return tx.Audit(ctx, act.Record{Action: "photo.view", Subject: act.Subject{Kind: "ticket", ID: int64(u.Ticket)}, Area: v.Area, Data: map[string]any{"upload": u.PublicID}})
		})
		if err != nil {
			return err
		}
		return sendPicture(c, kind, content)
	})
	s.describePicture(r)
}
