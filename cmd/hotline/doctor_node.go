package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"example.org/hotline/configs"
	"example.org/hotline/internal/seal"
	"example.org/hotline/relief"
	"example.org/hotline/store/journal"
	"example.org/hotline/ticket"
)

// Space on the disk of the data folder: below the first the journal could fill
// it up during a night without the database.
const (
	tooLittleSpace = 1 << 30 // bytes
	littleSpace    = 5 << 30
)

// File systems that forget or hang (statfs(2)).
var unfitFilesystems = map[int64]string{0x01021994: "tmpfs, which a restart empties", 0x6969: "NFS, which hangs with its server", 0xff534d42: "CIFS, which hangs with its server"}

// checkDataFolder looks for a place where a call can always be written down.
func (e *examination) checkDataFolder(context.Context) {
	const check = "data folder"
	dir := e.cfg.Node.DataDir
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.missingFolder(check, dir)
		return
	case err != nil || !info.IsDir():
		e.fault(check, fmt.Sprintf("%s is no folder that this user can see", dir), "correct node.data_dir, or run the doctor as the user of the line")
		return
	}
	probe, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		e.fault(check, fmt.Sprintf("nothing can be written in %s: %v", dir, cause(err)), "make its owner the user of the line: chown USER "+dir)
		return
	}
	_ = errors.Join(probe.Close(), os.Remove(probe.Name())) // it has shown what it should
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err != nil {
		e.fault(check, fmt.Sprintf("the disk of %s cannot be asked for its space: %v", dir, err), "look at the disk")
		return
	}
	free := int64(disk.Bavail) * disk.Bsize
	detail := fmt.Sprintf("%s is writable, %.1f GB free", dir, float64(free)/1e9)
	switch unfit := unfitFilesystems[disk.Type]; {
	case unfit != "":
		e.warn(check, fmt.Sprintf("%s lies on %s", dir, unfit), "point node.data_dir to a local disk: what is written there must outlive the machine's restart")
	case free < tooLittleSpace:
		e.fault(check, detail, "free at least 5 GB: with the database away every call is written here")
	case free < littleSpace:
		e.warn(check, detail, "free at least 5 GB: with the database away every call is written here")
	default:
		e.ok(check, "%s", detail)
	}
}

// missingFolder is no fault where `hotline serve` will make the folder itself.
func (e *examination) missingFolder(check, dir string) {
	parent := filepath.Dir(dir)
	if probe, err := os.MkdirTemp(parent, ".doctor-*"); err == nil {
		_ = os.Remove(probe) // it has shown what it should
		e.warn(check, dir+" is not there yet", "nothing, if this is a new node: the first start makes it")
		return
	}
	e.fault(check, dir+" is missing and this user cannot make it", "as root: install -d -m 0700 -o USER "+dir)
}

// checkKeys opens the master keys.
func (e *examination) checkKeys(context.Context) {
	const check = "keys"
	keys, err := seal.Load(e.cfg.Keys.File)
	switch {
	case err == nil:
		e.keys = keys
		e.ok(check, "%s opens and belongs to its owner alone; version %d seals", e.cfg.Keys.File, keys.KeyVersion())
	case errors.Is(err, fs.ErrNotExist):
		e.fault(check, e.cfg.Keys.File+" is missing",
			fmt.Sprintf("bring the city's key file here; for a new city make one: (umask 077; echo 1 $(head -c 32 /dev/urandom | base64) > %s), and keep a copy where the database's backups are not", e.cfg.Keys.File))
	default:
		e.fault(check, err.Error(), "nothing that is sealed can be opened without it: put the right file there, chmod 0400, owned by the user of the line")
	}
}

// checkJournal looks for calls that wait for the database.
func (e *examination) checkJournal(context.Context) {
	const check = "journal"
	folder, running := filepath.Join(e.cfg.Node.DataDir, "journal"), ""
	var err error
	if e.running, err = journal.Holder(folder); e.running > 0 {
		running = fmt.Sprintf(", a hotline runs here (process %d)", e.running)
	}
	var g journal.Glance
	if err == nil && e.keys != nil { // what is in it is sealed
		g, err = journal.Look(folder, e.keys)
	}
	switch {
	case err != nil:
		e.fault(check, err.Error(), "run the doctor as the user of the line")
	case len(g.Damages) > 0:
		e.fault(check, fmt.Sprintf("%s of %s cannot be read", count(len(g.Damages), "part"), g.Damages[0].Segment),
			"copy the file away before anything else; if the key file was changed, bring the old key back into it; then check the disk")
	case len(g.Aside) > 0:
		e.warn(check, fmt.Sprintf("%s lies aside: %s", count(len(g.Aside), "damaged segment"), g.Aside[0]),
			"compare the calls of that hour with the operator's list, then move the file away")
	case g.Pending > 0:
		e.warn(check, fmt.Sprintf("%s, waiting for the database%s", count(g.Pending, "record"), running),
			"nothing, if the database has only just come back; otherwise bring it back and start the line: they are then replayed")
	case e.keys == nil:
		e.warn(check, "it cannot be read without the keys"+running, "put the key file right first")
	default:
		e.ok(check, "nothing waits for the database%s", running)
	}
}

