package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
)

// How many places, unseen objects and Redis are named before the rest is counted.
const (
	maxRelated = 5
	maxUnseen  = 5
	maxRedis   = 3
)

// Text writes the report for a person: findings grouped by file, each with the source it is about, then those of little
// weight in short, what could not be judged, and on the last line what was recognised as Redis.
func Text(w io.Writer, r Report, opts TextOptions) error {
	p := newPage(w, opts)
	p.live = r.Cluster != nil
	shown, folded := fold(r.Findings, opts.MinSeverity)
	p.findings(shown)
	p.folded(r, folded, opts.Quiet)
	p.outcome(r, opts.Quiet)
	return p.flush()
}

// Outcome writes for a person what a report tells beside its findings, which are counted.
func Outcome(w io.Writer, r Report, opts TextOptions) error {
	p := newPage(w, opts)
	p.live = r.Cluster != nil
	p.outcome(r, opts.Quiet)
	return p.flush()
}

func (p *page) outcome(r Report, quiet bool) {
	p.errors(r)
	if !quiet {
		p.notices(r)
		p.unseen(r.Unseen)
		p.summary(r)
	}
}

// Notices writes what was left out on purpose and what is of a kind not known, for a person.
func Notices(w io.Writer, r Report, opts TextOptions) error {
	p := newPage(w, opts)
	p.live = r.Cluster != nil
	p.notices(r)
	return p.flush()
}

func (p *page) findings(findings []rules.Finding) {
	file := ""
	for i, f := range findings {
		if name := heading(f); i == 0 || name != file {
			file = name
			p.line(span{p.strong, file})
		}
		if f.Suppressed != nil {
			p.suppressed(f)
		} else {
			p.finding(f)
		}
		last := i == len(findings)-1
		if last || f.Suppressed == nil || findings[i+1].Suppressed == nil || heading(findings[i+1]) != file {
			p.blank()
		}
	}
}

// heading is what findings are grouped by: their file or, in none, their object.
func heading(f rules.Finding) string { return cmp.Or(f.Place.File(), objectName(f.Object)) }

func (p *page) finding(f rules.Finding) {
	mark := p.severity(f.Severity)
	p.hang(f.Message, nil, barColumn,
		span{p.faint, p.where(f.Place)},
		span{mark, string(f.Severity)},
		span{nil, "  "},
		span{p.strong, f.Rule.ID},
		span{nil, "  "})
	margin := span{nil, strings.Repeat(" ", barColumn)}
	if p.live && len(f.Path) > 0 {
		p.hang(fieldPath(f.Path), p.faint, barColumn, margin)
	}
	if f.Object != nil && f.Object.Template != "" && !isTemplate(f.File(), f.Object.Template) {
		p.line(margin, span{p.faint, "from " + f.Object.Template})
	}

	label, related := around(f)
	if !p.live || len(f.Path) > 0 {
		p.frame(f.Place, mark, label, true)
	}
	for _, r := range related[:min(len(related), maxRelated)] {
		if r.In == nil {
			p.hang(r.Message, nil, barColumn, margin)
			continue
		}
		place := r.Place.File() + ":" + lineColumn(r.Place)
		if p.live {
			place = strings.TrimSpace(r.Place.File() + " " + fieldPath(r.Path))
		}
		p.hang(r.Message, nil, barColumn, margin, span{p.faint, place + "  "})
		p.frame(r.Place, p.note, "", false)
	}
	if more := len(related) - maxRelated; more > 0 {
		p.line(margin, span{p.faint, "and " + plural(more, "more place")})
	}
	if f.Values != nil {
		p.hangWords(strings.Fields(Visible(oneLine(setting(*f.Values)))), nil, barColumn, margin)
	}
	p.fix(f.Rule, margin)
}

// around is what to say at the mark of a finding, and the related places that are elsewhere.
func around(f rules.Finding) (label string, related []rules.Related) {
	for _, r := range f.Related {
		if r.Object == f.Object && r.Position == f.Position && label == "" {
			label = r.Message
			continue
		}
		related = append(related, r)
	}
	return label, related
}

// isTemplate reports whether a file is that of a chart's template, which helm names by the chart and not by its folder.
func isTemplate(file, template string) bool {
	_, below, _ := strings.Cut(template, "/")
	return below != "" && strings.HasSuffix(file, "/"+below)
}

// setting says which key of a chart's values makes a field, and where it is set.
func setting(v rules.Values) string {
	switch {
	case v.Default:
		return fmt.Sprintf("set %s (chart default)", v.Key)
	case v.File == "":
		return "set " + v.Key
	}
	return fmt.Sprintf("set %s (%s:%d:%d)", v.Key, v.File, v.Position.Line, v.Position.Column)
}

// fix writes what to do, and at the right edge how to learn more.
func (p *page) fix(rule *rules.Rule, margin span) {
	const label = "fix: "
	room := p.width - barColumn - len(label)
	lines := wrap(strings.Fields(Visible(oneLine(rule.Remediation))), room, room)
	explain := "redislint explain " + rule.ID
	for i, text := range lines {
		head := span{p.good, label}
		if i > 0 {
			head = span{nil, strings.Repeat(" ", len(label))}
		}
		spans := []span{margin, head, {nil, text}}
		if i == len(lines)-1 {
			gap := room - textWidth(text) - textWidth(explain)
			if gap >= 2 {
				p.line(append(spans, span{p.faint, strings.Repeat(" ", gap) + explain})...)
				return
			}
		}
		p.line(spans...)
	}
	p.line(span{nil, strings.Repeat(" ", max(p.width-textWidth(explain), 0))}, span{p.faint, explain})
}

