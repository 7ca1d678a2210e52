package unit

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/render"
	"github.com/redislint/redislint/internal/rules"
)

// Place says of every finding in a chart which key of its values makes the field, and moves it there: to a line that its
// owner can change. What no key makes it moves to the template. The error is that of ctx, or of a renderer that failed;
// the findings are then where they were.
func (l *Loaded) Place(ctx context.Context, findings []rules.Finding) error {
	places := map[*chart][]*rules.Place{}
	for i := range findings {
		f := &findings[i]
		l.collect(places, &f.Place)
		for j := range f.Related {
			l.collect(places, &f.Related[j].Place)
		}
	}
	if err := l.place(ctx, places); err != nil {
		return err
	}
	for i := range findings {
		findings[i].Settle()
	}
	rules.Sort(findings)
	return nil
}

// PlaceFixes does the same for what the fixes of findings would change.
func (l *Loaded) PlaceFixes(ctx context.Context, findings []rules.Finding) error {
	places := map[*chart][]*rules.Place{}
	for _, f := range findings {
		for _, fix := range f.Fixes {
			for k := range fix.Changes {
				l.collect(places, &fix.Changes[k].Place)
			}
		}
	}
	return l.place(ctx, places)
}

func (l *Loaded) place(ctx context.Context, places map[*chart][]*rules.Place) error {
	shown := texts{files: map[string]*manifest.Object{}, overlay: l.overlay}
	for _, c := range l.charts {
		if len(places[c]) == 0 {
			continue
		}
		if err := l.placeIn(ctx, c, places[c], shown); err != nil {
			return err
		}
	}
	return nil
}

func (l *Loaded) collect(places map[*chart][]*rules.Place, place *rules.Place) {
	if place.Object == nil || place.In != place.Object {
		return
	}
	i := slices.IndexFunc(l.charts, func(c *chart) bool { return c.files[place.Object.File] })
	if i >= 0 {
		places[l.charts[i]] = append(places[l.charts[i]], place)
	}
}

func (l *Loaded) placeIn(ctx context.Context, c *chart, places []*rules.Place, shown texts) error {
	if c.session == nil {
		session, err := l.renderer.Open(ctx, c.asked)
		if err != nil {
			return err
		}
		defer session.Close()
		c = &chart{asked: c.asked, files: c.files, texts: c.texts, session: session}
	}
	targets, stretches := make([]render.Target, len(places)), make([]stretch, len(places))
	for i, place := range places {
		o := place.Object
		stretches[i] = stretchOf(*place)
		targets[i] = render.Target{Template: o.Template, Kind: o.Kind, Name: o.Name, Path: place.Path, Text: stretches[i].line}
	}
	answers, err := c.session.Attribute(ctx, targets)
	if err != nil {
		return err
	}
	for i, place := range places {
		answer := answers[i]
		if answer.Key != "" {
			place.Values = &rules.Values{Key: answer.Key, Path: answer.Keys, File: answer.File, Position: answer.Position, Default: answer.Default}
		}
		if values := shown.of(answer.File); values != nil && answer.Key != "" && answer.Position.Line > 0 {
			place.In, place.Position = values, stretches[i].find(values, answer.Position)
			continue
		}
		if template := shown.of(place.Object.File); template != nil {
			rendered := c.texts[place.Object.Template]
			place.In, place.Position = template, lineLike(template, rendered, place.Position.Line)
		}
	}
	return nil
}

// stretch is a part of a line.
type stretch struct {
	line     string // trimmed
	from, to int    // in line, in bytes
}

// stretchOf is the part of a text's line that a place is about, zero when it is about all of the text.
func stretchOf(place rules.Place) stretch {
	at := place.Position
	text, ok := place.Object.Root.At(place.Path).Str()
	if !ok || !strings.Contains(strings.TrimSuffix(text, "\n"), "\n") || at.Line != at.EndLine {
		return stretch{}
	}
	lines := place.Object.Lines(at.Line, at.Line)
	if len(lines) != 1 {
		return stretch{}
	}
	line := []rune(lines[0])
	from := len(string(line[:min(at.Column-1, len(line))]))
	to := len(string(line[:min(at.EndColumn-1, len(line))]))
	trimmed := strings.TrimSpace(lines[0])
	indent := strings.Index(lines[0], trimmed)
	if from < indent || to > indent+len(trimmed) {
		return stretch{}
	}
	return stretch{trimmed, from - indent, to - indent}
}

// find is where a stretch of a text that begins at a position is written: in the first line from there that reads the
// same. It is the position itself for the zero stretch.
func (s stretch) find(values *manifest.Object, at manifest.Position) manifest.Position {
	if s.line == "" {
		return at
	}
	offset, number := 0, 0
	for line := range strings.Lines(values.Root.Text()) {
		number++
		if number >= at.Line && strings.TrimSpace(line) == s.line {
			return values.LocateWithin(nil, offset+strings.Index(line, s.line)+s.from, s.to-s.from)
		}
		offset += len(line)
	}
	return at
}

// lineLike is the line of a template that reads like the given line of what it rendered: the only one, or the one in the
// same place among as many. It is the template's first line when there is none.
func lineLike(template *manifest.Object, rendered string, line int) manifest.Position {
	lines := strings.Split(rendered, "\n")
	if line < 1 || line > len(lines) {
		return template.Locate(nil)
	}
	whole := strings.TrimSpace(lines[line-1])
	key, _, _ := strings.Cut(whole, ":")
	for _, alike := range []func(string) bool{
		func(text string) bool { return text == whole },
		func(text string) bool { return strings.HasPrefix(text, key+":") },
	} {
		before, all := 0, 0
		for i, text := range lines {
			if alike(strings.TrimSpace(text)) {
				all++
				if i < line-1 {
					before++
				}
			}
		}
		found := alikeLines(template, alike)
		if all > 0 && len(found) == all {
			return found[before]
		}
		if len(found) == 1 {
			return found[0]
		}
	}
	return template.Locate(nil)
}

// alikeLines are the lines of a template that are alike, trimmed.
func alikeLines(template *manifest.Object, alike func(string) bool) []manifest.Position {
	var found []manifest.Position
	offset := 0
	for text := range strings.Lines(template.Root.Text()) {
		if trimmed := strings.TrimSpace(text); trimmed != "" && alike(trimmed) {
			found = append(found, template.LocateWithin(nil, offset+strings.Index(text, trimmed), len(trimmed)))
		}
		offset += len(text)
	}
	return found
}

// texts are files to be shown, by name; nil is one that cannot be.
type texts struct {
	files   map[string]*manifest.Object
	overlay map[string][]byte
}

func (t texts) of(file string) *manifest.Object {
	if file == "" {
		return nil
	}
	if o, known := t.files[file]; known {
		return o
	}
	t.files[file] = nil
	if text, err := readText(filepath.FromSlash(file), t.overlay); err == nil {
		t.files[file] = manifest.Plain(file, text)
	}
	return t.files[file]
}
