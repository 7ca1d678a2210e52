package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/redislint/redislint/internal/fixture"
	"github.com/redislint/redislint/internal/rules"
)

func TestJSON(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		report Report
		golden string
	}{
		"a full report":           {sample(t), "report.json"},
		"an empty report":         {Report{}, "report-empty.json"},
		"names that would attack": {hostile(t), "report-hostile.json"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			if err := JSON(&out, test.report); err != nil {
				t.Fatal(err)
			}
			fixture.Golden(t, "testdata/"+test.golden, out.Bytes())
			if !json.Valid(out.Bytes()) {
				t.Error("this is not JSON")
			}
			if bytes.Contains(out.Bytes(), []byte("##vso[")) {
				t.Error("it holds what a runner obeys")
			}
			if i := bytes.IndexFunc(out.Bytes(), func(r rune) bool { return r != '\n' && !showable(r) }); i >= 0 {
				t.Errorf("byte %d is one that a terminal obeys", i)
			}
		})
	}
}

func TestJSONKeepsTheValue(t *testing.T) {
	t.Parallel()
	const message = "a\u202eb\u009bc\U000e0041d\x1be\u2028<&>##vso[x]"
	var out bytes.Buffer
	if err := JSON(&out, Report{Undecided: []rules.Undecided{{Reason: message}}}); err != nil {
		t.Fatal(err)
	}
	var back jsonReport
	if err := json.Unmarshal(out.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if got := back.Undecided[0].Reason; got != message {
		t.Errorf("got %q back, want %q", got, message)
	}
	if !strings.Contains(out.String(), "<&>") {
		t.Error("HTML is escaped")
	}
}
