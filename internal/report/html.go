package report

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
)

//go:embed html.tmpl
var htmlTemplate string

//go:embed html.css
var htmlStyle string

//go:embed html.js
var htmlScript string

// How much of a report is unfolded when it is opened.
const (
	openFindings = 60
	openRedis    = 8
	listed       = 6 // findings that a Redis lists beside its picture
)

// HTML writes the report as one page that needs nothing beside it and asks nothing of the network. Its policy lets no
// style and no script in but its own. The anchor of a finding is its fingerprint.
func HTML(w io.Writer, r Report) error {
	page := newHTMLPage(r)
	parsed, err := template.New("report").Parse(htmlTemplate)
	if err != nil {
		return fmt.Errorf("parse the page's template: %w", err)
	}
	var out bytes.Buffer
	if err := parsed.Execute(&out, page); err != nil {
		return fmt.Errorf("fill the page's template: %w", err)
	}
	_, err = w.Write(out.Bytes())
	return err
}

type htmlPage struct {
	Policy string
	Style  template.CSS
	Script template.JS

	Headline, Read string
	Verdict        string // worst severity; "clean" without findings
	Counts         []htmlCount
	Redis          []htmlRedis
	OpenRedis      bool
	Files          []htmlFile
	Total          int
	OpenFindings   bool
	Rules          []htmlRule
	Unread         []string // what was not read or not decided
	Notes          []htmlNote
}

// htmlCount is a number of findings and the word that filters them.
type htmlCount struct {
	Word, Label string
	Count       int
}

type htmlNote struct{ Term, Text string }

type htmlRedis struct {
	ID, Name, Nature, Worst string
	Picture                 template.HTML
	Findings                []htmlFinding // the worst first
	More                    int
	Objects                 []string
}

type htmlFile struct {
	Name     string
	Findings []htmlFinding
}

type htmlFinding struct {
	ID, Word, Rule, Message, At string // Word is the severity, "suppressed" or "baseline"
	From                        string
	Open                        bool
	Frame                       template.HTML
	Related                     []htmlRelated
	More                        string
	Values, Fix, Reason         string
}

type htmlRelated struct {
	At, Message string
	Frame       template.HTML
}

type htmlRule struct {
	ID, Title, Fix, Page string
	Text                 []string
	References           []rules.Reference
	Count                int
}

func newHTMLPage(r Report) *htmlPage {
	style := htmlStyle + r.PictureStyle
	page := &htmlPage{
		Policy: "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'" +
			"; style-src " + sourceHash(style) + "; script-src " + sourceHash(htmlScript),
		Style: template.CSS(style), Script: template.JS(htmlScript),
		Total: len(r.Findings), OpenFindings: len(r.Findings) <= openFindings, OpenRedis: len(r.Redis) <= openRedis,
	}
	page.summary(r)
	owners := ownersOf(r.Redis)
	of := make([][]htmlFinding, len(r.Redis))
	ids := map[string]bool{}
	for _, f := range r.Findings {
		shown := newHTMLFinding(f, r.Cluster != nil, ids)
		shown.Open = page.OpenFindings && f.Suppressed == nil
		if last := len(page.Files) - 1; last < 0 || page.Files[last].Name != Visible(f.Place.File()) {
			page.Files = append(page.Files, htmlFile{Name: Visible(f.Place.File())})
		}
		file := &page.Files[len(page.Files)-1]
		file.Findings = append(file.Findings, shown)
		if i := owners.of(f); i >= 0 && f.Suppressed == nil {
			of[i] = append(of[i], shown)
		}
	}
	for i, redis := range r.Redis {
		page.Redis = append(page.Redis, newHTMLRedis(fmt.Sprintf("redis-%d", i+1), redis, of[i]))
	}
	page.rules(r)
	page.notes(r)
	return page
}

// owners are the indices of the Redis of each name: several, where manifests leave the namespace to kubectl.
type owners struct {
	redis  []Redis
	byName map[string][]int
}

