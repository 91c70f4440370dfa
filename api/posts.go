package api

import (
	"context"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

type listPostsInput struct {
	Area string `query:"area" pattern:"^[0-9]{12}$" doc:"Default: your own area"`
}

// PostList is who may own a ticket of an area, those nearest to it first.
type PostList struct {
	Items []area.Serving `json:"items"`
}

// listPosts tells whom a ticket can be handed over to: the desks and people
// that serve the area where it happened, and may own tickets.
func (s *Server) listPosts(ctx context.Context, tx Tx, in *listPostsInput) (PostList, error) {
	own := tx.Actor().Area
	where := area.Code(in.Area)
	if where == "" {
		where = own
	}
	if !own.Contains(where) {
		return PostList{}, act.NotFound("area")
	}
	posts, err := tx.Serving(ctx, where, owners)
	return PostList{Items: posts}, err
}
