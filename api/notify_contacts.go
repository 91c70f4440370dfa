package api

import (
	"context"
	"encoding/json"
	"net/mail"
	"regexp"
	"slices"
	"strings"

	"example.org/hotline/dispatch/notify"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// ContactRows are the actor's own contact methods.
type ContactRows interface {
	// ContactMethods lists them, the telephone of the staff register first.
	ContactMethods(ctx context.Context) ([]ticket.ContactMethod, error)
	// ContactLanguage is the language in which the actor wishes to be written to, zh or en.
	ContactLanguage(ctx context.Context) (string, error)
	// SetContactLanguage keeps it.
	SetContactLanguage(ctx context.Context, language string) error
	// AddContact adds one; the same address again is the same method.
	AddContact(ctx context.Context, c ticket.NewContact) (ticket.ContactMethod, error)
	// ChangeContact alters one.
	ChangeContact(ctx context.Context, id string, c ticket.ContactChange) error
	// RemoveContact removes one with its address.
	RemoveContact(ctx context.Context, id string) error
	// TestContact sends a message with a code there.
	TestContact(ctx context.Context, id string) error
	// VerifyContact takes the code.
	VerifyContact(ctx context.Context, id, code string) (right bool, err error)
}

// Telling is what the API knows of the ways by which people are told.
type Telling struct {
	Channels  []string // for which people may enter an address
	PushKey   string   // public key for web push; empty: there is none
	CheckPush func(notify.Subscription) error
	Preview   func() []NoticePreview // nil: none
}

// ContactList is your contact methods, and which kinds there may be.
type ContactList struct {
	Items    []ticket.ContactMethod `json:"items"`
	Channels []string               `json:"channels" doc:"Kinds that can be added"`
	PushKey  string                 `json:"push_key,omitempty" doc:"applicationServerKey for web push; absent: there is none"`
	Language string                 `json:"language" enum:"zh,en" doc:"In which you are written to"`
}

func (s *Server) listContacts(ctx context.Context, tx Tx, _ *struct{}) (ContactList, error) {
	items, err := tx.ContactMethods(ctx)
	if err != nil {
		return ContactList{}, err
	}
	language, err := tx.ContactLanguage(ctx)
	channels := slices.DeleteFunc(slices.Clone(s.deps.Telling.Channels), func(c string) bool { return c == notify.ChannelWebPush })
	return ContactList{Items: items, Channels: append([]string{}, channels...), PushKey: s.deps.Telling.PushKey, Language: language}, err
}

type contactLanguageInput struct {
	Body struct {
		Language string `json:"language" enum:"zh,en" doc:"In which SMS, WeCom, e-mail and web push are written to you; a telephone speaks Chinese"`
	}
}

func (s *Server) setContactLanguage(ctx context.Context, tx Tx, in *contactLanguageInput) (Done, error) {
	return Done{Done: true}, tx.SetContactLanguage(ctx, in.Body.Language)
}

type addContactInput struct {
	Body struct {
		Channel string `json:"channel" enum:"sms,voice,wecom,email"`
		Address string `json:"address" minLength:"1" maxLength:"200" doc:"Phone number, WeCom user id or e-mail address"`
		Label   string `json:"label,omitempty" maxLength:"40"`
	}
}

func (s *Server) addContact(ctx context.Context, tx Tx, in *addContactInput) (ticket.ContactMethod, error) {
	if !slices.Contains(s.deps.Telling.Channels, in.Body.Channel) {
		return ticket.ContactMethod{}, act.Invalid("channel", "channel_not_set_up", "This line does not use that channel.")
	}
	address, err := contactAddress(in.Body.Channel, in.Body.Address)
	if err != nil {
		return ticket.ContactMethod{}, err
	}
	return tx.AddContact(ctx, ticket.NewContact{Channel: in.Body.Channel, Label: in.Body.Label, Address: address})
}

var weComUser = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}$`)

// contactAddress holds an address to the form of its channel.
func contactAddress(channel, given string) (string, error) {
	given = strings.TrimSpace(given)
	switch channel {
	case notify.ChannelSMS:
		if p := ticket.ParsePhone(given); p.Mobile {
			return p.E164, nil
		}
		return "", act.Invalid("address", "not_a_mobile", "Enter a mobile number of China.")
	case notify.ChannelVoice:
		if p := ticket.ParsePhone(given); strings.HasPrefix(p.E164, "+86") {
			return p.E164, nil
		}
		return "", act.Invalid("address", "not_a_phone", "Enter a telephone number of China, with its area code.")
	case notify.ChannelEmail:
		if a, err := mail.ParseAddress(given); err == nil && a.Name == "" && a.Address == given {
			return given, nil
		}
		return "", act.Invalid("address", "not_an_email", "Enter one e-mail address.")
	default:
		if weComUser.MatchString(given) {
			return given, nil
		}
		return "", act.Invalid("address", "not_a_wecom_user", "Enter the user id of your WeCom account, as its administrator sees it.")
	}
}

type addPushInput struct {
	Body struct {
		Endpoint string `json:"endpoint" minLength:"10" maxLength:"2000"`
		Auth     string `json:"auth" minLength:"16" maxLength:"64"`
		P256dh   string `json:"p256dh" minLength:"60" maxLength:"120"`
		Label    string `json:"label,omitempty" maxLength:"40" doc:"The browser and its device"`
	}
}

func (s *Server) addPush(ctx context.Context, tx Tx, in *addPushInput) (ticket.ContactMethod, error) {
	if s.deps.Telling.PushKey == "" || s.deps.Telling.CheckPush == nil {
		return ticket.ContactMethod{}, errNoPush
	}
	var sub notify.Subscription
	sub.Endpoint, sub.Keys.Auth, sub.Keys.P256dh = in.Body.Endpoint, in.Body.Auth, in.Body.P256dh
	if s.deps.Telling.CheckPush(sub) != nil {
		return ticket.ContactMethod{}, act.Invalid("endpoint", "push_refused", "This browser's push service is not one that the line may write to.")
	}
	address, err := json.Marshal(sub)
	if err != nil {
		return ticket.ContactMethod{}, act.Invalid("endpoint", "push_refused", "The subscription cannot be written down.")
	}
	return tx.AddContact(ctx, ticket.NewContact{Channel: notify.ChannelWebPush, Label: in.Body.Label, Address: string(address), Unique: sub.Endpoint, Ready: true})
}

// ContactRef names a contact method in a path.
type ContactRef struct {
	ID string `path:"id" minLength:"1" maxLength:"36" doc:"Id of the contact method"`
}

type changeContactInput struct {
	ContactRef
	Body struct {
		Label    *string `json:"label,omitempty" maxLength:"40"`
		Position *int    `json:"position,omitempty" minimum:"0" maximum:"20"`
		Enabled  *bool   `json:"enabled,omitempty"`
		Delay    *int    `json:"delay_seconds,omitempty" minimum:"0" maximum:"3600"`
		AsCity   bool    `json:"as_city,omitempty" doc:"true: as the city's ladder says, no delay of your own"`
	}
}

func (s *Server) changeContact(ctx context.Context, tx Tx, in *changeContactInput) (Done, error) {
	c := ticket.ContactChange{Label: in.Body.Label, Position: in.Body.Position, Enabled: in.Body.Enabled}
	if in.Body.Delay != nil || in.Body.AsCity {
		delay := in.Body.Delay
		if in.Body.AsCity {
			delay = nil
		}
		c.Delay = &delay
	}
	return Done{Done: true}, tx.ChangeContact(ctx, in.ID, c)
}

func (s *Server) removeContact(ctx context.Context, tx Tx, in *ContactRef) (Done, error) {
	return Done{Done: true}, tx.RemoveContact(ctx, in.ID)
}

func (s *Server) testContact(ctx context.Context, tx Tx, in *ContactRef) (Done, error) {
	return Done{Done: true}, tx.TestContact(ctx, in.ID)
}

type verifyContactInput struct {
	ContactRef
	Body struct {
		Code string `json:"code" pattern:"^ *[0-9]{6} *$" doc:"The six digits of the test message"`
	}
}

// Verified tells whether a code was right.
type Verified struct {
	Verified bool `json:"verified" doc:"false: the code is another one; five tries are given"`
}

func (s *Server) verifyContact(ctx context.Context, tx Tx, in *verifyContactInput) (Verified, error) {
	right, err := tx.VerifyContact(ctx, in.ID, in.Body.Code)
	return Verified{Verified: right}, err
}
