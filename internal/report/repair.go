package report

import "github.com/redislint/redislint/internal/manifest"

// Repair is how files could be edited so that a finding is gone.
type Repair struct {
	Safe  bool   // nobody has to be asked
	Note  string // what to know before it is applied; "" when that is nothing
	Edits []Edit
}

// Edit puts a text in the place of another one. Where both ends are the same it is added.
type Edit struct {
	File string
	manifest.Position
	Text string
}

type jsonFix struct {
	Safe  bool       `json:"safe"`
	Note  string     `json:"note"` // "" when there is nothing to know
	Edits []jsonEdit `json:"edits"`
}

type jsonEdit struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"endLine"` // the end is exclusive; where it is the beginning, text is added
	EndColumn int    `json:"endColumn"`
	Text      string `json:"text"`
}

func toFix(r Repair) *jsonFix {
	return &jsonFix{Safe: r.Safe, Note: r.Note, Edits: each(r.Edits, func(e Edit) jsonEdit {
		return jsonEdit{e.File, e.Line, e.Column, e.EndLine, e.EndColumn, e.Text}
	})}
}

// fixable counts the findings with a repair that is safe.
func (r Report) fixable() int {
	n := 0
	for _, f := range r.Findings {
		if repair, ok := r.Repairs[f.Fingerprint]; ok && repair.Safe && f.Suppressed == nil {
			n++
		}
	}
	return n
}
