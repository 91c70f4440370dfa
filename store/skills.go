package store

import (
	"encoding/json"
	"fmt"

	"example.org/hotline/area"
)

// skillsColumn reads the skills of a row; none where there is no person.
type skillsColumn area.Skills

// GormDataType tells gorm, which knows no maps, what the column is.
func (skillsColumn) GormDataType() string { return "jsonb" }

// Scan reads a jsonb object.
func (s *skillsColumn) Scan(value any) error {
	var text []byte
	switch v := value.(type) {
	case nil:
		return nil
	case []byte:
		text = v
	case string:
		text = []byte(v)
	default:
		return fmt.Errorf("read skills: %T", value)
	}
	if err := json.Unmarshal(text, (*area.Skills)(s)); err != nil {
		return fmt.Errorf("read skills: %w", err)
	}
	return nil
}

// skillsOf are skills as they are written: an object, though it be empty.
func skillsOf(s area.Skills) area.Skills {
	if s == nil {
		return area.Skills{}
	}
	return s
}
