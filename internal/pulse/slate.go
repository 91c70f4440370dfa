package pulse

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

//go:embed lua/slate_sync.lua
var slateSyncLua string

//go:embed lua/slate_commit.lua
var slateCommitLua string

//go:embed lua/slate_found.lua
var slateFoundLua string

var (
	slateSyncScript   = redis.NewScript(slateSyncLua)
	slateCommitScript = redis.NewScript(slateCommitLua)
	slateFoundScript  = redis.NewScript(slateFoundLua)
)

// Why a slate was not read or written.
var (
	// ErrSlateMoved says that somebody wrote after the writer had last looked:
	// nothing was written. Look again, decide again.
	ErrSlateMoved = errors.New("the slate has changed meanwhile")
	// ErrSlateLost says that the slate is not the one the node knew: Redis was
	// cleared, restarted empty, or never had it. Found it and write on it what is one's own.
	ErrSlateLost = errors.New("the slate is gone or another")
)

// Slate is a small table, some thousand short values, that several nodes write
// one at a time: a write is made only where nothing has changed since the
// writer last looked, so all its writes stand in one order. It may vanish at
// any moment, which its generation tells.
type Slate struct {
	c    *Client
	name string // hash tag: all its keys lie in one slot of a Redis Cluster
	node string
}

// Slate opens the slate of a name for one node.
func (c *Client) Slate(name, node string) *Slate { return &Slate{c: c, name: name, node: node} }

// SlatePoint is where a node stands: in which generation, after which write.
type SlatePoint struct {
	Gen string
	Seq int64
}

// SlateNews is what a look brings.
type SlateNews struct {
	At     SlatePoint
	Whole  bool              // Values are all there is; otherwise what has changed
	Values map[string]string // empty text: wiped
	Beats  map[string]string // by node, as each wrote it last
	Mark   string            // of this node's last write that was carried out
}

func (s *Slate) keys() []string {
	tag := KeyPrefix + "{" + s.name + "}:"
	return []string{tag + "values", tag + "changed", tag + "gone", tag + "meta", tag + "beats"}
}

// Channel is where each write is announced; its payload is the writer's node.
func (s *Slate) Channel() string { return slateChannel(s.name) }

func slateChannel(name string) string { return KeyPrefix + "wake:" + name }

// Listen hears of writes, of this node's too.
func (s *Slate) Listen() *Listener { return s.c.Listen(s.Channel()) }

// Up reports whether Redis is used now.
func (s *Slate) Up() bool { return s.c.Up() }

// Found begins the slate under a fresh generation where there is none, and
// returns the generation that holds, with the node standing before everything.
func (s *Slate) Found(ctx context.Context, fresh string) (SlatePoint, error) {
	var gen string
	err := s.c.do(func() (err error) {
		gen, err = slateFoundScript.Run(ctx, s.c.rdb, s.keys(), fresh, s.Channel()).Text()
		return err
	})
	if err != nil {
		return SlatePoint{}, fmt.Errorf("found the slate %s: %w", s.name, err)
	}
	return SlatePoint{Gen: gen, Seq: -1}, nil
}

// Look returns what has changed since the point, and writes the node's beat
// where it gives one. It fails with ErrSlateLost or ErrDown.
func (s *Slate) Look(ctx context.Context, at SlatePoint, beat string) (SlateNews, error) {
	node := s.node
	if beat == "" {
		node = "" // not yet to be counted among the living
	}
	var answer []any
	err := s.c.do(func() (err error) {
		answer, err = slateSyncScript.Run(ctx, s.c.rdb, s.keys(), at.Gen, at.Seq, node, beat).Slice()
		return err
	})
	if err != nil {
		return SlateNews{}, fmt.Errorf("look at the slate %s: %w", s.name, err)
	}
	return readNews(at.Gen, answer)
}

func readNews(gen string, answer []any) (SlateNews, error) {
	if len(answer) == 1 {
		return SlateNews{}, ErrSlateLost
	}
	if len(answer) != 6 {
		return SlateNews{}, fmt.Errorf("look at the slate: unexpected answer of %d parts", len(answer))
	}
	seq, _ := answer[1].(int64)
	whole, _ := answer[2].(int64)
	mark, _ := answer[3].(string)
	return SlateNews{At: SlatePoint{Gen: gen, Seq: seq}, Whole: whole == 1, Mark: mark, Beats: textPairs(answer[4]), Values: textPairs(answer[5])}, nil
}

// textPairs reads a flat list of keys and values.
func textPairs(answer any) map[string]string {
	list, _ := answer.([]any)
	pairs := make(map[string]string, len(list)/2)
	for i := 0; i+1 < len(list); i += 2 {
		key, _ := list[i].(string)
		value, _ := list[i+1].(string)
		pairs[key] = value
	}
	return pairs
}

// Write writes values (an empty one wipes its key) if nothing has changed since
// the point, and returns the new point. It fails with ErrSlateMoved,
// ErrSlateLost or ErrDown; after ErrDown it may have been carried out all the
// same: a later Look tells by its Mark.
func (s *Slate) Write(ctx context.Context, at SlatePoint, beat, mark string, values map[string]string) (SlatePoint, error) {
	args := make([]any, 0, 6+2*len(values))
	args = append(args, at.Gen, at.Seq, s.node, beat, mark, s.Channel())
	for key, value := range values {
		args = append(args, key, value)
	}
	var answer []int64
	err := s.c.do(func() (err error) {
		answer, err = slateCommitScript.Run(ctx, s.c.rdb, s.keys(), args...).Int64Slice()
		return err
	})
	switch {
	case err != nil:
		return at, fmt.Errorf("write on the slate %s: %w", s.name, err)
	case len(answer) != 2 || answer[0] == 0:
		return at, ErrSlateMoved
	case answer[0] < 0:
		return at, ErrSlateLost
	}
	return SlatePoint{Gen: at.Gen, Seq: answer[1]}, nil
}

// Patience is the longest that one command of ours waits for Redis.
const Patience = commandTimeout + 100*time.Millisecond
