package manifest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// liftedDocuments have the text HERE where a literal goes or what looks like one.
var liftedDocuments = []string{
	"a: HERE", "- HERE", "a:\n  b: HERE", "a:\n- b: HERE", "- - HERE", "a: HEREb: HEREc: HERE", "a: &x\n  b: HEREc: *x\n",
	"m:\n  <<: {x: 1}\n  b: HEREc: 1\n", "# a: HERE", "  # a: HEREb: 1\n", "a: >\n  b: HEREc: 1\n", "a: |2\n  b: HEREc: 1\n", "a: \"\n b: HEREc: 1\"\n",
	"a: 'x\n  b: HERE'", "a: {\n  b: HERE}\n", "a: [\n  - HERE]\n", "? HERE: 1\n", "a: b: HERE", "a: x\n  b: HERE", "a: &x HEREb: *x\n",
	"a: ! HERE", "a: !!binary HERE", "--- HERE", "a: b\nc: {{ x }}\nd: HERE", "日本: HEREx: é\n",
}

var literals = []string{
	"|\n  x\n  y\n", "|-\n  x\n  y\n", "|+\n  x\n  y\n\n\n", "|\n    x\n\n      y\n    z\n\n", "|-\n    x\n   \n    \n     \n\n", "|+\n    x\n   \n    \n     \n\n",
	"|\n    x\n   y: 1\n", "|\n  x\n", "|\n\n  x\n  y\n", "|\n    x\n \ty\n", "|\n    x\n    \ty\n", "|\n    \tx\n    y\n", "|\n x\n  y\n z\n", "|\nx\ny\n",
	"| # c\n  x\n  y\n", "|\r\n  x\r\n  y\r\n", "|\n    x\ry\n    z\n", "|\n    x\n    y\rz\n", "|\n    x\n    y\u2028\n    z\n", "|\n    x\u2028\n    z\n", "|\n    x\n    é\n",
	"|\n    x\n    \x01\n", "|\n    x\n    # y\n  # z\n# c\n", "|\n    x\n    y", "|\n    x\n    y: |\n      z\n      z\n", "|\n  ", "|\n", "|",
	"|\n      x\n      y\n    z\n", "|\n    x\n    y\n    é: |\n      z\n      z\n",
}

func TestWhatIsLiftedOutReadsTheSame(t *testing.T) {
	t.Parallel()
	lifted := 0
	for _, document := range liftedDocuments {
		for _, literal := range literals {
			if sameWhenLifted(t, strings.ReplaceAll(document, "HERE", literal)) {
				lifted++
			}
		}
	}
	if lifted < 80 {
		t.Errorf("the short way was taken for %d documents only", lifted)
	}
}

func FuzzLift(f *testing.F) {
	for _, document := range liftedDocuments {
		for _, literal := range literals {
			f.Add(strings.ReplaceAll(document, "HERE", literal))
		}
	}
	f.Fuzz(func(t *testing.T, text string) { sameWhenLifted(t, text) })
}

// sameWhenLifted compares values and offsets of a text read with and without its literals, where both ways are open.
func sameWhenLifted(t *testing.T, text string) (lifted bool) {
	t.Helper()
	p := parser{maxDepth: DefaultOptions().MaxDepth}
	got := p.parseLifted(text)
	if got == nil {
		return false
	}
	want, err := p.parseWhole(text)
	if err != nil {
		t.Errorf("%q is read, though it is wrong: %v", text, err)
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Node{}, branch{}, key{})); diff != "" {
		t.Errorf("%q (-whole +lifted):\n%s", text, diff)
	}
	return true
}
