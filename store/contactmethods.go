package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// contactContext names the place of a sealed address.
func contactContext(staff int64, channel string) string {
	return fmt.Sprintf("contact_methods.address|%d|%s", staff, channel)
}

const contactColumn = "contact_methods.address" // of the blind index

// ownContacts are a person's own methods, and for which channels they take the
// place of the register's telephone.
type ownContacts struct {
	contacts []ticket.Contact
	replaces map[string]bool
}

// usableContacts loads the methods by which people may be told of a notice:
// verified ones, in their order, and for a P1 ticket also telephones that were
// switched off. A test goes to a method that is not verified yet.
func (tx *Tx) usableContacts(ctx context.Context, staff []int64, n noticeRow) (map[int64]ownContacts, error) {
	var rows []struct {
		ID, StaffID  int64
		Channel      string
		DelaySeconds *int
		Enabled      bool
	}
	err := tx.find(ctx, "load contact methods", &rows, `SELECT id, staff_id, channel, delay_seconds, enabled FROM contact_methods
		WHERE staff_id = ANY(?::bigint[]) AND removed_at IS NULL AND (verified_at IS NOT NULL OR id = ?) ORDER BY position, id`, bigints(staff), n.MethodID)
	all := map[int64]ownContacts{}
	for _, r := range rows {
		own := all[r.StaffID]
		if own.replaces == nil {
			own.replaces = map[string]bool{}
		}
		own.replaces[r.Channel] = true
		rings := n.Priority == string(ticket.P1) && (r.Channel == "sms" || r.Channel == "voice")
		if r.Enabled || rings || r.ID == n.MethodID {
			c := ticket.Contact{Method: r.ID, Channel: r.Channel}
			if r.DelaySeconds != nil {
				delay := time.Duration(*r.DelaySeconds) * time.Second
				c.Delay = &delay
			}
			own.contacts = append(own.contacts, c)
		}
		all[r.StaffID] = own
	}
	return all, err
}

// contactAddress opens the address of a method.
func (tx *Tx) contactAddress(ctx context.Context, method int64) (string, error) {
	var r struct {
		StaffID       int64
		Channel       string
		AddressSealed []byte
	}
	err := tx.scan(ctx, "load contact method", `SELECT staff_id, channel, address_sealed FROM contact_methods WHERE id = ?`, []any{method}, &r.StaffID, &r.Channel, &r.AddressSealed)
	if err != nil || r.AddressSealed == nil { // removed meanwhile: whoever sends finds it empty
		return "", err
	}
	address, err := tx.db.sealer.Open(contactContext(r.StaffID, r.Channel), r.AddressSealed)
	return string(address), err
}

