package picture

import (
	"fmt"
	"html"
	"io"
	"slices"
	"strings"
)

// Style is what pictures in a page look like. The page defines the colours: --paper, --soft, --line, --ink, --muted,
// --error, --warning, --info and their opposites --on-error, --on-warning and --on-info.
const Style = `.redis text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","DejaVu Sans",sans-serif;fill:var(--ink)}
.redis .label{font-size:10.5px;fill:var(--muted)}
.redis .name{font:600 13px ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace}
.redis .fact{font-size:11.5px;fill:var(--muted)}
.redis .title{font:600 15px ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace}
.redis .box{fill:var(--paper);stroke:var(--line);stroke-width:1.25}
.redis .behind{fill:var(--soft);stroke:var(--line)}
.redis .volume .box,.redis .service .box{fill:var(--soft)}
.redis .client .box,.redis .route .box{stroke-dasharray:4 3}
.redis .link{fill:none;stroke:var(--muted);stroke-opacity:.65;stroke-width:1.25}
.redis .watches{stroke-dasharray:2 4;stroke-linecap:round}
.redis .tip{fill:var(--muted)}
.redis .pod{fill:none;stroke:var(--muted);stroke-width:1.25}
.redis .master{fill:var(--muted)}
.redis .error>.box{stroke:var(--error);stroke-width:2}
.redis .warning>.box{stroke:var(--warning);stroke-width:2}
.redis .info>.box{stroke:var(--info)}
.redis .error>.mark{fill:var(--error)}
.redis .warning>.mark{fill:var(--warning)}
.redis .info>.mark{fill:var(--info)}
.redis .count{font-size:10.5px;font-weight:600}
.redis .error>.count{fill:var(--on-error)}
.redis .warning>.count{fill:var(--on-warning)}
.redis .info>.count{fill:var(--on-info)}
.redis a:focus-visible{outline:none}
.redis a:focus-visible .box,.redis a:hover .box{stroke-width:3}
`

const palette = `.redis{--paper:#fff;--soft:#f6f7f8;--line:#c9ced4;--ink:#1c2024;--muted:#5c6570;--error:#c0362c;--warning:#8f6400;--info:#4a6785;` +
	`--on-error:#fff;--on-warning:#fff;--on-info:#fff}
@media(prefers-color-scheme:dark){.redis{--paper:#1a1d21;--soft:#21252a;--line:#434a52;--ink:#e6e8ea;--muted:#9aa4ae;--error:#ff8a7d;` +
	`--warning:#e0b050;--info:#9cbad8;--on-error:#2a0906;--on-warning:#261a00;--on-info:#0b1a29}}
`

// SVG writes pictures as one document, below each other, that needs nothing beside it.
func SVG(w io.Writer, pictures []Picture) error {
	var body strings.Builder
	width, y := 0.0, 0.0
	for i, p := range pictures {
		l := p.arrange(true)
		fmt.Fprintf(&body, `<svg x="0" y="%s" width="%s" height="%s" role="img" aria-labelledby="redis-%d-title redis-%[4]d-desc">`+"\n",
			number(y), number(l.width), number(l.height), i)
		l.draw(&body, fmt.Sprintf("redis-%d", i), false)
		body.WriteString("</svg>\n")
		width, y = max(width, l.width), y+l.height
	}
	width, y = max(width, 1), max(y, 1)
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" class="redis" width="%s" height="%s" viewBox="0 0 %[1]s %[2]s">`+
		"\n<style>\n%s%s</style>\n%s</svg>\n", number(width), number(y), palette, Style, body.String())
	return err
}

// Inline returns the picture as an element of a page that has Style. Its marks lead to anchors of the page: fingerprints.
// The id is one that no other element begins with.
func (p Picture) Inline(id string) string {
	l := p.arrange(false)
	size := "redis"
	if l.width > 560 {
		size += " broad"
	}
	var b strings.Builder
	id = html.EscapeString(id)
	// Not an img: its links are for everyone.
	fmt.Fprintf(&b, `<svg class="%s" role="group" width="%s" height="%s" viewBox="0 0 %[2]s %[3]s" aria-labelledby="%[4]s-title %[4]s-desc">`+"\n",
		size, number(l.width), number(l.height), id)
	l.draw(&b, id, true)
	b.WriteString("</svg>\n")
	return b.String()
}

func (l plan) draw(b *strings.Builder, id string, linked bool) {
	fmt.Fprintf(b, "<title id=\"%s-title\">%s</title>\n<desc id=\"%s-desc\">%s</desc>\n", id, escape(l.Name), id, html.EscapeString(l.describe()))
	if l.head > 0 {
		l.heading(b)
	}
	for _, link := range l.Links {
		l.link(b, link)
	}
	for i := range l.Parts {
		l.part(b, i, linked)
	}
}

// describe says in words what is drawn.
func (l plan) describe() string {
	words := []string{shown(l.Nature)}
	for _, part := range l.Parts {
		text := part.Label + " " + part.Name
		if part.Severity != "" {
			text += " (" + part.tally() + ")"
		}
		words = append(words, shown(text))
	}
	return strings.Join(words, "; ")
}

func (l plan) heading(b *strings.Builder) {
	room := l.width - 2*margin
	text(b, "title", margin, margin+16, font{size: 15, mono: true, bold: true}, l.Name, room)
	y, x := margin+34, margin
	nature := factFont.fit(shown(l.Nature), room)
	text(b, "fact", x, y, factFont, nature, room)
	if rest := room - factFont.width(nature) - 12; l.Severity != "" && rest > 80 {
		fmt.Fprintf(b, `<g class="%s"><title>%s</title>`, l.Severity, escape(strings.Join(l.Found[:min(len(l.Found), mostFound)], "; ")))
		l.pill(b, x+room, y-4)
		b.WriteString("</g>\n")
	}
}

