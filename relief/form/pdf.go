package form

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"os"
	"strings"

	"github.com/boombuler/barcode/qr"
	"github.com/signintech/gopdf"

	"example.org/hotline/internal/act"
)

// Font is a TrueType font with the characters of names and places. The forms carry
// the part of it that they use, so they print the same everywhere.
type Font struct{ Path string }

// DefaultFont is where Debian's package fonts-lxgw-wenkai puts one.
const DefaultFont = "/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf"

// Check reports whether the font is there.
func (f Font) Check() error {
	if _, err := os.Stat(f.Path); err != nil {
		return &act.Fault{Kind: act.ErrUnavailable, Code: "font_missing", Detail: "The server has no font for printed forms. Whoever runs it installs the package fonts-lxgw-wenkai or names a font in forms.font."}
	}
	return nil
}

// The page is A4 upright with margins of 25 mm, in points.
const (
	margin    = 71.0
	width     = 595.0 - 2*margin
	bottom    = 842.0 - margin
	titleSize = 20.0
	bodySize  = 12.0
	footSize  = 9.0
	leading   = 1.75 // of the size
)

// Write writes a form as PDF.
func (f Font) Write(to io.Writer, d Document) error {
	if err := f.Check(); err != nil {
		return err
	}
	pdf := &gopdf.GoPdf{}
	pdf.Start(gopdf.Config{PageSize: *gopdf.PageSizeA4})
	pdf.SetInfo(gopdf.PdfInfo{Title: d.Title, Creator: "hotline"}) // no name: it is shown in lists of files
	if err := pdf.AddTTFFont("form", f.Path); err != nil {
		return fmt.Errorf("read the font of forms: %w", err)
	}
	p := &page{pdf: pdf}
	p.begin()
	p.centred(d.Title)
	for _, paragraph := range d.Body {
		p.paragraph(paragraph, bodySize)
	}
	p.square(d.Code)
	for _, signer := range d.Signers {
		p.signer(signer)
	}
	p.gap(bodySize)
	p.paragraph(d.Foot, footSize)
	p.paragraph(d.Version, footSize)
	if p.err != nil {
		return fmt.Errorf("write a form: %w", p.err)
	}
	if _, err := pdf.WriteTo(to); err != nil {
		return fmt.Errorf("write a form: %w", err)
	}
	return nil
}

// page is where the next line goes. The first error stays.
type page struct {
	pdf *gopdf.GoPdf
	y   float64
	err error
}

func (p *page) begin() {
	p.pdf.AddPage()
	p.y = margin
}

func (p *page) font(size float64) { p.err = errors.Join(p.err, p.pdf.SetFont("form", "", size)) }

// line writes one line at the left edge and moves on.
func (p *page) line(text string, x, size float64) {
	if p.y+size*leading > bottom {
		p.begin()
	}
	p.pdf.SetXY(x, p.y)
	p.err = errors.Join(p.err, p.pdf.Cell(nil, text))
	p.y += size * leading
}

func (p *page) centred(text string) {
	p.font(titleSize)
	w, err := p.pdf.MeasureTextWidth(text)
	p.err = errors.Join(p.err, err)
	p.line(text, margin+max(0, (width-w)/2), titleSize)
	p.gap(bodySize)
}

// paragraph breaks a text where the line is full; Chinese breaks between any two characters.
func (p *page) paragraph(text string, size float64) {
	if text == "" || p.err != nil {
		return
	}
	p.font(size)
	for part := range strings.SplitSeq(text, "\n") {
		lines, err := p.pdf.SplitTextWithWordWrap(part, width)
		if err != nil {
			lines, err = p.pdf.SplitText(part, width)
		}
		p.err = errors.Join(p.err, err)
		for _, line := range lines {
			p.line(line, margin, size)
		}
	}
}

// squareSize is the edge of a square code: a phone reads it from a board two steps away.
const squareSize = 113.0 // points, 40 mm

// square draws a square code (QR, ISO/IEC 18004) in the middle. A quarter of it may be
// torn or stained (level Q).
func (p *page) square(text string) {
	if text == "" || p.err != nil {
		return
	}
	code, err := qr.Encode(text, qr.Q, qr.Auto)
	if err != nil {
		p.err = fmt.Errorf("draw a square code: %w", err)
		return
	}
	const quiet, dots = 4, 8 // modules of white around it; dots of a module
	n := code.Bounds().Dx()
	edge := (n + 2*quiet) * dots
	img := image.NewGray(image.Rect(0, 0, edge, edge))
	for y := range edge {
		for x := range edge {
			img.SetGray(x, y, color.Gray{Y: 255})
			mx, my := x/dots-quiet, y/dots-quiet
			if mx < 0 || my < 0 || mx >= n || my >= n {
				continue
			}
			if r, _, _, _ := code.At(mx, my).RGBA(); r == 0 {
				img.SetGray(x, y, color.Gray{})
			}
		}
	}
	if p.y+squareSize > bottom {
		p.begin()
	}
	p.err = p.pdf.ImageFrom(img, margin+(width-squareSize)/2, p.y, &gopdf.Rect{W: squareSize, H: squareSize})
	p.gap(squareSize + bodySize)
}

func (p *page) signer(who string) {
	p.gap(bodySize)
	p.font(bodySize)
	p.line(who+"：____________________    日期：________年____月____日", margin, bodySize)
}

func (p *page) gap(points float64) { p.y += points }
