// Package record keeps what the parties of a call said and heard: one sealed
// file for each leg, two tracks on one time line, readable up to the last
// second even when the process was killed in the middle.
//
// A Store is an ivr.Recorder. The media goroutines only copy octets into
// memory; one goroutine seals and writes what is due of all recordings, a second
// one closes files and brings them to the disk's surface, a third one tells the
// database. What a disk does not take is an alarm and never a reason to touch a
// call.
//
//	recordings/2026/11/25/ID.rec   sealed audio (format.go); the date is that of the id, UTC
//	recordings/keys/ID             the recording's own key, wrapped by the master key
//	recordings/pending/ID          empty: the database does not know yet how it ended
//
// Destroying the file under keys is what destroys a recording: nobody can open
// a copy of the audio afterwards, wherever it was kept. Backups of the audio
// must therefore leave keys out (ADR "Recordings are sealed one by one").
package record