func ownersOf(redis []Redis) owners {
	o := owners{redis, map[string][]int{}}
	for i, r := range redis {
		o.byName[r.FullName()] = append(o.byName[r.FullName()], i)
	}
	return o
}

// of returns the Redis that a finding is about, -1 for none.
func (o owners) of(f rules.Finding) int {
	named := o.byName[f.Redis]
	if len(named) == 0 {
		return -1
	}
	for _, i := range named {
		if slices.ContainsFunc(o.redis[i].Objects, func(object *manifest.Object) bool {
			return object == f.Object || slices.ContainsFunc(f.Related, func(r rules.Related) bool { return r.Object == object })
		}) {
			return i
		}
	}
	return named[0]
}

// sourceHash lets a policy allow one text.
func sourceHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func (h *htmlPage) summary(r Report) {
	t := count(r.Findings)
	h.Counts = []htmlCount{
		{string(rules.Error), strings.TrimLeft(plural(t.error, "error"), "0123456789 "), t.error},
		{string(rules.Warning), strings.TrimLeft(plural(t.warning, "warning"), "0123456789 "), t.warning},
		{string(rules.Info), "info", t.info},
		{"suppressed", "suppressed", t.suppressed},
	}
	if t.baseline > 0 {
		h.Counts = append(h.Counts, htmlCount{"baseline", "in the baseline", t.baseline})
	}
	h.Verdict = "clean"
	var found []string
	for _, c := range h.Counts[:3] {
		if c.Count > 0 {
			found = append(found, fmt.Sprintf("%d %s", c.Count, c.Label))
			h.Verdict = cmp.Or(map[bool]string{true: c.Word}[h.Verdict == "clean"], h.Verdict)
		}
	}
	where := fmt.Sprintf("%d Redis", len(r.Redis))
	if len(r.Redis) == 1 {
		where = Visible(r.Redis[0].FullName())
	}
	switch {
	case len(r.Redis) == 0 && len(r.Findings) == 0:
		h.Headline = "No Redis recognised"
	case len(found) == 0:
		h.Headline = "Nothing found in " + where
	case len(r.Redis) == 0:
		h.Headline = sentence(found)
	default:
		h.Headline = sentence(found) + " in " + where
	}
	h.Read = plural(r.Summary.Objects, "object") + " in " + plural(r.Summary.Files, "file")
	if r.Cluster != nil {
		h.Read = Visible(plural(r.Summary.Objects, "object") + " in " + r.Cluster.Name + " (" + plural(r.Cluster.Requests, "request") + ")")
	}
	if r.Summary.Old > 0 {
		h.Read += fmt.Sprintf(" · %d not new", r.Summary.Old)
	}
	if r.Summary.Unread > 0 {
		h.Read += " · " + plural(r.Summary.Unread, "other document")
	}
	h.Read += " · " + elapsed(r.Summary.Elapsed)
}

// sentence joins things as prose does: "1, 2 and 3".
func sentence(list []string) string {
	if len(list) == 1 {
		return list[0]
	}
	last := len(list) - 1
	return strings.Join(list[:last], ", ") + " and " + list[last]
}

func newHTMLFinding(f rules.Finding, live bool, ids map[string]bool) htmlFinding {
	id := f.Fingerprint
	for n := 2; ids[id]; n++ { // what is found about waivers may come twice
		id = fmt.Sprintf("%s-%d", f.Fingerprint, n)
	}
	ids[id] = true
	out := htmlFinding{
		ID: Visible(id), Word: Visible(string(f.Severity)), Rule: Visible(f.Rule.ID), Message: Visible(f.Message), At: at(f.Place, live),
		Fix: Visible(oneLine(f.Rule.Remediation)),
	}
	if s := f.Suppressed; s != nil {
		out.Word, out.Reason = "suppressed", Visible(reason(*s))
		if s.Form == rules.Recorded {
			out.Word = "baseline"
		}
	}
	if f.Object != nil && f.Object.Template != "" && !isTemplate(f.File(), f.Object.Template) {
		out.From = Visible(f.Object.Template)
	}
	sep := ":"
	if live {
		sep = " "
	}
	label, related := around(f)
	out.Frame = htmlFrame(f.Place, live, string(f.Severity), label, true)
	for _, r := range related[:min(len(related), maxRelated)] {
		place := htmlRelated{Message: Visible(r.Message)}
		if r.Object != nil {
			place.At, place.Frame = Visible(r.Place.File()+sep+at(r.Place, live)), htmlFrame(r.Place, live, "note", "", false)
		}
		out.Related = append(out.Related, place)
	}
	if more := len(related) - maxRelated; more > 0 {
		out.More = "and " + plural(more, "more place")
	}
	if f.Values != nil {
		out.Values = Visible(oneLine(setting(*f.Values)))
	}
	return out
}

