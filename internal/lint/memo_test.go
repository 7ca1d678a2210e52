package lint_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/fixture"
	"github.com/redislint/redislint/internal/lint"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/source"
	"github.com/redislint/redislint/policies"
)

// TestWhatIsRememberedIsWhatWouldBeFound types into every fixture, and judges each text with a memo of those before and without.
func TestWhatIsRememberedIsWhatWouldBeFound(t *testing.T) {
	t.Parallel()
	library, err := rules.LoadOwn(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	memo := rules.NewMemo()
	random := rand.New(rand.NewPCG(6379, 26379)) //nolint:gosec // the same edits every time
	for _, group := range fixture.Groups(t, "../../fixtures") {
		for _, file := range group.Files {
			text := string(file.Content)
			for range 6 {
				judged := func(memo *rules.Memo) []string {
					evaluator, err := library.Select(rules.Selection{Memo: memo, Inline: rules.Inline{Comments: true}})
					if err != nil {
						t.Fatal(err)
					}
					set := manifest.Decode([]manifest.Input{{Name: file.Name, Data: []byte(text)}}, manifest.Options{Sign: source.Sign})
					result, err := lint.Run(t.Context(), set, evaluator)
					if err != nil {
						t.Fatal(err)
					}
					return shown(result)
				}
				if diff := cmp.Diff(judged(nil), judged(memo)); diff != "" {
					t.Fatalf("%s: without and with a memo:\n%s\n%s", file.Name, diff, text)
				}
				text = typed(random, text)
			}
		}
	}
}

// shown is all that a reader could tell apart.
func shown(result *lint.Result) []string {
	var all []string
	for _, f := range result.Findings {
		line := fmt.Sprintf("%v %s %s %s %v %v %s", f.Place.Position, f.Severity, f.Rule.ID, f.Message, f.Path, f.Suppressed, f.Fingerprint)
		for _, r := range f.Related {
			line += fmt.Sprintf(" | %v %s", r.Position, r.Message)
		}
		for _, fix := range f.Fixes {
			for _, c := range fix.Changes {
				line += fmt.Sprintf(" > %v %v %v", c.Position, c.From, c.To)
			}
		}
		all = append(all, line)
	}
	return append(all, fmt.Sprint(result.Undecided))
}

// typed is a text after one edit as people make them.
func typed(random *rand.Rand, text string) string {
	lines := strings.SplitAfter(text, "\n")
	i := random.IntN(len(lines))
	switch random.IntN(6) {
	case 0: // a line of its own, so that all below move
		lines = slices.Insert(lines, i, "# typed\n")
	case 1:
		lines = slices.Delete(lines, i, i+1)
	case 2:
		lines = slices.Insert(lines, i, lines[i])
	case 3: // a digit
		at := strings.IndexAny(lines[i], "0123456789")
		if at >= 0 {
			lines[i] = lines[i][:at] + fmt.Sprint(random.IntN(10)) + lines[i][at+1:]
		}
	case 4: // the whole once more, with other names
		return text + "\n---\n" + strings.ReplaceAll(text, "name: ", "name: a-")
	default: // a letter
		at := random.IntN(len(lines[i]) + 1)
		lines[i] = lines[i][:at] + "x" + lines[i][at:]
	}
	return strings.Join(lines, "")
}
