package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
)

// codeProblem is an entry of a report for GitLab's code quality widget, which follows the specification of Code Climate.
type codeProblem struct {
	Type        string         `json:"type"`
	CheckName   string         `json:"check_name"`
	Description string         `json:"description"`
	Content     *codeContent   `json:"content,omitempty"`
	Categories  []string       `json:"categories"`
	Severity    string         `json:"severity"`
	Fingerprint string         `json:"fingerprint"`
	Location    codeLocation   `json:"location"`
	Others      []codeLocation `json:"other_locations,omitempty"`
}

type codeContent struct {
	Body string `json:"body"`
}

type codeLocation struct {
	Path  string    `json:"path"`
	Lines codeLines `json:"lines"`
}

type codeLines struct {
	Begin int `json:"begin"`
	End   int `json:"end"`
}

// CodeQuality writes the report for GitLab's code quality widget. What is waived is left out, since the format cannot say
// that it is; what was not read and not decided is in it, as a blocker.
func CodeQuality(w io.Writer, r Report) error {
	problems := []codeProblem{} // GitLab refuses null
	for _, f := range r.Findings {
		if f.Suppressed == nil {
			problems = append(problems, codeFinding(r, f))
		}
	}
	blocker := func(name, text, file string, at manifest.Position) {
		problems = append(problems, codeProblem{
			Type: "issue", CheckName: name, Description: Visible(text), Categories: []string{"Bug Risk"}, Severity: "blocker",
			Fingerprint: digest(name, text, r.file(file)), Location: r.codeLocation(file, at),
		})
	}
	for _, e := range r.Errors {
		blocker(notRead, e.Message, e.File, start(e.Line))
	}
	for _, u := range r.Undecided {
		file, at := r.written(u.Redis)
		blocker(undecided, undecidedText(u), file, at)
	}
	return writeJSON(w, problems)
}

func codeFinding(r Report, f rules.Finding) codeProblem {
	text := cmp.Or(f.Message, f.Rule.Title, f.Rule.ID)
	if f.Values != nil {
		text += "; " + setting(*f.Values)
	}
	p := codeProblem{
		Type: "issue", CheckName: Visible(f.Rule.ID), Description: Visible(text), Categories: []string{codeCategory(f.Rule.Category)},
		Severity: codeSeverity(f.Severity), Fingerprint: cmp.Or(f.Fingerprint, digest(f.Rule.ID, text, r.place(f.Place))),
		Location: r.codeLocation(cmp.Or(f.Place.File(), objectName(f.Object)), f.Position),
	}
	if f.Rule.Remediation != "" {
		p.Content = &codeContent{Body: "Fix: " + Visible(oneLine(f.Rule.Remediation))}
	}
	for _, related := range f.Related {
		if file := related.Place.File(); file != "" {
			p.Others = append(p.Others, r.codeLocation(file, related.Position))
		}
	}
	return p
}

// codeLocation gives what is in no file the folder that all is in: GitLab takes nothing without a path.
func (r Report) codeLocation(file string, at manifest.Position) codeLocation {
	at = whole(r.at(at))
	return codeLocation{Path: cmp.Or(r.file(file), "."), Lines: codeLines{Begin: at.Line, End: at.EndLine}}
}

// written is where a Redis is, by its full name.
func (r Report) written(name string) (file string, at manifest.Position) {
	for _, redis := range r.Redis {
		if redis.FullName() == name && len(redis.Objects) > 0 {
			return redis.Objects[0].File, redis.Objects[0].Locate(nil)
		}
	}
	return "", manifest.Position{}
}

func codeSeverity(s rules.Severity) string {
	switch s {
	case rules.Error:
		return "critical"
	case rules.Warning:
		return "major"
	default:
		return "info"
	}
}

// codeCategory is the category of Code Climate that comes nearest to ours.
func codeCategory(category string) string {
	if category == "security" {
		return "Security"
	}
	return "Bug Risk"
}

// digest names what has no fingerprint.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:8])
}
