package manifest

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text string
		want []string // "line text"
	}{
		"nothing":                           {"", nil},
		"comments only":                     {"# a\n---\n# b\n---\n\n...\n", nil},
		"one document":                      {"a: 1\n", []string{"1 a: 1\n"}},
		"two documents":                     {"a: 1\n---\nb: 2\n", []string{"1 a: 1\n", "2 ---\nb: 2\n"}},
		"a marker at the start":             {"---\na: 1\n---\nb: 2", []string{"1 ---\na: 1\n", "3 ---\nb: 2"}},
		"a marker at the very end":          {"a: 1\n---", []string{"1 a: 1\n"}},
		"empty documents between":           {"---\n---\na\n---\n\n---\nb\n", []string{"2 ---\na\n", "6 ---\nb\n"}},
		"comments before the first marker":  {"# licence\n---\na: 1\n", []string{"1 # licence\n---\na: 1\n"}},
		"directives belong to what follows": {"%YAML 1.1\n---\na: 1\n...\n%TAG ! x\n---\nb: 2\n", []string{"1 %YAML 1.1\n---\na: 1\n", "4 \n%TAG ! x\n---\nb: 2\n"}},
		"an end marker":                     {"a: 1\n...\nb: 2\n", []string{"1 a: 1\n", "2 \nb: 2\n"}},
		"content beside the marker":         {"--- {a: 1}\n--- |\n x\n", []string{"1 --- {a: 1}\n", "2 --- |\n x\n"}},
		"not a marker":                      {"a:\n  ---\n----\n---x\n", []string{"1 a:\n  ---\n----\n---x\n"}},
		"a marker in a block is indented":   {"a: |\n  ---\n  b\n---\nc: 1\n", []string{"1 a: |\n  ---\n  b\n", "4 ---\nc: 1\n"}},
		"lines of Windows":                  {"a: 1\r\n---\r\nb: 2\r\n", []string{"1 a: 1\r\n", "2 ---\r\nb: 2\r\n"}},
		"a byte order mark":                 {"\ufeff---\na: 1\n", []string{"1 ---\na: 1\n"}},
		"JSON after JSON":                   {"{\"a\": \"}{\\\"\"}\n{\"b\": [{}]} {}\n", []string{"1 {\"a\": \"}{\\\"\"}", "1 \n{\"b\": [{}]}", "2  {}\n"}},
		"JSON and markers":                  {"{}\n---\n{}{}", []string{"1 {}\n", "2 ---\n{}", "3 {}"}},
		"a flow map is no JSON":             {"{a: 'it{'}\n", []string{"1 {a: 'it{'}\n"}},
		"JSON with something after it":      {"{} x", []string{"1 {} x"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, d := range split(&file{text: test.text}) {
				got = append(got, fmt.Sprintf("%d %s", d.line, d.text()))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
