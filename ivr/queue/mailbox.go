package queue

import "sync"

// mailbox hands messages on in order, without ever making the sender wait.
type mailbox[T any] struct {
	out chan T

	mu      sync.Mutex
	waiting []T
	ended   bool
	ready   chan struct{}
}

// mailboxBuffer is how many messages an inattentive receiver still finds after
// the end.
const mailboxBuffer = 16

func newMailbox[T any]() *mailbox[T] {
	m := &mailbox[T]{out: make(chan T, mailboxBuffer), ready: make(chan struct{}, 1)}
	go m.pump()
	return m
}

func (m *mailbox[T]) put(v T) {
	m.mu.Lock()
	if !m.ended {
		m.waiting = append(m.waiting, v)
	}
	m.mu.Unlock()
	m.wake()
}

// end closes the channel once what fits into its buffer is in it.
func (m *mailbox[T]) end() {
	m.mu.Lock()
	m.ended = true
	m.mu.Unlock()
	m.wake()
}

func (m *mailbox[T]) wake() {
	select {
	case m.ready <- struct{}{}:
	default:
	}
}

func (m *mailbox[T]) take() (batch []T, ended bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	batch, m.waiting = m.waiting, nil
	return batch, m.ended
}

func (m *mailbox[T]) pump() {
	defer close(m.out)
	for range m.ready {
		batch, ended := m.take()
		for len(batch) > 0 {
			if ended { // nobody may be listening any more
				select {
				case m.out <- batch[0]:
				default:
					return
				}
			} else {
				select {
				case m.out <- batch[0]:
				case <-m.ready:
					more, over := m.take()
					batch, ended = append(batch, more...), over
					continue
				}
			}
			batch = batch[1:]
		}
		if ended {
			return
		}
	}
}
