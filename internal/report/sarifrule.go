package report

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/redislint/redislint/internal/rules"
)

// maxDescription is how many characters GitHub takes for a description of a rule.
const maxDescription = 1024

// descriptors describes each rule that a report speaks of, and notes where.
func (l *sarifLog) descriptors(r Report) []*sarif.ReportingDescriptor {
	list := []*sarif.ReportingDescriptor{}
	for _, rule := range references(r) {
		l.rules[rule.ID] = len(list)
		list = append(list, l.descriptor(rule, r.page(rule)))
	}
	return list
}

func (l *sarifLog) descriptor(rule *rules.Rule, page string) *sarif.ReportingDescriptor {
	problem := string(rule.Severity)
	if rule.Severity != rules.Error && rule.Severity != rules.Warning {
		problem = "recommendation"
	}
	tags := []string{"redis", "kubernetes"}
	if rule.Category != "" {
		tags = append(tags, Visible(rule.Category))
	}
	title := Visible(oneLine(cmp.Or(rule.Title, rule.ID)))
	help := help(rule)
	out := sarif.NewRule(rule.ID).
		WithName(Visible(rule.ID)).
		WithShortDescription(text(shorten(title, maxDescription))).
		WithFullDescription(text(shorten(Visible(oneLine(cmp.Or(rule.Description, title))), maxDescription))).
		WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(level(rule.Severity))).
		WithHelp(text(help).WithMarkdown(help)).
		WithProperties(sarif.NewPropertyBag().WithTags(tags).Add("precision", "high").Add("problem.severity", problem))
	if page != "" {
		out.WithHelpURI(page)
	}
	if len(rule.RenamedFrom) > 0 {
		out.WithDeprecatedIds(rule.RenamedFrom)
	}
	return out
}

// help is what there is to know about a rule, in Markdown, which reads well as it is.
func help(rule *rules.Rule) string {
	var b strings.Builder
	for i, s := range sections(rule) {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "## %s\n", s.heading)
		for _, block := range s.blocks {
			b.WriteString("\n")
			writeBlock(&b, block)
		}
	}
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	for i, text := range lines {
		lines[i] = Visible(strings.ReplaceAll(text, "\t", "    "))
	}
	return strings.Join(lines, "\n")
}

func text(s string) *sarif.MultiformatMessageString {
	return sarif.NewMultiformatMessageString().WithText(s)
}

// shorten cuts a text to a number of characters, between words where there are any.
func shorten(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	s = s[:skip(s, 0, most-len("…"))]
	if i := strings.LastIndexByte(s, ' '); i > len(s)/2 {
		s = s[:i]
	}
	return s + "…"
}

// The kinds of notification.
const (
	notRead   = "not-read"
	undecided = "undecided"
	leftOut   = "left-out"
	unknown   = "unknown-kind"
	unseen    = "unseen"
)

func notificationKinds() []*sarif.ReportingDescriptor {
	var list []*sarif.ReportingDescriptor
	for _, kind := range []struct{ id, about string }{
		{notRead, "A file or document could not be read, and was not judged."},
		{undecided, "A rule could not decide, which is redislint's fault."},
		{leftOut, "Something was left out on purpose."},
		{unknown, "An object sounds like Redis, and its kind is not known."},
		{unseen, "A Redis refers to an object that is not in the input."},
	} {
		list = append(list, sarif.NewRule(kind.id).WithShortDescription(text(kind.about)))
	}
	return list
}

// invocation tells whether all was judged, and what was not.
func (l *sarifLog) invocation(r Report) *sarif.Invocation {
	out := sarif.NewInvocation().WithExecutionSuccessful(len(r.Errors)+len(r.Undecided) == 0)
	tell := func(kind, level, text string) *sarif.Notification {
		n := sarif.NewNotification().WithLevel(level).WithMessage(message(Visible(cmp.Or(text, kind)))).
			WithDescriptor(sarif.NewReportingDescriptorReference().WithID(kind))
		out.AddToolExecutionNotification(n)
		return n
	}
	at := func(file string, line int) *sarif.Location {
		return sarif.NewLocationWithPhysicalLocation(l.physical(cmp.Or(file, "redis"), start(line)))
	}
	for _, e := range r.Errors {
		tell(notRead, sarif.LevelError, e.Message).AddLocation(at(e.File, e.Line))
	}
	for _, u := range r.Undecided {
		n := tell(undecided, sarif.LevelError, undecidedText(u))
		if u.Rule != "" {
			rule := sarif.NewReportingDescriptorReference().WithID(u.Rule)
			if i, known := l.rules[u.Rule]; known {
				rule.WithIndex(i)
			}
			n.WithAssociatedRule(rule)
		}
	}
	for _, n := range r.Notices {
		tell(leftOut, sarif.LevelNote, n.Message).AddLocation(at(n.File, 0))
	}
	for _, o := range r.Unknown {
		tell(unknown, sarif.LevelNote, unknownText(o)).AddLocation(at(o.File, o.Locate(nil).Line))
	}
	for _, u := range r.Unseen {
		tell(unseen, sarif.LevelNote, unseenText(u))
	}
	return out
}