// announced says which amounts and limits follow those in force; nothing where none do.
func announced(versions relief.Versions, now time.Time) string {
	next, is := versions.Next(now)
	if !is {
		return ""
	}
	return fmt.Sprintf("; %s follows on %s", next.Version, next.ValidFrom)
}

// checkPolicies loads every rule that is data.
func (e *examination) checkPolicies(context.Context) {
	const check = "policies"
	p, err := configs.LoadPolicies(e.cfg.Policy.Dir)
	if err == nil {
		_, err = p.Pick(e.cfg.Policy, ticket.DateOf(e.now))
	}
	if err == nil {
		err = e.checkSkills(p)
	}
	if err != nil {
		for _, fault := range allErrors(err) {
			e.fault(check, fault.Error(), "correct the file in policy.dir")
		}
		return
	}
	inForce := p.Reliefs.At(e.now)
	e.ok(check, "%s and %s in force; %s, %s loaded%s", e.cfg.Policy.Ladder, inForce.Version,
		count(len(p.Ladders), "ladder version"), count(len(p.Reliefs), "relief version"), announced(p.Reliefs, e.now))
	if until := inForce.ValidUntil; until != "" && until <= ticket.DateOf(e.now.Add(dutyAhead)) && announced(p.Reliefs, e.now) == "" {
		e.warn("limits", fmt.Sprintf("%s names %s as its last day, and no version follows: its amounts go on to count", inForce.Version, until),
			"put the next version into policy/ with a valid_from of the day after, and start the line anew")
	}
	for _, year := range []int{e.now.Year(), e.now.Add(dutyAhead).Year()} {
		if !p.Calendar.Years[year] {
			e.warn("calendar", fmt.Sprintf("the holidays of %d are not loaded: its working days are counted as plain weekdays", year),
				fmt.Sprintf("write calendar/%d.yaml from the State Council's notice, which comes out in the autumn before", year))
			return
		}
	}
	e.ok("calendar", "the holidays of the next 90 days are known")
}

// checkPrompts loads what the line speaks, and holds each recording to its format, length and level.
func (e *examination) checkPrompts(context.Context) {
	const check = "prompts"
	texts, err := configs.LoadPrompts(e.cfg.SIP.PromptsDir)
	if err != nil {
		for _, fault := range allErrors(err) {
			e.fault(check, fault.Error(), "correct prompts.yaml, or add the WAV file")
		}
		return
	}
	spoken, err := loadSpoken(texts)
	if err != nil {
		for _, fault := range allErrors(err) {
			e.fault(check, fault.Error(), "convert it: sox IN.wav -r 8000 -c 1 -b 16 OUT.wav gain -n -3")
		}
		return
	}
	e.ok(check, "%d of them, %d are placeholders spoken by a machine", len(spoken), texts.Placeholders)
}

// checkSkills sees that the line knows what its ladders ask for.
func (e *examination) checkSkills(p *configs.Policies) error {
	queues, err := configs.LoadQueues(e.cfg.Queue.File)
	if err != nil {
		return err
	}
	return p.CheckSkills(queues.KnownSkills())
}

// checkFlows holds the call flows to their checks and to the proof.
func (e *examination) checkFlows(context.Context) {
	const check = "call flow"
	var read script
	queues, err := configs.LoadQueues(e.cfg.Queue.File)
	if err == nil {
		read, err = readScript(e.cfg.SIP, queues)
	}
	if err == nil {
		err = read.flows.Prove()
	}
	if err == nil {
		err = read.flows.Prove()
	}
	if err != nil {
		for _, fault := range allErrors(err) {
			e.fault(check, fault.Error(), "correct it, and try it with `hotline flow simulate`")
		}
		return
	}
	for _, f := range read.flows.All() {
		e.ok(check, "%s: every caller reaches a person or a voicemail", f.Version())
	}
}

// cause is the last link of an error's chain: what the system said, without the path.
func cause(err error) error {
	for errors.Unwrap(err) != nil {
		err = errors.Unwrap(err)
	}
	return err
}
