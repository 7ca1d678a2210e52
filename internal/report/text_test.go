package report

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redislint/redislint/internal/fixture"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
)

func TestText(t *testing.T) {
	t.Parallel()
	full := sample(t)
	many := Report{Summary: Summary{Files: 1, Objects: 30, Elapsed: 1234 * time.Millisecond}}
	for i := range 30 {
		many.Redis = append(many.Redis, Redis{Name: fmt.Sprintf("redis-%d", i), Source: "workload"})
		many.Unseen = append(many.Unseen, Unseen{Kind: "Secret", Name: fmt.Sprintf("redis-%d", i)})
	}
	tests := map[string]struct {
		report  Report
		options TextOptions
		golden  string
	}{
		"the default width":       {full, TextOptions{}, "text.txt"},
		"a narrow terminal":       {full, TextOptions{Width: 60}, "text-narrow.txt"},
		"colour":                  {full, TextOptions{Color: true}, "text-color.txt"},
		"quiet":                   {full, TextOptions{Quiet: true}, "text-quiet.txt"},
		"many Redis":              {many, TextOptions{}, "text-many.txt"},
		"no Redis":                {Report{Summary: Summary{Files: 3, Objects: 14}}, TextOptions{}, "text-none.txt"},
		"no Redis, quiet":         {Report{Summary: Summary{Files: 3, Objects: 14}}, TextOptions{Quiet: true}, "text-none-quiet.txt"},
		"names that would attack": {hostile(t), TextOptions{}, "text-hostile.txt"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			if err := Text(&out, test.report, test.options); err != nil {
				t.Fatal(err)
			}
			fixture.Golden(t, "testdata/"+test.golden, out.Bytes())
		})
	}
}

func TestTextFitsItsWidth(t *testing.T) {
	t.Parallel()
	for _, width := range []int{40, 60, 80, 100, 120} {
		var out bytes.Buffer
		if err := Text(&out, sample(t), TextOptions{Width: width}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if got := textWidth(strings.TrimSuffix(line, "\n")); got > width {
				t.Errorf("at %d columns a line has %d: %q", width, got, line)
			}
		}
	}
}

// hostileName is what nobody should be able to name anything.
const hostileName = "\x1b]0;owned\a\x1b[2J\r\n::error file=a::injected\u202eevil\u200b\x9b\u009b##vso[task.complete]\u2028" +
	"file://%0A%25,line=1: ]]><script>alert(1)</script>|[x](https://evil.example) @all\x00`b`"

// hostile is a report in which every text that a user controls tries to break out.
func hostile(t *testing.T) Report {
	t.Helper()
	const evil = hostileName
	object := decode(t, manifest.Input{Name: evil + ".yaml", Data: []byte(
		"kind: Secret\nmetadata:\n  name: \"x\" # \u202e ##vso[task.setvariable] \t\u200b.\n")})[0]
	object.Template, object.Kind, object.Name = evil, evil, evil
	name := place(t, object, "/metadata/name")
	finding := rules.Finding{
		Rule: sentinelTooFew, Severity: rules.Error, Place: name, Redis: evil, Message: evil + " ::warning::again", Fingerprint: "00",
		Related: []rules.Related{{Place: name, Message: evil}, {Place: place(t, object, "/kind"), Message: evil}, {Message: evil}},
	}
	waived := finding
	waived.Suppressed = &rules.Suppression{Reason: evil, Until: evil}
	broken := finding
	broken.Rule = &rules.Rule{ID: evil, Remediation: evil}
	broken.Severity = evil
	return Report{
		Findings:  []rules.Finding{finding, waived, broken},
		Redis:     []Redis{{Name: evil, Namespace: evil, Mode: evil, Source: evil, Flavor: evil, Profile: evil, Objects: []*manifest.Object{object}}},
		Unseen:    []Unseen{{Redis: evil, Kind: evil, Name: evil, Unknown: []string{evil}}},
		Undecided: []rules.Undecided{{Rule: evil, Redis: evil, Reason: evil}},
		Errors:    []manifest.Error{{File: evil, Line: 1, Message: evil}},
		Notices:   []manifest.Notice{{File: evil, Message: evil}},
		Unknown:   []*manifest.Object{object},
		Summary:   Summary{Files: 1, Objects: 1},
	}
}

func TestTextLetsNothingThrough(t *testing.T) {
	t.Parallel()
	for _, width := range []int{40, 41, 47, 53, 61, 80, 100} {
		var out bytes.Buffer
		if err := Text(&out, hostile(t), TextOptions{Width: width}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			line = strings.TrimSuffix(line, "\n")
			if strings.ContainsFunc(line, func(r rune) bool { return !showable(r) }) {
				t.Errorf("at %d columns a line holds what a terminal obeys: %q", width, line)
			}
			if strings.HasPrefix(strings.TrimLeft(line, " "), "::") || strings.Contains(line, "##vso[") {
				t.Errorf("at %d columns a line holds what a runner obeys: %q", width, line)
			}
		}
	}
}

type fullDisk struct{}

var errFull = errors.New("no space left on device")

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestWriteErrors(t *testing.T) {
	t.Parallel()
	tests := map[string]error{
		"text":          Text(fullDisk{}, sample(t), TextOptions{}),
		"JSON":          JSON(fullDisk{}, sample(t)),
		"a rule":        Explain(fullDisk{}, sentinelTooFew, TextOptions{}),
		"rules":         Rules(fullDisk{}, []*rules.Rule{sentinelTooFew}, TextOptions{}),
		"rules as JSON": RulesJSON(fullDisk{}, []*rules.Rule{sentinelTooFew}),
		"notices":       Notices(fullDisk{}, sample(t), TextOptions{}),
	}
	for name, err := range tests {
		if !errors.Is(err, errFull) {
			t.Errorf("%s on a full disk: got error %v", name, err)
		}
	}
}