func (p *page) suppressed(f rules.Finding) {
	p.hang(reason(*f.Suppressed), p.faint, barColumn,
		span{p.faint, fmt.Sprintf("%ssuppressed  %s  ", p.where(f.Place), f.Rule.ID)})
}

// errors writes what was not read and what was not decided, and is therefore not known to be right.
func (p *page) errors(r Report) {
	for _, e := range r.Errors {
		p.hang(e.Message, nil, barColumn, span{p.bad, "not read: "}, span{p.strong, placeName(e.File, r.at(start(e.Line))) + "  "})
	}
	for _, u := range r.Undecided {
		p.hang(undecidedText(u), nil, barColumn, span{p.bad, "undecided: "})
	}
}

func (p *page) notices(r Report) {
	for _, n := range r.Notices {
		p.hang(n.Message, nil, barColumn, span{p.note, "note: "}, span{nil, n.File + "  "})
	}
	for _, o := range r.Unknown {
		place := placeName(o.File, start(o.Locate(nil).Line)) + "  "
		if p.live {
			place = ""
		}
		p.hang(unknownText(o), nil, barColumn, span{p.note, "note: "}, span{nil, place})
	}
}

func (p *page) unseen(list []Unseen) {
	head := span{p.note, "unseen: "}
	for _, text := range unseenLines(list) {
		p.hang(text, nil, barColumn, head)
		head.text = strings.Repeat(" ", len("unseen: "))
	}
}

// unseenLines say of each object that is not in the input once what stays unknown without it. Those of a kind without which
// the same is unknown share a line.
func unseenLines(list []Unseen) []string {
	type object struct{ kind, name string }
	unknown := map[object][]string{}
	for _, u := range list {
		o := object{u.Kind, u.Name}
		unknown[o] = append(unknown[o], u.Unknown...)
	}
	type group struct{ kind, unknown string }
	names := map[group][]string{}
	for o, what := range unknown {
		slices.Sort(what)
		g := group{o.kind, strings.Join(slices.Compact(what), ", ")}
		names[g] = append(names[g], o.name)
	}
	groups := slices.SortedFunc(maps.Keys(names), func(a, b group) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.unknown, b.unknown))
	})
	var lines []string
	for _, g := range groups {
		slices.Sort(names[g])
		text := g.kind + " " + some(names[g], maxUnseen)
		if g.unknown != "" {
			text += " (" + g.unknown + " unknown)"
		}
		lines = append(lines, text)
	}
	return lines
}

// some lists the first few of many things and counts the rest.
func some(list []string, few int) string {
	if len(list) <= few+1 {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:few], ", "), len(list)-few)
}

// summary writes what was recognised as Redis, in how much, with what result.
func (p *page) summary(r Report) {
	if len(r.Redis) == 0 {
		p.line(span{p.odd, "No Redis recognised"}, span{nil, " in " + r.read() + "."})
		return
	}
	const label = "Redis: "
	counts := strings.Join(r.counts(), ", ")
	if n := r.fixable(); n > 0 {
		counts += fmt.Sprintf(" (%d can be fixed with redislint fix)", n)
	}
	counts += " ·"
	words := append(strings.Fields(Visible(some(each(r.Redis, describe), maxRedis))), "·", Visible(r.read())+" ·")
	if textWidth(label+counts) <= p.width {
		words = append(words, counts)
	} else {
		words = append(words, strings.Fields(counts)...)
	}
	p.hangWords(append(words, elapsed(r.Summary.Elapsed)), nil, barColumn, span{p.strong, label})
}

func describe(r Redis) string {
	kind := r.Flavor
	if kind == "" {
		kind = r.Source
	}
	nature := []string{r.Mode}
	if r.Profile != "unknown" {
		nature = append(nature, r.Profile)
	}
	if text := strings.TrimSpace(strings.Join(nature, " ")); text != "" {
		kind = text + ", " + kind
	}
	return fmt.Sprintf("%s (%s)", r.FullName(), kind)
}

func elapsed(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// where begins the line of a finding: with its line and column, where a file has them.
func (p *page) where(place rules.Place) string {
	if p.live || place.Position.Line < 1 {
		return "  "
	}
	return "  " + lineColumn(place) + "  "
}

// fieldPath writes a path as kubectl does: spec.containers[0].args, data["redis.conf"].
func fieldPath(path manifest.Path) string {
	var b strings.Builder
	for _, segment := range path {
		switch {
		case segment != "" && strings.Trim(segment, "0123456789") == "":
			b.WriteString("[" + segment + "]")
		case segment == "" || strings.ContainsAny(segment, ".[]\" \t/"):
			fmt.Fprintf(&b, "[%q]", segment)
		default:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(segment)
		}
	}
	return b.String()
}

func lineColumn(p rules.Place) string {
	return fmt.Sprintf("%d:%d", p.Position.Line, p.Position.Column)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
