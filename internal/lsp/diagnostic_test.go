package lsp

import (
	"testing"

	"go.lsp.dev/protocol"
)

func TestPositionsAreThoseOfEditors(t *testing.T) {
	t.Parallel()
	text := []byte("a: 1\n𝄞é: x\r\nlast")
	for name, test := range map[string]struct {
		line, column int
		want         protocol.Position
	}{
		"the beginning":                            {1, 1, protocol.Position{}},
		"a clef takes two units, an accent one":    {2, 3, protocol.Position{Line: 1, Character: 3}},
		"the end of a line":                        {1, 5, protocol.Position{Character: 4}},
		"beyond the end of a line":                 {1, 99, protocol.Position{Character: 4}},
		"the last line, which ends with the text":  {3, 5, protocol.Position{Line: 2, Character: 4}},
		"a line beyond the text has no characters": {9, 5, protocol.Position{Line: 8}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := position(text, test.line, test.column); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestOnlyFilesOnDiskAreJudged(t *testing.T) {
	t.Parallel()
	for at, want := range map[protocol.DocumentURI]string{
		"file:///srv/redis%20a.yaml": "/srv/redis a.yaml",
		"untitled:Untitled-1":        "",
		"git:/srv/redis.yaml?x":      "",
		"file://%zz":                 "",
	} {
		if got := pathOf(at); got != want {
			t.Errorf("pathOf(%q) = %q, want %q", at, got, want)
		}
	}
}
