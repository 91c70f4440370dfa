package main

import (
	"cmp"
	"context"

	"example.org/hotline/relief/form"
)

// checkForms looks for the font that receipts and letters are printed in.
func (e *examination) checkForms(context.Context) {
	const check = "printed forms"
	font := form.Font{Path: cmp.Or(e.cfg.Forms.Font, form.DefaultFont)}
	if font.Check() != nil {
		e.warn(check, font.Path+" is not there: receipts and letters cannot be printed", "install the package fonts-lxgw-wenkai, or name a TrueType font in forms.font")
		return
	}
	e.ok(check, "in the font %s", font.Path)
}
