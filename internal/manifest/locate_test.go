package manifest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// only decodes text that holds one object.
func only(t *testing.T, text string) *Object {
	t.Helper()
	s := Decode([]Input{{Name: "a.yaml", Data: []byte(text)}}, Options{})
	if len(s.Errors) > 0 || len(s.Objects) != 1 {
		t.Fatalf("%q: %d objects, errors %v", text, len(s.Objects), s.Errors)
	}
	return s.Objects[0]
}

// excerpt is what a position covers, with its line and column, as "2:3 text".
func excerpt(text string, p Position) string {
	lines := strings.Split(strings.TrimPrefix(text, byteOrderMark), "\n")
	if p.Line == p.EndLine {
		return fmt.Sprintf("%d:%d %s", p.Line, p.Column, string([]rune(lines[p.Line-1])[p.Column-1:p.EndColumn-1]))
	}
	covered := append([]string{string([]rune(lines[p.Line-1])[p.Column-1:])}, lines[p.Line:p.EndLine-1]...)
	covered = append(covered, string([]rune(lines[p.EndLine-1])[:p.EndColumn-1]))
	return fmt.Sprintf("%d:%d %s", p.Line, p.Column, strings.Join(covered, "\n"))
}

func TestLocate(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text    string
		pointer string
		value   string
		key     string // when it differs
	}{
		"a plain scalar":                          {"kind: A\na: b c # d\n", "/a", "2:4 b c", "2:1 a"},
		"a quoted scalar with its quotes":         {"kind: A\na: 'b''c'\n", "/a", "2:4 'b''c'", "2:1 a"},
		"a scalar in double quotes":               {"kind: A\na: \"b\\\"\\x41\"\n", "/a", `2:4 "b\"\x41"`, "2:1 a"},
		"a number":                                {"kind: A\na: 1_000\n", "/a", "2:4 1_000", "2:1 a"},
		"a number in a flow":                      {"kind: A\na: [0x1F, {b: yes}]\n", "/a/0", "2:5 0x1F", "2:5 0x1F"},
		"a bool in a flow map":                    {"kind: A\na: [0x1F, {b: yes}]\n", "/a/1/b", "2:15 yes", "2:12 b"},
		"null that is written":                    {"kind: A\na: ~\n", "/a", "2:4 ~", "2:1 a"},
		"null that is not written":                {"kind: A\na:\nb: 1\n", "/a", "2:1 a", "2:1 a"},
		"a map is its key":                        {"kind: A\nspec:\n  a: 1\n", "/spec", "2:1 spec", "2:1 spec"},
		"a list is its key":                       {"kind: A\nspec:\n- a\n", "/spec", "2:1 spec", "2:1 spec"},
		"a map in a list is its first key":        {"kind: A\nspec:\n- a: 1\n  b: 2\n", "/spec/0", "3:3 a", "3:3 a"},
		"an empty map in a list":                  {"kind: A\nspec: [{}]\n", "/spec/0", "2:8 {", "2:8 {"},
		"a list in a list":                        {"kind: A\nspec:\n- - a\n", "/spec/0", "3:3 -", "3:3 -"},
		"the root is its first key":               {"# c\nkind: A\na: 1\n", "", "2:1 kind", "2:1 kind"},
		"what is missing is its nearest ancestor": {"kind: A\nspec:\n  a: {b: 1}\n", "/spec/a/x/y", "3:3 a", "3:3 a"},
		"a missing item":                          {"kind: A\nspec: [1]\n", "/spec/1", "2:1 spec", "2:1 spec"},
		"a key with spaces":                       {"kind: A\na b: {c: 1}\n", "/a b", "2:1 a b", "2:1 a b"},
		"a quoted key":                            {"kind: A\n\"a\\tb\": 1\n", "/a\tb", "2:9 1", `2:1 "a\tb"`},
		"a key that is a number":                  {"kind: A\n0x10: {}\n", "/16", "2:1 0x10", "2:1 0x10"},
		"characters count, not bytes":             {"kind: A\né: {日本: x, b: ü}\n", "/é/b", "2:15 ü", "2:12 b"},
		"a tag and an anchor are skipped":         {"kind: A\na: !!str &x 12\n", "/a", "2:13 12", "2:1 a"},
		"an anchored map":                         {"kind: A\na: &x\n  b: 1\nc: *x\n", "/a/b", "3:6 1", "3:3 b"},
		"an alias":                                {"kind: A\na: &x 1\nc: *x\n", "/c", "3:4 *x", "3:1 c"},
		"below an alias":                          {"kind: A\na: &x\n  b: 1\nc: *x\n", "/c/b", "3:6 1", "3:3 b"},
		"an alias in a list":                      {"kind: A\na: &x {b: 1}\nc: [*x]\n", "/c/0", "3:5 *x", "3:5 *x"},
		"a merged field":                          {"kind: A\na: &x {b: 1}\nc:\n  <<: *x\n  d: 2\n", "/c/b", "2:11 1", "2:8 b"},
		"a map with merged fields":                {"kind: A\na: &x {b: 1}\nc:\n- <<: *x\n  d: 2\n", "/c/0", "5:3 d", "5:3 d"},
		"a duplicate is its last":                 {"kind: A\na: 1\na: 2\n", "/a", "3:4 2", "3:1 a"},
		"a block scalar":                          {"kind: A\na: |\n  b\n  c\n\nd: 1\n", "/a", "2:4 |\n  b\n  c", "2:1 a"},
		"an empty block scalar":                   {"kind: A\na: |-\nd: 1\n", "/a", "2:4 |-", "2:1 a"},
		"lines of Windows":                        {"kind: A\r\na:\r\n  b: c\r\n", "/a/b", "3:6 c", "3:3 b"},
		"after a byte order mark":                 {"\ufeffkind: A\n", "/kind", "1:7 A", "1:1 kind"},
		"JSON":                                    {"{\"kind\": \"A\",\n \"a\": {\"b\": [1, {\"c\": null}]}}", "/a/b/1/c", "2:23 null", "2:18 \"c\""},
		"JSON with an escape":                     {`{"kind": "A", "a": "\ud83d\ude00x"}`, "/a", `1:20 "\ud83d\ude00x"`, `1:15 "a"`},
		"a second document":                       {"# none\n---\n# c\nkind: A\n", "/kind", "4:7 A", "4:1 kind"},
		"a second JSON document on a line":        {`{} {"kind": "A"}`, "/kind", `1:13 "A"`, `1:5 "kind"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := only(t, test.text)
			path, err := ParsePointer(test.pointer)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.value, excerpt(test.text, o.Locate(path))); diff != "" {
				t.Errorf("Locate (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.key, excerpt(test.text, o.LocateKey(path))); diff != "" {
				t.Errorf("LocateKey (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLocateWithin(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ scalar, find, want string }{
		"a literal block":               {"|\n  # Redis\n  maxmemory 1gb\n\n  save \"\"\n", "1gb", "4:13 1gb"},
		"a whole line of a block":       {"|\n  # Redis\n  maxmemory 1gb\n\n  save \"\"\n", `save ""`, `6:3 save ""`},
		"with an indentation indicator": {"|2\n    maxmemory 1gb\n   x\n", "maxmemory", "3:5 maxmemory"},
		"after blank lines":             {"|\n\n\n  maxmemory 1gb\n", "1gb", "5:13 1gb"},
		"a block kept whole":            {"|+ # c\n  a\n  maxmemory 1gb\n\n", "1gb", "4:13 1gb"},
		"a block stripped":              {">-\n  a b\n  c\n", "c", "4:3 c"},
		"a folded block":                {">\n  maxmemory\n  1gb\n\n  save x\n    y\n  z\n", "1gb", "4:3 1gb"},
		"across a fold":                 {">\n  maxmemory\n  1gb\n", "ry 1g", "3:10 ry\n  1g"},
		"more indented in a fold":       {">\n  a\n\n  save x\n    y\n  z\n", "  y", "6:3   y"},
		"Windows lines":                 {"|\r\n  a\r\n  maxmemory 1gb\r\n", "1gb", "4:13 1gb"},
		"single quotes":                 {"'it''s 1gb'", "1gb", "2:11 1gb"},
		"the escaped quote":             {"'it''s 1gb'", "'", "2:7 ''"},
		"double quotes":                 {`"a\tb 1gb"`, "1gb", "2:10 1gb"},
		"an escape":                     {`"a\u00e9b"`, "é", `2:6 \u00e9`},
		"folded quotes":                 {"\"maxmemory\n    1gb\\\n    x\"", "1gbx", "3:5 1gb\\\n    x"},
		"a plain scalar":                {"maxmemory 1gb", "1gb", "2:14 1gb"},
		"a plain scalar of lines":       {"maxmemory\n  1gb\n\n  x", "1gb", "3:3 1gb"},
		"after wide characters":         {"|\n  日本 1gb\n", "1gb", "3:6 1gb"},
		"an empty find is a point":      {"|\n  ab\n", "", "3:3 "},
		"an alias falls back":           {"&k abc\nb: *k", "bc", "2:8 bc"},
		"binary falls back":             {"!!binary aGVsbG8=", "ell", "2:13 aGVsbG8="},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := "kind: A\na: " + test.scalar + "\n"
			o := only(t, text)
			value, ok := o.Root.Get("a").Str()
			if !ok {
				t.Fatalf("a is %v", o.Root.Get("a").Kind())
			}
			got := o.LocateWithin(Path{"a"}, strings.Index(value, test.find), len(test.find))
			if diff := cmp.Diff(test.want, excerpt(text, got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLocateWithinFallsBackToTheValue(t *testing.T) {
	t.Parallel()
	o := only(t, "kind: A\na: &x abc\nb: *x\nc: 12\n")
	for name, test := range map[string]struct {
		path           Path
		offset, length int
	}{
		"an alias":          {Path{"b"}, 1, 1},
		"no string":         {Path{"c"}, 0, 1},
		"a negative offset": {Path{"a"}, -1, 1},
		"beyond the end":    {Path{"a"}, 2, 5},
		"an overflow":       {Path{"a"}, 2, int(^uint(0) >> 1)},
		"nothing there":     {Path{"q"}, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(o.Locate(test.path), o.LocateWithin(test.path, test.offset, test.length)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	s := Decode([]Input{{Name: "a.yaml", Data: []byte("kind: A\n---\n# c\r\nkind: B\r\na: 1\n---\nkind: C")}}, Options{})
	b, c := s.Objects[1], s.Objects[2]
	if diff := cmp.Diff([]string{"---", "# c", "kind: B", "a: 1"}, b.Lines(0, 100)); diff != "" {
		t.Errorf("all of B (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"kind: B"}, b.Lines(4, 4)); diff != "" {
		t.Errorf("one line of B (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"kind: C"}, c.Lines(7, 7)); diff != "" {
		t.Errorf("C (-want +got):\n%s", diff)
	}
	if first, last := b.Extent(); first != 2 || last != 5 {
		t.Errorf("B extends from %d to %d, want 2 to 5", first, last)
	}
}
