package report

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
)

const home = "https://github.com/redislint/redislint"

// SARIF writes the report as SARIF 2.1.0, in the form that GitHub's code scanning takes: every result has a file, a full
// region and the fingerprints that GitHub computes, and texts are never empty. What is said to people is shown by web
// pages, so what could mislead a reader is written as a visible escape.
func SARIF(w io.Writer, r Report) error {
	log := sarifLog{report: r, rules: map[string]int{}}
	if r.Cluster == nil {
		log.hashes = lineHashes(r.Findings)
	}
	driver := sarif.NewToolComponent().WithName("redislint").WithInformationURI(home)
	driver.Rules = log.descriptors(r)
	driver.Notifications = notificationKinds()
	if r.Version != "" {
		driver.WithVersion(r.Version).WithSemanticVersion(strings.TrimPrefix(r.Version, "v"))
	}
	run := sarif.NewRun().
		WithTool(sarif.NewTool().WithDriver(driver)).
		WithColumnKind("unicodeCodePoints").
		AddInvocation(log.invocation(r))
	for _, f := range r.Findings {
		run.AddResult(log.result(f))
	}
	out := sarif.NewReport().AddRun(run)
	out.Schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	return writeBrief(w, out)
}

// sarifLog is what the parts of a log refer to.
type sarifLog struct {
	report Report
	rules  map[string]int // index of a rule's descriptor by its id
	hashes map[line]string
}

func (l *sarifLog) result(f rules.Finding) *sarif.Result {
	result := sarif.NewRuleResult(f.Rule.ID).
		WithRuleIndex(l.rules[f.Rule.ID]).
		WithLevel(level(f.Severity)).
		AddLocation(l.location(f.Place))
	prints := map[string]string{}
	if f.Fingerprint != "" {
		prints["redislint/v1"] = f.Fingerprint
	}
	if hash := l.hashes[line{f.Place.File(), f.Position.Line}]; hash != "" {
		prints["primaryLocationLineHash"] = hash
	}
	result.WithPartialFingerprints(prints)

	var links, texts []string
	for _, related := range f.Related {
		text := Visible(cmp.Or(related.Message, "see here"))
		if related.In == nil {
			texts = append(texts, notLinked(text))
			continue
		}
		id := len(result.RelatedLocations) + 1
		result.AddRelatedLocation(l.location(related.Place).WithID(id).WithMessage(message(text)))
		links = append(links, fmt.Sprintf("[%s](%d)", inLink.Replace(notLinked(text)), id))
	}
	if len(links) > 0 {
		texts = append(texts, strings.Join(links, ", "))
	}
	if f.Values != nil {
		texts = append(texts, notLinked(Visible(setting(*f.Values))))
	}
	text := notLinked(Visible(cmp.Or(f.Message, f.Rule.Title, f.Rule.ID)))
	result.WithMessage(sarif.NewTextMessage(strings.Join(append([]string{text}, texts...), "\n")))

	properties := sarif.NewPropertyBag()
	for name, value := range map[string]string{"redis": f.Redis, "container": f.Container, "path": f.Path.Pointer()} {
		if value != "" {
			properties.Add(name, Visible(value))
		}
	}
	if f.Values != nil {
		properties.Add("values", Visible(f.Values.Key))
	}
	result.WithProperties(properties)
	if f.Suppressed != nil {
		result.AddSuppression(suppression(*f.Suppressed))
	}
	if repair, ok := l.report.Repairs[f.Fingerprint]; ok && f.Suppressed == nil {
		result.AddFixe(l.fix(f.Rule, repair))
	}
	return result
}

func suppression(s rules.Suppression) *sarif.Suppression {
	kind := "external"
	if s.Form == rules.Annotation || s.Form == rules.Comment {
		kind = "inSource"
	}
	out := sarif.NewSuppression().WithKind(kind).WithStatus("accepted")
	if reason := Visible(s.Reason); reason != "" {
		out.WithJustification(reason)
	}
	if s.Until != "" {
		out.WithProperties(sarif.NewPropertyBag().Add("until", Visible(s.Until)))
	}
	return out
}

// location is a place with the object it belongs to. A place in no file is in one named for the object: what has no
// file at all makes GitHub refuse the whole log.
func (l *sarifLog) location(p rules.Place) *sarif.Location {
	file := p.File()
	if file == "" {
		file = strings.ReplaceAll(cmp.Or(objectName(p.Object), "redis"), " ", "/")
	}
	location := sarif.NewLocation().WithPhysicalLocation(l.physical(file, p.Position))
	if name := Visible(objectName(p.Object)); name != "" {
		location.AddLogicalLocation(sarif.NewLogicalLocation().WithFullyQualifiedName(name).WithKind("resource"))
	}
	return location
}

func (l *sarifLog) physical(file string, at manifest.Position) *sarif.PhysicalLocation {
	location := sarif.NewPhysicalLocation().WithArtifactLocation(sarif.NewSimpleArtifactLocation(uri(l.report.file(file))))
	at = whole(l.report.at(at))
	return location.WithRegion(sarif.NewRegion().
		WithStartLine(at.Line).WithStartColumn(at.Column).WithEndLine(at.EndLine).WithEndColumn(at.EndColumn))
}

// whole fills in what a position does not say: a file alone is its start.
func whole(at manifest.Position) manifest.Position {
	at.Line, at.Column = max(at.Line, 1), max(at.Column, 1)
	if at.EndLine < at.Line {
		at.EndLine, at.EndColumn = at.Line, at.Column
	}
	if at.EndLine == at.Line {
		at.EndColumn = max(at.EndColumn, at.Column)
	}
	at.EndColumn = max(at.EndColumn, 1)
	return at
}

// uri is a file's name as a URI reference. A colon would read as the end of a scheme.
func uri(name string) string {
	prefix := ""
	if filepath.IsAbs(filepath.FromSlash(name)) {
		prefix, name = "file:///", strings.TrimLeft(name, "/")
	}
	segments := strings.Split(name, "/")
	for i, segment := range segments {
		segments[i] = url.PathEscape(segment)
		if prefix == "" { // else it is that of a drive
			segments[i] = strings.ReplaceAll(segments[i], ":", "%3A")
		}
	}
	return prefix + strings.Join(segments, "/")
}

func level(s rules.Severity) string {
	switch s {
	case rules.Error:
		return sarif.LevelError
	case rules.Warning:
		return sarif.LevelWarning
	default:
		return sarif.LevelNote
	}
}

func message(text string) *sarif.Message { return sarif.NewTextMessage(notLinked(text)) }

// inLink escapes the text of a link.
var inLink = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`)

// notLinked returns a text in which nobody finds a link.
func notLinked(text string) string { return strings.ReplaceAll(text, "](", "] (") }

// references returns the rules that a report speaks of, by id.
func references(r Report) []*rules.Rule {
	byID := map[string]*rules.Rule{}
	for _, f := range r.Findings {
		byID[f.Rule.ID] = f.Rule
	}
	list := make([]*rules.Rule, 0, len(byID))
	for _, rule := range byID {
		list = append(list, rule)
	}
	slices.SortFunc(list, func(a, b *rules.Rule) int { return cmp.Compare(a.ID, b.ID) })
	return list
}
