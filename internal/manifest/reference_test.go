package manifest

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	reference "sigs.k8s.io/yaml"
	yamlv2 "sigs.k8s.io/yaml/goyaml.v2"
)

// compareWithReference fails unless text, read as one document, has the value that kubectl would see. It returns whether
// the reference reads it at all.
func compareWithReference(t *testing.T, text string) (accepted bool) {
	t.Helper()
	var want any
	if err := reference.Unmarshal([]byte(text), &want); err != nil {
		return false
	}
	w := worker{opts: DefaultOptions(), parser: parser{maxDepth: DefaultOptions().MaxDepth}}
	f := &file{name: "test.yaml", text: text}
	start := len(text) - len(strings.TrimPrefix(text, byteOrderMark)) // split leaves it out of the first document
	root, err := w.read(&document{file: f, start: uint32(start), end: uint32(len(text)), line: 1})
	if err != nil && root == nil {
		if ignoresRest(text) {
			return false
		}
		t.Errorf("%q: the reference reads it, we do not: %v", text, err)
		return true
	}
	// Keys that differ for YAML and agree for JSON, such as 1 and "1", leave the reference's value to chance.
	var diff string
	for range 20 {
		if diff = cmp.Diff(want, asFloats(root.Value())); diff == "" {
			return true
		}
		want = nil
		if err := reference.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
	}
	t.Errorf("%q (-reference +ours):\n%s", text, diff)
	return true
}

// ignoresRest reports whether the reference reads only the beginning of a text and never looks at the rest, which we
// report.
func ignoresRest(text string) bool {
	decoder := yamlv2.NewDecoder(strings.NewReader(text))
	var first, second any
	return decoder.Decode(&first) == nil && !errors.Is(decoder.Decode(&second), io.EOF)
}

// asFloats writes every number as encoding/json reads it into any.
func asFloats(v any) any {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case []any:
		for i := range v {
			v[i] = asFloats(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = asFloats(v[k])
		}
	}
	return v
}

var referenceScalars = []string{
	"yes", "Yes", "YES", "yEs", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF", "y", "Y", "n", "N", "true",
	"True", "TRUE", "false", "False", "FALSE", "tRue", "~", "null", "Null", "NULL", "nULL", "", `""`, "''",
	"0", "-0", "+0", "00", "0755", "0o755", "-0755", "08", "0x1F", "0X1f", "-0x1F", "0b101", "-0b101", "0b", "0b-1", "-0b-1",
	"1_000", "_1", "1_", "1__0", "0x_1", "1e3", "1E3", "1e+3", "1e-3", "1.5", "1.", ".5", "-.5", "+.5", "1.0", "100.0", "1e400",
	"-1e400", ".e1", "._5", "5e", "1_0.5_0", "0.1", "1e21", "1e20", "1e-7", "123456789012345678901234567890",
	"9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616",
	"-9223372036854775808", "-9223372036854775809", "9007199254740993", "+12", "- 12", "1:30", "190:20:30", "1,000", "1k", "1Gi",
	"0.0", "-0.0", "1e0", ".1e1", "0x1p4", "0x1.8p1", "Infinity", "nan", "NaN", "inf", "+inf",
	"2001-12-14", "2001-12-14T21:59:43.10-05:00", "2001-12-14t21:59:43Z", "2001-12-14 21:59:43.10 -5", "2001-12-14 21:59:43",
	"2001-1-1", "2001-13-14", "20011-1-1", "<<", "=", "a b", "a#b", "a: b", "a #b", "a:b", "'it''s'", `"a\tb\x41\u00e9\U0001F600\_\N\L\P\e\0\/"`,
	`"a\` + "\n" + `  b"`, "\"a\n  b\n\n  c\"", "'a\n  b\n\n  c'", "a\n  b\n\n  c", `"\ud83d\ude00"`, `"\ud800"`, `"\u0000"`,
	"!", "!\u2028", "!\u0085", "&a !\u2029", "&a\u2028  !", "!\u2028  12", "! # c", "!!str", "!!str 12", "!!str", "!!str yes", `!!int "12"`, "!!int 12", "!!int foo", "!!int 0x1F", "!!int 1.5", "!!float 1", "!!float 1.5",
	"!!float 9223372036854775807", "!!float 18446744073709551615", "!!float x", `!!float "1e3"`, "!!bool yes", `!!bool "yes"`,
	"!!bool maybe", "!!null ''", "!!null x", "!!null ~", "!!timestamp 2001-12-14", "!!timestamp x", "!!timestamp 12", "!!binary aGVsbG8=", "!!binary gIGC/w==",
	"!!binary '??'", "!!binary |\n  aGVs\n  bG8=", "! 12", "! yes", "! '12'", "!foo 12", "!foo yes", "!<tag:yaml.org,2002:str> 12", "!<tag:yaml.org,2002:int> '7'",
	"&a 12", "&a ! 12", "! &a 12", "&a !!str 12", "!!str &a yes", "!!map {}", "!!seq []", "!!map [a]", "!!omap [a: b]", "!!set {a, b}", "!!merge <<",
	".inf", "-.inf", "+.inf", ".nan", "!!float .inf", "@x", "`x", "%x", "*x", "|\n  a\n  b", ">\n  a\n  b\n\n  c\n    d\n  e", "|+\n  a\n\n",
	"|-\n  a\n\n", "|2\n    a\n   b", ">1-\n  a\n b", "|\n\n\n  a", "|", "|+\n\n", "\t a", "a\tb",
	"héllo", "日本", "\u00a0x", "a\u0085b", "a\u2028b", "\"a\u2028 b\"", "\ufeffx", "x\ufeff", "{a: 1, b: [x, y]}", "[1, [2, {}], ]", "[a: b, c]", "{a, b: , ? c}",
}

