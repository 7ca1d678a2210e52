package chart

import (
	"embed"
	"slices"
	"strconv"
	"strings"
)

// outlines hold what each chart reads. A line is a key, below another by its tabs:
//
//	key* @14-18,20- = value
//
// @ gives the major versions that have the key with that value, all those of the key above when there is none. The value
// is what the chart takes when nobody sets the key; none is as good as empty. After * keys that are not listed are read
// too, as they are below a key that has none listed.
//
//go:embed facts/*.txt
var outlines embed.FS

// fact is a key that a chart reads in one of its major versions.
type fact struct {
	name  string
	value any // bool, int64, string or []string; nil is empty
	open  bool
	below []*fact
}

// child returns the fact about a key below, nil when there is none.
func (f *fact) child(name string) *fact {
	if f == nil {
		return nil
	}
	for _, c := range f.below {
		if c.name == name {
			return c
		}
	}
	return nil
}

// isClosed reports whether the chart reads only the keys that are listed below.
func (f *fact) isClosed() bool { return f != nil && !f.open && len(f.below) > 0 }

// hasValue reports whether the chart has a value of its own for the key or one below.
func (f *fact) hasValue() bool {
	return f != nil && (f.value != nil || slices.ContainsFunc(f.below, (*fact).hasValue))
}

// at returns the fact about a key far below.
func (f *fact) at(key string) *fact {
	for name := range strings.SplitSeq(key, ".") {
		f = f.child(name)
	}
	return f
}

// readFacts reads the outline of a chart as it is in a major version.
func readFacts(chart string, major int) *fact {
	text, err := outlines.ReadFile("facts/" + chart + ".txt")
	if err != nil {
		panic(err)
	}
	root := &fact{}
	path := []*fact{root} // nil below what this version does not have
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		key := strings.TrimLeft(line, "\t")
		depth := len(line) - len(key)
		if key == "" || key[0] == '#' {
			continue
		}
		path = path[:depth+1]
		key, value, _ := strings.Cut(key, " = ")
		key, versions, ranged := strings.Cut(key, " @")
		if path[depth] == nil || ranged && !holdsMajor(versions, major) {
			path = append(path, nil)
			continue
		}
		name, open := strings.CutSuffix(key, "*")
		f := &fact{name: name, open: open, value: factValue(value)}
		path[depth].below = append(path[depth].below, f)
		path = append(path, f)
	}
	return root
}

// holdsMajor reports whether a list of ranges holds a major version: "-13", "14-18,20-", "18".
func holdsMajor(ranges string, major int) bool {
	within := func(r string) bool {
		low, high, ranged := strings.Cut(r, "-")
		first, err := strconv.Atoi(low)
		if err != nil {
			first = 0
		}
		last, err := strconv.Atoi(high)
		switch {
		case !ranged:
			last = first
		case err != nil:
			last = major
		}
		return first <= major && major <= last
	}
	return slices.ContainsFunc(strings.Split(ranges, ","), within)
}

func factValue(text string) any {
	if text == "" {
		return nil
	}
	if text == "true" {
		return true
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	if inner, ok := strings.CutPrefix(text, "["); ok {
		return strings.Split(strings.TrimSuffix(inner, "]"), ", ")
	}
	if unquoted, err := strconv.Unquote(text); err == nil {
		return unquoted
	}
	return text
}
