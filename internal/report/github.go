package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
)

// GitHub writes the report as commands that a workflow of GitHub turns into annotations: errors, warnings and notices
// at their lines. What is waived is left out.
func GitHub(w io.Writer, r Report) error {
	out := bufio.NewWriter(w)
	write := func(command, title, text string, file string, at manifest.Position) {
		_, _ = out.WriteString(annotation(command, title, text, r.file(file), r.at(at)))
	}
	for _, f := range r.Findings {
		if f.Suppressed != nil {
			continue
		}
		text := annotated(r, f)
		if f.Place.File() == "" {
			text = Visible(objectName(f.Object)) + ": " + text
		}
		write(command(f.Severity), f.Rule.ID, text, f.Place.File(), f.Position)
	}
	for _, e := range r.Errors {
		write("error", "not read", Visible(e.Message), e.File, start(e.Line))
	}
	for _, u := range r.Undecided {
		write("error", "undecided", Visible(undecidedText(u)), "", manifest.Position{})
	}
	for _, n := range r.Notices {
		write("notice", "left out", Visible(n.Message), n.File, manifest.Position{})
	}
	for _, o := range r.Unknown {
		write("notice", "kind not known", Visible(unknownText(o)), o.File, o.Locate(nil))
	}
	for _, u := range r.Unseen {
		write("notice", "not in the input", Visible(unseenText(u)), "", manifest.Position{})
	}
	if len(r.Redis) == 0 { // an empty log would read as a Redis without findings
		write("notice", "no Redis recognised", Visible("No Redis recognised in "+r.read()), "", manifest.Position{})
	}
	return out.Flush()
}

func command(s rules.Severity) string {
	switch s {
	case rules.Error:
		return "error"
	case rules.Warning:
		return "warning"
	default:
		return "notice"
	}
}

// annotated is what an annotation says of a finding: its message, the other places, and what to do.
func annotated(r Report, f rules.Finding) string {
	lines := []string{cmp.Or(f.Message, f.Rule.Title)}
	for i, related := range f.Related {
		if i == maxRelated {
			lines = append(lines, "and "+plural(len(f.Related)-maxRelated, "more place"))
			break
		}
		lines = append(lines, strings.TrimSpace(r.place(related.Place)+"  "+related.Message))
	}
	if f.Values != nil {
		lines = append(lines, setting(*f.Values))
	}
	if f.Rule.Remediation != "" {
		lines = append(lines, "fix: "+oneLine(f.Rule.Remediation))
	}
	for i, text := range lines {
		lines[i] = Visible(text)
	}
	return strings.Join(lines, "\n")
}

// annotation is one workflow command. The text is visible but for its line breaks. GitHub takes columns only of what is on one line, and needs a line to take any.
func annotation(command, title, text, file string, at manifest.Position) string {
	var properties []string
	add := func(name, value string) { properties = append(properties, name+"="+inProperty.Replace(Visible(value))) }
	if file != "" {
		add("file", file)
	}
	if file != "" && at.Line > 0 {
		at = whole(at)
		add("line", strconv.Itoa(at.Line))
		if at.EndLine == at.Line {
			add("col", strconv.Itoa(at.Column))
			add("endLine", strconv.Itoa(at.EndLine))
			add("endColumn", strconv.Itoa(at.EndColumn))
		} else {
			add("endLine", strconv.Itoa(at.EndLine))
		}
	}
	add("title", title)
	return fmt.Sprintf("::%s %s::%s\n", command, strings.Join(properties, ","), inData.Replace(text))
}

// What GitHub's runner takes apart, as it wants it written.
var (
	inData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	inProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