// at is a place within its file, or within its object where there is no file.
func at(place rules.Place, live bool) string {
	if live {
		return Visible(fieldPath(place.Path))
	}
	return lineColumn(place)
}

func newHTMLRedis(id string, r Redis, findings []htmlFinding) htmlRedis {
	order := []string{string(rules.Error), string(rules.Warning), string(rules.Info)}
	findings = slices.Clone(findings)
	slices.SortStableFunc(findings, func(a, b htmlFinding) int { return slices.Index(order, a.Word) - slices.Index(order, b.Word) })
	nature := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(describe(r), r.FullName()), " ("), ")")
	out := htmlRedis{
		ID: id, Name: Visible(r.FullName()), Nature: Visible(nature), Worst: "clean",
		Findings: findings[:min(len(findings), listed)], More: max(len(findings)-listed, 0),
	}
	if r.Picture != nil {
		out.Picture = template.HTML(r.Picture("picture-" + id)) // its texts are escaped
	}
	if len(findings) > 0 {
		out.Worst = findings[0].Word
	}
	out.Objects = each(r.Objects, func(o *manifest.Object) string {
		return Visible(fmt.Sprintf("%s %s  %s:%d", o.Kind, o.Name, o.File, o.Locate(nil).Line))
	})
	return out
}

// rules says of each rule once what its findings mean.
func (h *htmlPage) rules(r Report) {
	counts, byID := map[string]int{}, map[string]*rules.Rule{}
	for _, f := range r.Findings {
		counts[f.Rule.ID]++
		byID[f.Rule.ID] = f.Rule
	}
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		rule := byID[id]
		text := each(paragraphs(rule.Description), func(b block) string {
			return strings.Join(each(strings.Split(b.text, "\n"), Visible), "\n")
		})
		references := each(rule.References, func(r rules.Reference) rules.Reference {
			return rules.Reference{Title: Visible(r.Title), URL: Visible(r.URL)}
		})
		h.Rules = append(h.Rules, htmlRule{
			ID: Visible(id), Title: Visible(rule.Title), Fix: Visible(oneLine(rule.Remediation)), Text: text,
			References: references, Page: r.page(rule), Count: counts[id],
		})
	}
}

// notes says what could not be seen, read or decided.
func (h *htmlPage) notes(r Report) {
	for _, e := range r.Errors {
		h.Unread = append(h.Unread, Visible("not read: "+placeName(e.File, r.at(start(e.Line)))+" "+e.Message))
	}
	for _, u := range r.Undecided {
		h.Unread = append(h.Unread, Visible("undecided: "+undecidedText(u)))
	}
	for _, text := range unseenLines(r.Unseen) {
		h.Notes = append(h.Notes, htmlNote{"unseen", Visible(text)})
	}
	for _, n := range r.Notices {
		h.Notes = append(h.Notes, htmlNote{"note", Visible(n.File + "  " + n.Message)})
	}
	for _, o := range r.Unknown {
		h.Notes = append(h.Notes, htmlNote{"note", Visible(placeName(o.File, r.at(start(o.Locate(nil).Line))) + "  " + unknownText(o))})
	}
}
