package queue_test

import (
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/queue"
)

var _ ivr.Queue = (*queue.Hub)(nil)
