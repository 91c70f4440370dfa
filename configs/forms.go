package configs

import (
	"fmt"
	"io/fs"

	"example.org/hotline/relief/form"
)

// loadForms reads what is printed and handed out.
func loadForms(from fs.FS) (*form.Set, error) {
	const file = "templates/forms.yaml"
	data, err := fs.ReadFile(from, file)
	if err != nil {
		return nil, fmt.Errorf("read the forms: %w", err)
	}
	set := new(form.Set)
	return set, parse(file, data, set, set.Validate)
}
