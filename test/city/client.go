package city

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Client is somebody who has signed in.
type Client struct {
	city *City
	http *http.Client
	Name string
}

// Answer is what the API said.
type Answer struct {
	Status int
	Body   map[string]any
	Raw    string
}

// Code is the stable code of a problem.
func (a Answer) Code() string {
	code, _ := a.Body["code"].(string)
	return code
}

// As signs a demo person in.
func (c *City) As(login string) *Client {
	c.T.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		c.T.Fatal(err)
	}
	client := &Client{city: c, Name: login, http: &http.Client{Jar: jar, Timeout: 30 * time.Second}}
	user, ok := c.Users[login]
	if !ok {
		c.T.Fatalf("nobody called %s lives in the demo city", login)
	}
	a := client.Send("POST", "/session", map[string]any{"login": login, "password": user.Password})
	if a.Status != http.StatusOK {
		c.T.Fatalf("sign in as %s: %d %s", login, a.Status, a.Raw)
	}
	return client
}

// Cookie is the sign-in as a browser sends it.
func (cl *Client) Cookie() string {
	cl.city.T.Helper()
	at, err := url.Parse(cl.city.API)
	if err != nil {
		cl.city.T.Fatal(err)
	}
	var all []string
	for _, c := range cl.http.Jar.Cookies(at) {
		all = append(all, c.Name+"="+c.Value)
	}
	return strings.Join(all, "; ")
}

// Get reads.
func (cl *Client) Get(path string) Answer {
	cl.city.T.Helper()
	return cl.Send("GET", path, nil)
}

// Post acts, with a key of its own, and expects success.
func (cl *Client) Post(path string, body map[string]any) Answer {
	cl.city.T.Helper()
	a := cl.Send("POST", path, body)
	if a.Status >= 300 {
		cl.city.T.Fatalf("%s: POST %s: %d %s", cl.Name, path, a.Status, a.Raw)
	}
	return a
}

// Refused acts and expects a refusal with a status and a code.
func (cl *Client) Refused(path string, body map[string]any, status int, code string) Answer {
	cl.city.T.Helper()
	a := cl.Send("POST", path, body)
	if a.Status != status || a.Code() != code {
		cl.city.T.Errorf("%s: POST %s: %d %s, want %d %s", cl.Name, path, a.Status, a.Raw, status, code)
	}
	return a
}

// Send sends one request with a fresh key.
func (cl *Client) Send(method, path string, body map[string]any) Answer {
	cl.city.T.Helper()
	a, err := cl.Try(method, path, uuid.NewString(), body)
	if err != nil {
		cl.city.T.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

// Try sends one request under a key, and returns what went wrong on the way.
func (cl *Client) Try(method, path, key string, body map[string]any) (Answer, error) {
	var payload []byte
	if body != nil {
		var err error
		if payload, err = json.Marshal(body); err != nil {
			return Answer{}, err
		}
	}
	return cl.TryRaw(method, path, key, "application/json", payload)
}

// TryRaw sends octets.
func (cl *Client) TryRaw(method, path, key, contentType string, payload []byte) (Answer, error) {
	req, err := http.NewRequest(method, cl.city.API+"/api/v1"+path, bytes.NewReader(payload))
	if err != nil {
		return Answer{}, err
	}
	if payload != nil {
		req.Header.Set("Content-Type", contentType)
	}
	if method != http.MethodGet && key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	res, err := cl.http.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer res.Body.Close() // read to its end below
	raw, err := io.ReadAll(res.Body)
	a := Answer{Status: res.StatusCode, Raw: string(raw)}
	if len(raw) > 0 && raw[0] == '{' {
		err = json.Unmarshal(raw, &a.Body)
	}
	return a, err
}

// Upload sends a photo in parts and returns its id.
func (cl *Client) Upload(ticket string, photo []byte) string {
	cl.city.T.Helper()
	sum := sha256.Sum256(photo)
	begun := cl.Post("/uploads", map[string]any{"ticket": ticket, "size": len(photo), "sha256": hex.EncodeToString(sum[:]), "media_type": "image/jpeg"})
	id := begun.Body["id"].(string)
	size := int(begun.Body["part_size"].(float64))
	for n, rest := 1, photo; len(rest) > 0; n++ {
		part := rest[:min(size, len(rest))]
		rest = rest[len(part):]
		a, err := cl.TryRaw("PUT", fmt.Sprintf("/uploads/%s/parts/%d", id, n), uuid.NewString(), "application/octet-stream", part)
		if err != nil || a.Status >= 300 {
			cl.city.T.Fatalf("part %d: %v %d %s", n, err, a.Status, a.Raw)
		}
	}
	return id
}

// Ticket reads a ticket's page.
func (cl *Client) Ticket(ref string) map[string]any {
	cl.city.T.Helper()
	a := cl.Get("/tickets/" + ref)
	if a.Status != http.StatusOK {
		cl.city.T.Fatalf("%s: read ticket %s: %d %s", cl.Name, ref, a.Status, a.Raw)
	}
	return a.Body
}