var referenceDocuments = []string{
	"", "\n", "# only\n# comments\n", "---\n", "--- # c\n", "---\n...\n", "%YAML 1.1\n---\na: 1\n", "%TAG !e! tag:e.com,2000:\n---\n!e!x 1\n", "...\n", "--- a\n", "--- |\n a\n", "--- {a: b}\n", "---\ta\n", "a: 1\n...\n",
	"\ufeffa: 1\n", "\ufeff---\na: 1\n", "a: 1\r\nb: |\r\n  x\r\n  y\r\nc: \"d\r\n  e\"\r\n", "a: 1\rb: 2\r", "a:\tb\n", "a: b\t\n", "a:\n\tb: c\n", "a: |\n  ---\n  x\n", "a: |\n  ...\n",
	"a: 1\na: 2\n", "a: {x: 1}\na: {y: 2}\n", "1: a\n2.5: b\ntrue: c\nyes: d\n0x10: e\n1e3: f\n1.10: g\n0.123456789: h\n", "~: a\n", ": a\n", "? a\n: b\n? c\n", "? [a]\n: b\n", "? {a: b}\n: c\n", "null: a\n", "y: 1\nn: 2\n", "2001-01-01: a\n",
	".inf: a\n-.inf: b\n.nan: c\n", "18446744073709551615: a\n", "!!binary aGVsbG8=: a\n", "!!str 1: a\n", "! 1: a\n", "!!int '7': a\n", "'<<': {a: 1}\n",
	"a: &x 1\nb: *x\n", "a: &x {k: v}\nb: *x\nc: [*x, *x]\n", "a: &x [*x]\n", "a: *x\n", "&k a: 1\n*k : 2\n", "&k a: *k\n", "a: &x 1\nb: &x 2\nc: *x\n", "&r {a: 1}\n", "&0\n!", "&x\n !  !", "a: &x\n! &k b: 1\n", "&x\n! ! :*", "!\n&0\n", "a: &x\n  !\nb: 1\n", "a: &x\n! b: 1\n", "a: &x # c\n  # d\n  ! # e\nb: 1\n", "[&a\n!, b]\n", "- &a\n  !\n- b\n", "a: &x\n  !\n", "a:\n  &x\n  !\nb: *x\n", "a: &x\nb: *x\n", "a: &x b: *x\n", "a: &x !!str\nb: 1\n",
	"b: &b {x: 1, y: 2}\nm:\n  <<: *b\n  y: 3\n", "b: &b {x: 1, y: 2}\nm:\n  y: 3\n  <<: *b\n", "b: &b {x: 1}\nc: &c {x: 2, z: 3}\nm:\n  <<: [*b, *c]\n", "b: &b {x: 1}\nm:\n  <<: [*b, {x: 9, q: 1}]\n  w: 1\n", "m:\n  <<: {a: 1}\n  <<: {b: 2}\n",
	"m:\n  <<: 1\n", "m:\n  <<:\n", "m:\n  <<: [1]\n", "m:\n  <<: []\n", "l: &l [{a: 1}]\nm:\n  <<: *l\n", "m:\n  \"<<\": {a: 1}\n", "m:\n  !!merge <<: {a: 1}\n", "m:\n  ! <<: {a: 1}\n", "m:\n  !!str <<: {a: 1}\n", "m:\n  !!merge \"<<\": {a: 1}\n", "m:\n! \"<<\": {a: 1}", "m:\n  ! '<<': {a: 1}\n", "m:\n  &a ! '<<': {a: 1}\n", "m:\n  ! &a \"<<\": {a: 1}\n", "m: {! '<<': {a: 1}, b: 2}\n", "m:\n  ? ! |-\n   <<\n  : {a: 1}\n", "m: {<<: {a: {b: 1}}, a: {c: 2}}\n", "m: &m\n  <<: *m\n", "m: &a <<\nn: {*a : {x: 1}}\n",
	"b: &b {x: 1}\nc: &c {<<: *b, y: 2}\nd: {<<: *c}\n", "a: &x {<<: [{k: 1}, {k: 2}]}\nb: *x\n", "&a .inf: 1\n", "a: .inf\n", "&a 1: *a\n", "&a x: &b y\nz: *a\nw: *b\n",
	"- a\n-\n- - b\n  - c\n-   d: 1\n    e: 2\n", "a:\n- b\n- c\n", "a: [\n  b,\n  c\n]\n", "a: 'x\n  y'\n", "a: x\n  y\n  z\nb: 1\n", "a: # comment\n  b\n", "a: b # comment\n# head\nc: d\n\n# foot\n", "# head\n\n# head 2\na:\n  # inner\n  b: 1\n  # foot\n# foot 2\nc: 1\n", "a:\n  - # c\n    b: 1\n  # d\n  - c\n", "[a, # c\n b]\n", "{a: 1, # c\n b: 2}\n",
	`{"a": {"b": [1, 2.5, -3e2, true, false, null, "x\n\u00e9\/"]}}`, `{"a":1,"a":2}`, "{\"a\":\t1}\n", "\t{\"a\": 1}", `{"<<": {"a": 1}}`, `{"a": 1e400}`, `{"a": 01}`, `{"a": 1_0}`, `{"a": "x` + "\u2028" + ` y"}`, `{"a": 12345678901234567890}`, `{"a": -0}`, `{"a":"b"}{"c":"d"}`, `[1,"a",{"b":[]}]`, `"just a string"`, `{"a": NaN}`, `{a: b} trailing`, `{"a": "tab	in"}`, `{"a": 'b'}`,
	"a: b: c\n", "a: [\n", "a: \"\n", "a\nb: c\n", "a: 1\n b: 2\n", "\x01", "a: \x7f\n", "a: \"\\q\"\n", "key: {{ .Values.x }}\n", "{{ .x }}\n", "- a\nb: c\n", "a: @b\n", "a: |\n\tx\n", "? \n", "?\n", "-\n", "- \n", "- - -\n", "a: !!str\n", "a: !!str # c\nb: 1\n", "[!!str , a]\n", "[&a , *a]\n", "{a: &x , b: *x}\n",
	"a: >\n\n  b\n\n\n  c\n   d\n\n  e\n\n\nf: 1\n", "a: >-\n  b\n  c\nd: |2-\n    e\n  f\n", "a: |\n  x\n # not a comment?\nb: 1\n", strings.Repeat("- ", 20) + "a\n",
}

