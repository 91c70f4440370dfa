package duty

import (
	"time"

	"example.org/hotline/area"
)

// Member is somebody who may stand on a roster, as pages name them.
type Member struct {
	Post     area.PostID `json:"-"`
	Login    string      `json:"login"`
	Name     string      `json:"name"`
	Role     area.Role   `json:"role"`
	Area     area.Code   `json:"area"`
	AreaName string      `json:"area_name"`
}

// FeedState is a person's own calendar address. The address itself is shown once,
// when it is made: only the hash of its token is kept.
type FeedState struct {
	Since  time.Time `json:"since"`            // when the address was made
	ReadAt time.Time `json:"read_at,omitzero"` // when a program last read it; to the hour
}
