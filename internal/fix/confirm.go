package fix

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
)

// confirmed returns edits of which reading the document again says that they write what they should, and nothing else.
// YAML has more ways to write a value than anybody knows by heart.
func (s spot) confirmed(edits []Edit, text string) ([]Edit, error) {
	if _, _, embedded := s.object.Within(); embedded {
		return edits, nil // the edits are of what holds it
	}
	d := s.object.Document()
	source := s.object.Text()[d.Start:d.End]
	shifted := slices.Clone(edits)
	for i := range shifted {
		shifted[i].Start -= d.Start
		shifted[i].End -= d.Start
		if shifted[i].Start < 0 {
			return edits, nil // of another document: that of an anchor, or of a list's item
		}
	}
	after, err := Apply(source, shifted)
	if err != nil {
		return nil, refuse("%v", err)
	}
	item := s.object.InDocument()
	now := reread(after).At(item)
	if strings.TrimRight(now.At(s.path).Text(), "\n") != text || !reflect.DeepEqual(with(s.object.Root.Value(), s.path), with(now.Value(), s.path)) {
		return nil, refuse("it is written in a way that is hard to follow")
	}
	return edits, nil
}

// reread returns the root of a text that is one document, or nil, which has nothing At any path.
func reread(text string) *manifest.Node {
	const name = "document"
	set := manifest.Decode([]manifest.Input{{Name: name, Data: []byte(text)}}, manifest.Options{Sign: func([]byte) bool { return false }})
	documents := set.Read(name)
	if len(documents) != 1 || len(set.Errors) > 0 {
		return nil
	}
	return documents[0].Root
}

// with returns a value that is the same for all that a path may hold.
func with(value any, path manifest.Path) any {
	if len(path) == 0 {
		return nil
	}
	switch v := value.(type) {
	case []any:
		if i, err := strconv.Atoi(path[0]); err == nil && i >= 0 && i < len(v) {
			v = slices.Clone(v)
			v[i] = with(v[i], path[1:])
		}
		return v
	case map[string]any:
		v = maps.Clone(v)
		v[path[0]] = with(v[path[0]], path[1:])
		return v
	default:
		return map[string]any{path[0]: with(nil, path[1:])}
	}
}