// ContactMethods lists the actor's own methods, the register's telephone first.
func (tx *Tx) ContactMethods(ctx context.Context) ([]ticket.ContactMethod, error) {
	list := []ticket.ContactMethod{}
	var login string
	var sealed []byte
	if err := tx.scan(ctx, "load staff phone", `SELECT login, phone_sealed FROM staff WHERE id = ?`, []any{tx.actor.StaffID}, &login, &sealed); err != nil {
		return nil, err
	}
	if sealed != nil {
		phone, err := tx.db.sealer.Open(staffPhoneContext(login), sealed)
		if err != nil {
			return nil, fmt.Errorf("open the telephone of %s: %w", login, err)
		}
		list = append(list, ticket.ContactMethod{ID: "register", Channel: "sms", Address: ticket.MaskPhone(string(phone)), Enabled: true, Verified: true, Register: true})
	}
	var rows []contactRow
	err := tx.find(ctx, "list contact methods", &rows, `SELECT id, public_id, channel, label, address_sealed, delay_seconds, position, enabled, verified_at IS NOT NULL AS verified, created_at
		FROM contact_methods WHERE staff_id = ? AND removed_at IS NULL ORDER BY position, id`, tx.actor.StaffID)
	for _, r := range rows {
		m, err := tx.contactView(r)
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, err
}

// ContactLanguage is the language in which the actor wishes to be written to; zh
// where they have not said.
func (tx *Tx) ContactLanguage(ctx context.Context) (language string, err error) {
	err = tx.scan(ctx, "look for a language", `SELECT coalesce((SELECT language FROM contact_settings WHERE staff_id = ?), 'zh')`, []any{tx.actor.StaffID}, &language)
	return language, err
}

// SetContactLanguage keeps the language in which the actor wishes to be written to.
func (tx *Tx) SetContactLanguage(ctx context.Context, language string) error {
	_, err := tx.exec(ctx, "keep a language", `INSERT INTO contact_settings (staff_id, language) VALUES (?, ?)
		ON CONFLICT (staff_id) DO UPDATE SET language = excluded.language`, tx.actor.StaffID, language)
	return err
}

// contactRow is a method as its owner's page shows it.
type contactRow struct {
	ID            int64
	PublicID      string
	Channel       string
	Label         string
	AddressSealed []byte
	DelaySeconds  *int
	Position      int
	Enabled       bool
	Verified      bool
	CreatedAt     time.Time
}

func (tx *Tx) contactView(r contactRow) (ticket.ContactMethod, error) {
	m := ticket.ContactMethod{ID: r.PublicID, Channel: r.Channel, Label: r.Label, Delay: r.DelaySeconds, Position: r.Position,
		Enabled: r.Enabled, Verified: r.Verified, Since: r.CreatedAt.UTC()}
	address, err := tx.db.sealer.Open(contactContext(int64(tx.actor.StaffID), r.Channel), r.AddressSealed)
	if err != nil {
		return m, fmt.Errorf("open a contact method: %w", err)
	}
	switch r.Channel {
	case "sms", "voice":
		m.Address = ticket.MaskPhone(string(address))
	case "email":
		user, host, _ := strings.Cut(string(address), "@")
		m.Address = user[:min(2, len(user))] + "***@" + host
	case "wecom":
		m.Address = string(address)
	}
	return m, nil
}

// mostContacts is how many methods a person keeps.
const mostContacts = 20

// AddContact adds a method of the actor's. The same address again is the same
// method, which is switched on; for web push its keys are renewed.
func (tx *Tx) AddContact(ctx context.Context, c ticket.NewContact) (ticket.ContactMethod, error) {
	staff := int64(tx.actor.StaffID)
	sealed, err := tx.db.sealer.Seal(contactContext(staff, c.Channel), []byte(c.Address))
	if err != nil {
		return ticket.ContactMethod{}, fmt.Errorf("seal a contact method: %w", err)
	}
	unique := c.Unique
	if unique == "" {
		unique = c.Address
	}
	index := tx.db.sealer.Index(contactColumn, unique)
	var verified *time.Time
	if c.Ready {
		verified = &tx.now
	}
	var there int
	if err := tx.scan(ctx, "count contact methods", `SELECT count(*) FROM contact_methods WHERE staff_id = ? AND removed_at IS NULL`, []any{staff}, &there); err != nil {
		return ticket.ContactMethod{}, err
	}
	if there >= mostContacts {
		return ticket.ContactMethod{}, act.Refused("too_many_contacts", fmt.Sprintf("A person keeps at most %d contact methods; remove one first.", mostContacts))
	}
	r, err := one[contactRow](ctx, tx, "contact method", `INSERT INTO contact_methods (staff_id, channel, label, address_sealed, address_index, position, verified_at, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (staff_id, channel, address_index) WHERE removed_at IS NULL
		DO UPDATE SET address_sealed = excluded.address_sealed, label = excluded.label, enabled = true, verified_at = coalesce(contact_methods.verified_at, excluded.verified_at)
		RETURNING id, public_id, channel, label, address_sealed, delay_seconds, position, enabled, verified_at IS NOT NULL AS verified, created_at`,
		staff, c.Channel, c.Label, sealed, index, there, verified, tx.now)
	if err != nil {
		return ticket.ContactMethod{}, err
	}
	if err := tx.auditContact(ctx, "contact.add", r.Channel, r.ID); err != nil {
		return ticket.ContactMethod{}, err
	}
	return tx.contactView(r)
}

func (tx *Tx) auditContact(ctx context.Context, action, channel string, id int64) error {
	return tx.Audit(ctx, act.Record{Action: action, Subject: act.Subject{Kind: "contact_method", ID: id}, Area: tx.actor.Area, Data: map[string]any{"channel": channel}})
}

// ownContact finds one of the actor's methods and locks it.
func (tx *Tx) ownContact(ctx context.Context, id string) (contactRow, error) {
	return one[contactRow](ctx, tx, "contact method", `SELECT id, public_id, channel, label, address_sealed, delay_seconds, position, enabled, verified_at IS NOT NULL AS verified, created_at
		FROM contact_methods WHERE public_id::text = ? AND staff_id = ? AND removed_at IS NULL FOR UPDATE`, id, tx.actor.StaffID)
}

// ChangeContact alters one of the actor's methods.
func (tx *Tx) ChangeContact(ctx context.Context, id string, c ticket.ContactChange) error {
	r, err := tx.ownContact(ctx, id)
	if err != nil {
		return err
	}
	if c.Label != nil {
		r.Label = *c.Label
	}
	if c.Position != nil {
		r.Position = *c.Position
	}
	if c.Enabled != nil {
		r.Enabled = *c.Enabled
	}
	if c.Delay != nil {
		r.DelaySeconds = *c.Delay
	}
	if _, err := tx.exec(ctx, "change contact method", `UPDATE contact_methods SET label = ?, position = ?, enabled = ?, delay_seconds = ? WHERE id = ?`,
		r.Label, r.Position, r.Enabled, r.DelaySeconds, r.ID); err != nil {
		return err
	}
	return tx.auditContact(ctx, "contact.change", r.Channel, r.ID)
}

// RemoveContact removes one of the actor's methods, with its address.
func (tx *Tx) RemoveContact(ctx context.Context, id string) error {
	r, err := tx.ownContact(ctx, id)
	if err != nil {
		return err
	}
	if err := tx.dropContact(ctx, r.ID); err != nil {
		return err
	}
	return tx.auditContact(ctx, "contact.remove", r.Channel, r.ID)
}

func (tx *Tx) dropContact(ctx context.Context, id int64) error {
	_, err := tx.exec(ctx, "remove contact method", `UPDATE contact_methods SET removed_at = ?, address_sealed = NULL, address_index = NULL WHERE id = ? AND removed_at IS NULL`, tx.now, id)
	return err
}

// A code is good for so long and for so many tries.
const (
	codeLife  = 15 * time.Minute
	codeTries = 5
)

// TestContact sends a message with a code to one of the actor's methods; who
// types the code in has proven that they read what comes there.
func (tx *Tx) TestContact(ctx context.Context, id string) error {
	r, err := tx.ownContact(ctx, id)
	if err != nil {
		return err
	}
	if r.Channel == "voice" {
		return act.Refused("voice_not_tested", "The line rings only about tickets; verify the same number for SMS, and its voice is verified with it.")
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return fmt.Errorf("draw a code: %w", err)
	}
	code := fmt.Sprintf("%06d", n)
	hash := sha256.Sum256([]byte(code))
	var again bool
	err = tx.scan(ctx, "keep a code", `UPDATE contact_methods SET code_hash = ?, code_until = ?, code_tries = 0
		WHERE id = ? AND (code_until IS NULL OR code_until < ?) RETURNING true`, []any{hash[:], tx.now.Add(codeLife), r.ID, tx.now.Add(codeLife - time.Minute)}, &again)
	if errors.Is(err, act.ErrNotFound) {
		return act.Refused("test_too_soon", "A test was sent less than a minute ago; wait for it.")
	}
	if err != nil {
		return err
	}
	return tx.Notify(ctx, ticket.Notice{Key: fmt.Sprintf("contact:%d:test:%d", r.ID, tx.now.UnixMicro()), Post: tx.actor.PostID, Template: "contact_test",
		Fields: map[string]string{"code": code}, Only: r.Channel, Method: r.ID})
}

// VerifyContact takes the code that a test carried. A number verified for SMS
// may be rung too where its owner has added it for voice.
func (tx *Tx) VerifyContact(ctx context.Context, id, code string) (right bool, err error) {
	r, err := tx.ownContact(ctx, id)
	if err != nil {
		return false, err
	}
	var want []byte
	err = tx.scan(ctx, "try a code", `UPDATE contact_methods SET code_tries = code_tries + 1 WHERE id = ? AND code_hash IS NOT NULL AND code_until > ? AND code_tries < ? RETURNING code_hash`,
		[]any{r.ID, tx.now, codeTries}, &want)
	if errors.Is(err, act.ErrNotFound) {
		return false, act.Refused("code_expired", "No code is open for this method; send a new test.")
	}
	if err != nil {
		return false, err
	}
	hash := sha256.Sum256([]byte(strings.TrimSpace(code)))
	if subtle.ConstantTimeCompare(hash[:], want) != 1 {
		return false, nil // the try is counted: no error, or it would be rolled back
	}
	if _, err := tx.exec(ctx, "verify contact method", `UPDATE contact_methods m SET verified_at = ?, code_hash = NULL, code_until = NULL FROM contact_methods v
		WHERE v.id = ? AND m.staff_id = v.staff_id AND m.removed_at IS NULL AND (m.id = v.id OR v.channel = 'sms' AND m.channel = 'voice' AND m.address_index = v.address_index)`,
		tx.now, r.ID); err != nil {
		return false, err
	}
	return true, tx.auditContact(ctx, "contact.verify", r.Channel, r.ID)
}

// ImportContact gives a member of staff a verified method, as a city's own
// register does. The same address again changes nothing.
func (db *DB) ImportContact(ctx context.Context, login string, c ticket.NewContact) error {
	return db.InTx(ctx, act.SystemConsole, func(tx *Tx) error {
		var staff int64
		if err := tx.scan(ctx, "find staff", `SELECT id FROM staff WHERE login = ?`, []any{login}, &staff); err != nil {
			return err
		}
		unique := c.Unique
		if unique == "" {
			unique = c.Address
		}
		var there bool
		err := tx.scan(ctx, "look for a contact method", `SELECT true FROM contact_methods WHERE staff_id = ? AND channel = ? AND address_index = ? AND removed_at IS NULL`,
			[]any{staff, c.Channel, tx.db.sealer.Index(contactColumn, unique)}, &there)
		if !errors.Is(err, act.ErrNotFound) {
			return err
		}
		tx.actor.StaffID = area.StaffID(staff)
		c.Ready = true
		_, err = tx.AddContact(ctx, c)
		return err
	})
}
