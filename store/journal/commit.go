package journal

import (
	"errors"
	"fmt"
	"os"

	"example.org/hotline/internal/failpoint"
)

// commit writes a batch as one write and one fsync. On any error nothing of it
// counts: the file is cut back as far as it lets us and never written again,
// since after a failed fsync the kernel may have dropped pages that a later
// fsync would call clean.
func (j *Journal) commit(batch []appendRequest) error {
	if err := j.ensureActive(); err != nil {
		return fmt.Errorf("append to journal: %w", err)
	}
	var buf []byte
	for _, req := range batch {
		sealed, err := j.sealer.Seal(sealContext(j.active.number, j.active.size+int64(len(buf))), req.plain)
		if err != nil {
			return fmt.Errorf("append to journal: %w", err)
		}
		buf = appendFrame(buf, sealed)
	}
	_, err := j.active.file.WriteAt(buf, j.active.size)
	if err == nil {
		err = j.active.file.Sync()
	}
	if err != nil {
		j.abandonActive()
		return fmt.Errorf("append to journal: %w", err)
	}
	failpoint.Hit(failpoint.JournalAfterSync)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.active.size += int64(len(buf))
	for _, req := range batch {
		j.add(&entry{record: req.record, segment: j.active.number})
	}
	return nil
}

// ensureActive opens the segment to append to: a new one after Open, after an
// error, when the old one is full, and after a Replay took it.
func (j *Journal) ensureActive() error {
	if j.active.file != nil && j.active.size >= segmentLimit {
		j.closeActive()
	}
	if j.active.file != nil {
		return nil
	}
	number := j.active.number + 1
	file, err := createSegment(j.dir, number)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.active = segment{number: number, file: file, size: int64(len(segmentHead))}
	if err != nil {
		return err // the number is spent: whatever is left under it is read by the next Open
	}
	j.left[number] = 0
	return nil
}

func createSegment(dir string, number uint64) (*os.File, error) {
	file, err := os.OpenFile(segmentPath(dir, number), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = file.WriteAt([]byte(segmentHead), 0)
	if err = errors.Join(err, file.Sync(), syncDir(dir)); err != nil {
		return nil, errors.Join(err, file.Close(), os.Remove(file.Name()))
	}
	return file, nil
}

// closeActive ends the segment; the next append begins another.
func (j *Journal) closeActive() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.active.file == nil {
		return
	}
	if err := j.active.file.Close(); err != nil {
		j.log.Warn("journal: close segment", "segment", j.active.file.Name(), "error", err)
	}
	j.active.file = nil
}

// abandonActive ends a segment whose last write failed.
func (j *Journal) abandonActive() {
	if err := j.active.file.Truncate(j.active.size); err != nil {
		j.log.Error("journal: cannot cut back a failed append; a replay may see it", "segment", j.active.file.Name(), "error", err)
	}
	j.closeActive()
}
