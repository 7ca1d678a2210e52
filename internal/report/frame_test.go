package report

import (
	"strings"
	"testing"
)

func TestLook(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("abcdefghi ", 10)
	tests := map[string]struct {
		line        string
		column, end int
		room        int
		text, marks string
	}{
		"a value": {
			"  replicas: 2", 13, 14, 40,
			"  replicas: 2",
			"            ^",
		},
		"a value behind tabs": {
			"\t\"a\":\t1", 7, 8, 40,
			"    \"a\":    1",
			"            ^",
		},
		"a value behind wide letters": {
			"大小: x", 5, 6, 40,
			"大小: x",
			"      ^",
		},
		"a wide value": {
			"a: 大小", 4, 6, 40,
			"a: 大小",
			"   ^^^^",
		},
		"a value behind what is escaped": {
			"\x1b\u202e\xff: x", 6, 7, 40,
			`\x1b\u202e\xff: x`,
			"                ^",
		},
		"a place at the end of the line": {
			"data:", 6, 6, 40,
			"data:",
			"     ^",
		},
		"a place beyond the line": {
			"data:", 60, 70, 40,
			"data:",
			"     ^",
		},
		"a line that is cut on the right": {
			long, 1, 4, 20,
			"abcdefghi abcdefghi…",
			"^^^",
		},
		"a line that just fits": {
			"abcdefghijklmnopqrst", 1, 2, 20,
			"abcdefghijklmnopqrst",
			"^",
		},
		"a line that is cut on both sides": {
			long, 51, 54, 20,
			"…fghi abcdefghi abc…",
			"      ^^^",
		},
		"a mark at the end of a line that fits": {
			"abcdefghijklmnopqrst", 20, 21, 20,
			"abcdefghijklmnopqrst",
			"                   ^",
		},
		"a mark at the end of a long line": {
			long + "x", 101, 102, 20,
			"…cdefghi abcdefghi x",
			"                   ^",
		},
		"a mark in a long line's second half": {
			"abcdefghi abcdefghi abcdefghi", 17, 18, 20,
			"…abcdefghi abcdefghi",
			"       ^",
		},
		"a mark that is cut": {
			long, 1, 99, 20,
			"abcdefghi abcdefghi…",
			"^^^^^^^^^^^^^^^^^^^^",
		},
		"an empty line": {"", 1, 1, 20, "", "^"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := look(test.line, test.column, test.end, test.room)
			if got.text != test.text {
				t.Errorf("line\n got %q\nwant %q", got.text, test.text)
			}
			if marks := strings.Repeat(" ", got.pad) + strings.Repeat("^", got.width); marks != test.marks {
				t.Errorf("marks\n got %q\nwant %q", marks, test.marks)
			}
		})
	}
}

func FuzzLook(f *testing.F) {
	f.Add("  replicas: 2", 13, 14)
	f.Add("\t大\x1b\xff##vso[", 3, 9)
	f.Add(strings.Repeat("x", 300), 200, 280)
	f.Fuzz(func(t *testing.T, line string, column, end int) {
		const room = 50
		if len(line) > 1<<12 {
			return
		}
		got := look(line, column, end, room)
		if width := textWidth(got.text); width > room {
			t.Errorf("%d columns of text, room for %d: %q", width, room, got.text)
		}
		if got.width < 1 || got.pad < 0 || got.pad+got.width > room+1 {
			t.Errorf("mark of %d columns after %d, room for %d", got.width, got.pad, room)
		}
	})
}