func (l plan) link(b *strings.Builder, link Link) {
	from, to := l.boxes[link.From], l.boxes[link.To]
	class, tip := "link", ""
	if link.Watches {
		class += " watches"
	}
	var path string
	if from.y == to.y { // beside each other
		x, end := from.x, to.x+to.width
		if from.x < to.x {
			x, end = from.x+from.width, to.x
		}
		y := from.y + min(from.height, to.height)/2
		path = "M" + point(x, y) + "H" + number(end)
	} else {
		x, y, end, last := from.x+from.width/2, from.y+from.height, to.x+to.width/2, to.y
		if from.y > to.y {
			y, last = from.y, to.y+to.height
		}
		bend := (last - y) / 2
		path = "M" + point(x, y) + "C" + point(x, y+bend) + " " + point(end, last-bend) + " " + point(end, last)
		if !link.Watches {
			tip = `<path class="tip" d="M` + point(end-4, last-7) + "L" + point(end+4, last-7) + "L" + point(end, last) + `Z"/>`
		}
	}
	fmt.Fprintf(b, `<path class="%s" d="%s"/>%s`+"\n", class, path, tip)
}

func (l plan) part(b *strings.Builder, i int, linked bool) {
	part, at := l.Parts[i], l.boxes[i]
	class := strings.TrimSpace(string(part.Kind) + " " + string(part.Severity))
	element, open := "g", fmt.Sprintf(`<g class="%s">`, class)
	if linked && part.Anchor != "" {
		element, open = "a", fmt.Sprintf(`<a class="%s" href="#%s">`, class, escape(part.Anchor))
	}
	lines := []string{escape(part.Label + " " + part.Name)}
	for _, line := range slices.Concat(part.Facts, part.Found[:min(len(part.Found), mostFound)]) {
		lines = append(lines, escape(line))
	}
	fmt.Fprintf(b, "%s<title>%s</title>\n", open, strings.Join(lines, "\n"))
	rect := func(class string, shift float64) {
		fmt.Fprintf(b, `<rect class="%s" x="%s" y="%s" width="%s" height="%s" rx="8"/>`,
			class, number(at.x+shift), number(at.y+shift), number(at.width), number(at.height))
	}
	if part.Pods > 1 {
		rect("behind", 4)
	}
	rect("box", 0)
	b.WriteByte('\n')
	x, room := at.x+padding, at.width-2*padding
	text(b, "label", x, at.y+19, labelFont, part.Label, room)
	text(b, "name", x, at.y+36, nameFont, part.Name, room)
	y := at.y + 36
	for _, fact := range part.Facts {
		y += 16
		text(b, "fact", x, y, factFont, fact, room)
	}
	if part.Pods > 0 {
		l.pods(b, part, x, y+9)
	}
	if part.Severity != "" {
		part.pill(b, at.x+at.width-8, at.y)
	}
	fmt.Fprintf(b, "</%s>\n", element)
}

// pods draws one square for each Pod, those of masters filled.
func (l plan) pods(b *strings.Builder, part Part, x, y float64) {
	for i := range min(part.Pods, mostPods) {
		class := "pod"
		if i < part.Masters {
			class += " master"
		}
		fmt.Fprintf(b, `<rect class="%s" x="%s" y="%s" width="%s" height="%[4]s" rx="2.5"/>`, class, number(x+float64(i)*podStep), number(y), number(podSize))
	}
	b.WriteByte('\n')
	label := fmt.Sprintf("× %d", part.Pods)
	text(b, "label", x+float64(min(part.Pods, mostPods))*podStep+3, y+podSize-0.5, labelFont, label, 60)
}

// pill draws how many findings there are and how bad the worst is, with its right end at x and its middle at y.
func (m Mark) pill(b *strings.Builder, x, y float64) {
	label := m.tally()
	width := markFont.width(label) + 14
	fmt.Fprintf(b, `<rect class="mark" x="%s" y="%s" width="%s" height="17" rx="8.5"/>`, number(x-width), number(y-8.5), number(width))
	fmt.Fprintf(b, `<text class="count" text-anchor="middle" x="%s" y="%s">%s</text>`+"\n", number(x-width/2), number(y+3.8), escape(label))
}

// tally is "1 error", or "2 warnings + 1" for what also has a milder finding.
func (m Mark) tally() string {
	label := plural(m.Worst, string(m.Severity))
	if more := len(m.Found) - m.Worst; more > 0 {
		label += fmt.Sprintf(" + %d", more)
	}
	return label
}

// text writes a line of text that is cut to its room.
func text(b *strings.Builder, class string, x, y float64, f font, s string, room float64) {
	s = f.fit(shown(s), room)
	squeeze := ""
	if !firm(s) {
		squeeze = fmt.Sprintf(` textLength="%s" lengthAdjust="spacingAndGlyphs"`, number(min(f.width(s), room)))
	}
	fmt.Fprintf(b, `<text class="%s" x="%s" y="%s"%s>%s</text>`+"\n", class, number(x), number(y), squeeze, html.EscapeString(s))
}

func escape(s string) string { return html.EscapeString(shown(s)) }

func number(n float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.1f", n), "0"), ".")
}

func point(x, y float64) string { return number(x) + " " + number(y) }
