package manifest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNotes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text string
		want []string // line:column-endColumn about: text
	}{
		"behind a value":               {"kind: A # redislint: one", []string{"1:9-25 1: one"}},
		"above a line":                 {"kind: A\n# redislint: one\nb: 1\n", []string{"2:1-17 3: one"}},
		"above other comments":         {"kind: A\n  # redislint: one\n# why\n\t# redislint:two  \nb: 1\n", []string{"2:3-19 5: one", "4:2-17 5: two"}},
		"at the end":                   {"kind: A\n# redislint: one", []string{"2:1-17 3: one"}},
		"without a text":               {"kind: A\n#redislint:\n", []string{"2:1-12 3: "}},
		"behind characters":            {"kind: Äpfel # redislint: ö\n", []string{"1:13-27 1: ö"}},
		"with Windows' line breaks":    {"kind: A # redislint: one\r\nb: 1\r\n", []string{"1:9-25 1: one"}},
		"in a redis.conf":              {"kind: A\ndata: |\n  # redislint: one\n  maxmemory 1gb\n", []string{"3:3-19 4: one"}},
		"behind quotes":                {`kind: "A \" #" # redislint: one`, []string{"1:16-32 1: one"}},
		"behind single quotes":         {`kind: 'A '' #' # redislint: one`, []string{"1:16-32 1: one"}},
		"behind an apostrophe":         {`kind: it's A # redislint: one`, []string{"1:14-30 1: one"}},
		"in quotes":                    {`kind: "A # redislint: one"`, nil},
		"in single quotes":             {`kind: 'A # redislint: one'`, nil},
		"in JSON":                      {`{"kind":"A # redislint: one"}`, nil},
		"in an item":                   {"kind: A\nb: [1, \"# redislint: one\"]\n", nil},
		"that is no comment":           {"kind: A#redislint:one", nil},
		"that addresses somebody else": {"kind: A # for redislint: one", nil},
		"in another document":          {"kind: A\n--- # redislint: one\nb: 1\n", nil},
		"in the document":              {"--- # redislint: one\nkind: A\n", []string{"1:5-21 1: one"}},
		"two on a line, which are one": {"kind: A # redislint: one # redislint: two", []string{"1:9-42 1: one # redislint: two"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := Decode([]Input{{Name: "a.yaml", Data: []byte(test.text)}}, Options{})
			if len(set.Objects) != 1 {
				t.Fatalf("%d objects, %v", len(set.Objects), set.Errors)
			}
			var got []string
			for _, n := range set.Objects[0].Notes() {
				got = append(got, fmt.Sprintf("%d:%d-%d %d: %s", n.Line, n.Column, n.EndColumn, n.About, n.Text))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Each of many comments below each other is about the line below all of them: that must not take quadratic time.
func TestManyNotes(t *testing.T) {
	t.Parallel()
	const many = 200_000
	object := Plain("a.conf", strings.Repeat("# redislint: one\n", many))
	notes := object.Notes()
	if len(notes) != many || notes[0].About != many+1 || notes[many-1].About != many+1 {
		t.Errorf("%d notes, the first about line %d", len(notes), notes[0].About)
	}
}