func TestValuesAreThoseOfTheReference(t *testing.T) {
	t.Parallel()
	accepted, all := 0, 0
	for _, scalar := range referenceScalars {
		for _, text := range []string{scalar, "k: " + scalar, "k: " + scalar + "\n", "- " + scalar + "\n", "k: " + scalar + " # comment\nl: 1\n", scalar + ": v\n", "{" + scalar + ": " + scalar + "}", "[" + scalar + ", " + scalar + "]"} {
			all++
			if compareWithReference(t, text) {
				accepted++
			}
		}
	}
	for _, text := range referenceDocuments {
		all++
		if compareWithReference(t, text) {
			accepted++
		}
	}
	if accepted < all/2 {
		t.Errorf("the reference reads %d of %d texts: the table has become pointless", accepted, all)
	}
}

// What we read and the reference does not, or read differently, on purpose.
func TestDifferencesFromTheReference(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text string
		want any
	}{
		"a surrogate pair in JSON, as kubectl reads a JSON file": {`{"a": "\ud83d\ude00"}`, map[string]any{"a": "😀"}},
		"a lone surrogate in JSON":                               {`{"a": "\ud800"}`, map[string]any{"a": "\ufffd"}},
		"a long key in JSON":                                     {`{"` + strings.Repeat("k", 2000) + `": 1}`, map[string]any{strings.Repeat("k", 2000): int64(1)}},
		"a colon on the next line of JSON":                       {"{\"a\"\n: 1}", map[string]any{"a": int64(1)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var v any
			if err := reference.Unmarshal([]byte(test.text), &v); err == nil {
				t.Errorf("the reference reads %v", v)
			}
			if diff := cmp.Diff(test.want, documentsAsObjects(test.text)[0].Root.Value()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFixturesReadAsTheReferenceReadsThem(t *testing.T) {
	t.Parallel()
	root := os.DirFS(filepath.Join("..", "..", "fixtures"))
	documents := 0
	err := fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !isManifest(path) {
			return err
		}
		text, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		for _, d := range split(&file{name: path, text: string(text)}) {
			documents++
			compareWithReference(t, d.text())
		}
		return nil
	})
	if err != nil || documents == 0 {
		t.Errorf("%d documents, %v", documents, err)
	}
}

// documentsAsObjects reads every document of a text, whether or not it has a kind.
func documentsAsObjects(text string) []*Object {
	var objects []*Object
	for _, d := range split(&file{name: "test.yaml", text: text}) {
		w := worker{opts: DefaultOptions(), parser: parser{maxDepth: DefaultOptions().MaxDepth}}
		if root, err := w.read(&d); err == nil && root != nil {
			objects = append(objects, &Object{Root: root, source: source{file: d.file, start: d.start, end: d.end, line: d.line}})
		}
	}
	return objects
}

// insideInput fails unless every position of an object's nodes lies within the text, and a scalar's is not empty unless
// it is.
func insideInput(t *testing.T, o *Object, text string) {
	t.Helper()
	lines := strings.Split(strings.TrimPrefix(text, byteOrderMark), "\n")
	inside := func(what string, path Path, pos Position) {
		t.Helper()
		ordered := pos.Line < pos.EndLine || pos.Line == pos.EndLine && pos.Column <= pos.EndColumn
		if !ordered || pos.Line < 1 || pos.Column < 1 || pos.EndLine > len(lines) ||
			pos.Column > utf8.RuneCountInString(lines[pos.Line-1])+1 ||
			pos.EndColumn > utf8.RuneCountInString(lines[pos.EndLine-1])+1 {
			t.Fatalf("%q: %s of %q is %+v, outside the text", text, what, path.Pointer(), pos)
		}
	}
	left := 200 // aliases make trees larger than texts
	var visit func(n *Node, path Path)
	visit = func(n *Node, path Path) {
		if left--; left < 0 {
			return
		}
		inside("Locate", path, o.Locate(path))
		inside("LocateKey", path, o.LocateKey(path))
		if s, ok := n.Str(); ok {
			for from := range min(len(s), 20) + 1 {
				inside("LocateWithin", path, o.LocateWithin(path, from, min(3, len(s)-from)))
			}
		}
		for k, v := range n.Fields() {
			visit(v, append(slices.Clip(path), k))
		}
		for i, v := range n.Items() {
			visit(v, append(slices.Clip(path), strconv.Itoa(i)))
		}
	}
	visit(o.Root, nil)
	o.Lines(1, len(lines)+1)
}

func FuzzDecode(f *testing.F) {
	for _, s := range referenceScalars {
		f.Add("k: " + s + "\n")
	}
	for _, s := range referenceDocuments {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if utf8.ValidString(text) { // the reference reads UTF-16 too, we do not
			compareWithReference(t, text)
		}
		Decode([]Input{{Name: "fuzz.yaml", Data: []byte(text)}}, Options{})
		for _, o := range documentsAsObjects(text) {
			insideInput(t, o, text)
		}
	})
}
