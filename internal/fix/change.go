package fix

import (
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/topology"
)

// change is a rules.Change on its way to edits.
type change struct{ rules.Change }

// spot is where a value is written, or would be.
type spot struct {
	object *manifest.Object
	path   manifest.Path
	at     rules.Stretch
}

func (c change) edits() ([]Edit, error) {
	if c.Object == nil {
		if c.Directive != "" {
			return nil, refuse("no file or list of settings is in sight to write %s to", c.Directive)
		}
		return nil, refuse("nothing that could be edited says it: it is a default of what makes the Pods")
	}
	s, err := c.spot()
	if err != nil {
		return nil, err
	}
	switch {
	case c.Line != "":
		return s.addLine(c.Line)
	case c.Directive != "" && c.From == nil:
		return s.addDirective(c.Directive, c.text(""))
	}
	if c.Form == topology.Strategy {
		if s, err = s.strategy(); err != nil {
			return nil, err
		}
	}
	n := s.object.Root.At(s.path)
	if n.Kind() == manifest.Absent || n.Kind() == manifest.Null {
		if err := c.sameName(s.path); err != nil {
			return nil, err
		}
		return s.confirmedBy(s.insert, c.token(""))
	}
	written, err := s.text(n)
	if err != nil {
		return nil, err
	}
	if err := c.confirm(written, n); err != nil {
		return nil, err
	}
	switch {
	case c.Form == topology.Name && c.To == "":
		return s.removeLine()
	case c.Form == topology.Name:
		s.at.Length = len(c.From.(string))
		return s.splice(c.To.(string))
	case s.at.Length > 0:
		return s.splice(c.text(written))
	default:
		return s.confirmedBy(s.replace, c.token(written))
	}
}

func (s spot) confirmedBy(write func(token) ([]Edit, error), t token) ([]Edit, error) {
	edits, err := write(t)
	if err != nil {
		return nil, err
	}
	return s.confirmed(edits, t.text)
}

// strategy goes on to the type of a strategy, which has parameters of its own for each.
func (s spot) strategy() (spot, error) {
	n := s.object.Root.At(s.path)
	if n.Kind() != manifest.Map && n.Kind() != manifest.Absent {
		return s, nil
	}
	for name := range n.Fields() {
		if name != "type" {
			return s, refuse("%s stands beside it", name)
		}
	}
	s.path = clone(s.path, "type")
	return s, nil
}

// spot returns where a change is to be made.
func (c change) spot() (spot, error) {
	if c.Object.Template != "" && c.In == c.Object {
		return spot{}, refuse("it is rendered from %s; change the values of the chart", c.Object.Template)
	}
	if rendered := c.In != nil && c.In != c.Object && !isDerived(c.Object); rendered {
		return c.inValues()
	}
	object, path, at, ok := c.Written()
	switch {
	case !ok:
		return spot{}, refuse("it is put together from several places")
	case object.IsPlain() && isDerived(c.Object) && len(path) == 0 && c.At() == nil:
		return spot{}, refuse("kustomize makes it")
	case isDerived(c.Object) && c.Values == nil && object.IsPlain() && at == rules.Stretch{}:
		return spot{}, refuse("kustomize makes it")
	}
	return spot{object, path, at}, nil
}

// At is the value that a change is of, as judged; nil when it is missing.
func (c change) At() *manifest.Node { return c.Object.Root.At(c.Path) }

func isDerived(o *manifest.Object) bool {
	_, derived := o.Written(nil, 0)
	return derived
}

// inValues returns the place in a file of values of what a chart on disk was rendered from.
func (c change) inValues() (spot, error) {
	v := c.Values
	switch {
	case v == nil:
		return spot{}, refuse("it is written in the template of a chart; no key of the values makes it")
	case v.File == "" || !c.In.IsPlain() || c.In.File != v.File:
		return spot{}, refuse("%s is set by nothing that could be changed", v.Key)
	}
	text := c.In.Text()
	set := manifest.Decode([]manifest.Input{{Name: v.File, Data: []byte(text)}}, manifest.Options{Sign: func([]byte) bool { return false }})
	documents := set.Read(v.File)
	if len(documents) != 1 || len(v.Path) == 0 {
		return spot{}, refuse("%s cannot be found in %s", v.Key, v.File)
	}
	s := spot{object: documents[0], path: v.Path}
	if c.Length == 0 {
		return s, nil
	}
	// The place was found by its line: it is where the text in that file begins.
	value, isString := s.object.Root.At(s.path).Str()
	start := offsetOf(text, c.Position.Line, c.Position.Column)
	end := offsetOf(text, c.Position.EndLine, c.Position.EndColumn)
	for offset := range len(value) {
		if at, exact := s.object.Stretch(s.path, offset, end-start); isString && exact && at.Start == start {
			s.at = rules.Stretch{Offset: offset, Length: end - start}
			return s, nil
		}
	}
	return spot{}, refuse("%s makes it in a way that is hard to follow", v.Key)
}

// sameName refuses to set a key of values that is not set and that may hold something else: a preset, not an amount.
func (c change) sameName(path manifest.Path) error {
	if !isDerived(c.Object) && c.Values == nil {
		return nil
	}
	if len(path) == 0 || len(c.Path) == 0 {
		return refuse("it follows from other values")
	}
	name, field := path[len(path)-1], c.Path[len(c.Path)-1]
	if name == field || name == "replicaCount" && field == "replicas" {
		return nil
	}
	return refuse("it follows from %s", strings.Join(path, "."))
}

// text is what is written at the spot.
func (s spot) text(n *manifest.Node) (string, error) {
	text := n.Text()
	if s.at.Length == 0 {
		if n.Kind() == manifest.Map || n.Kind() == manifest.Seq {
			return "", refuse("it follows from other values")
		}
		return text, nil
	}
	if n.Kind() != manifest.String || s.at.Offset < 0 || s.at.Offset+s.at.Length > len(text) {
		return "", refuse("it follows from other values")
	}
	return text[s.at.Offset : s.at.Offset+s.at.Length], nil
}

// edit returns an edit of the object's source or, where that is a string in another object, of the file that holds it.
func (s spot) edit(start, end int, text string) (Edit, error) {
	host, path, embedded := s.object.Within()
	if embedded {
		return spot{host, path, rules.Stretch{Offset: start, Length: end - start}}.put(text)
	}
	source := s.object.Text()
	e := Edit{File: s.object.File, Start: start, End: end, Text: text, Source: source}
	e.Position = s.object.Place(manifest.Span{Start: start, End: end})
	return e, nil
}

func one(e Edit, err error) ([]Edit, error) {
	if err != nil {
		return nil, err
	}
	return []Edit{e}, nil
}

// clone keeps paths apart that grow from one.
func clone(p manifest.Path, more ...string) manifest.Path { return append(slices.Clip(p), more...) }
