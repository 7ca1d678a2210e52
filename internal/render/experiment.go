package render

import (
	"cmp"
	"encoding/base64"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// key is a key of the values, and what it holds.
type key struct {
	keys  []string
	value any
	text  string // of a scalar
	part  string // of the text, when only that is to change
}

// experiment is another value for a key.
type experiment struct {
	key
	other any    // the value, when all of it changes
	text  string // of the value, or of what takes the place of the part
	was   string
}

// keys returns every key of the values, a parent before what is in it. What subcharts have of their chart's globals is
// left out: it is set where the chart has it.
func (r *release) keys() []key {
	var all []key
	var walk func(value any, at []string)
	walk = func(value any, at []string) {
		if len(at) > 0 {
			if r.inheritsGlobal(at) {
				return
			}
			all = append(all, key{keys: slices.Clone(at), value: value, text: textOf(value)})
		}
		switch value := value.(type) {
		case map[string]any:
			for _, name := range sortedKeys(value) {
				walk(value[name], append(at, name))
			}
		case []any:
			for i, item := range value {
				walk(item, append(at, strconv.Itoa(i)))
			}
		}
	}
	walk(r.base.values, nil)
	return all
}

// inheritsGlobal reports whether a key below a subchart's global is the top chart's.
func (r *release) inheritsGlobal(at []string) bool {
	i := slices.Index(at, globalKey)
	return i > 0 && len(at) > i+1 && deepest(r.base.values, at[i:]) == len(at)-i
}

// textOf returns a scalar as a template prints it, "" for null, maps and lists.
func textOf(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case bool:
		return strconv.FormatBool(value)
	case int64:
		return strconv.FormatInt(value, 10)
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64)
	default:
		return ""
	}
}

// byValue returns the keys whose value is that of the field, or is part of its text, or has its text in it.
func (a *attribution) byValue(q *question) []key {
	if q.part == "" {
		return nil
	}
	decoded, _ := base64.StdEncoding.DecodeString(q.text)
	var keys []key
	for _, k := range a.keys {
		if k.text == "" || !q.sees(k.keys) {
			continue
		}
		switch {
		case isBool(k.value):
			if k.text == q.text && alike(last(k.keys), last(q.Path)) {
				keys = append(keys, k)
			}
		case k.text == q.part, k.text == string(decoded), count(q.part, k.text) > 0:
			keys = append(keys, k)
		case len(q.part) > 2 && strings.Contains(k.text, q.part):
			k.part = q.part
			keys = append(keys, k)
		}
	}
	return keys
}

// byName returns the keys that are called like the field, or that could be for being in a map that is: "resources" may
// take limits.memory.
func (a *attribution) byName(q *question) []key {
	return slices.DeleteFunc(a.named(q), func(k key) bool { return k.keys[0] == globalKey })
}

// byGlobal returns the globals that byName leaves out: a chart that has a key of the same name prefers its global.
func (a *attribution) byGlobal(q *question) []key {
	return slices.DeleteFunc(a.named(q), func(k key) bool { return k.keys[0] != globalKey })
}

func (a *attribution) named(q *question) []key {
	like := q.value
	switch like.(type) {
	case nil:
		like = exampleOf(last(q.Path))
	case map[string]any, []any:
		return nil
	}
	var keys []key
	seen := map[string]bool{}
	for _, k := range a.keys {
		rest, ok := below(k, q.Path)
		if !ok || !q.sees(k.keys) {
			continue
		}
		k.keys = append(slices.Clip(k.keys), rest...)
		if id := strings.Join(k.keys, "\x00"); !seen[id] {
			seen[id] = true
			k.value, k.text = like, textOf(like)
			keys = append(keys, k)
		}
	}
	return keys
}

// below returns the keys that lead from a key to a field, if it is called so: the last key of a path, or the map that is
// called like a map on the path.
func below(k key, path []string) ([]string, bool) {
	_, isMap := k.value.(map[string]any)
	if _, isList := k.value.([]any); isList || len(path) == 0 {
		return nil, false
	}
	if !isMap {
		return nil, alike(last(k.keys), last(path)) && itemIndex(last(path)) < 0
	}
	for i := len(path) - 1; i > 0 && itemIndex(path[i]) < 0; i-- {
		if path[i-1] == last(k.keys) {
			return path[i:], true
		}
	}
	return nil, false
}

// exampleOf is a value that a field of a name could have.
func exampleOf(name string) any {
	switch lower := strings.ToLower(name); {
	case slices.Contains([]string{"memory", "storage", "ephemeral-storage"}, name):
		return "64Mi"
	case name == "cpu":
		return "100m"
	case strings.HasSuffix(lower, "seconds"), strings.HasSuffix(lower, "threshold"), strings.HasSuffix(lower, "available"),
		strings.HasSuffix(lower, "replicas"), strings.HasSuffix(lower, "port"):
		return float64(3)
	default:
		return "value"
	}
}

// numbers returns the keys of numbers and quantities.
func (a *attribution) numbers(q *question) []key {
	return slices.DeleteFunc(slices.Clone(a.keys), func(k key) bool {
		return isBool(k.value) || !quantity.MatchString(k.text) || !q.sees(k.keys)
	})
}

// alike reports whether a key is called like a field: the same, or the one begins as the other, "storageClass" as
// "storageClassName", or both with the same word, "replicaCount" as "replicas".
func alike(key, field string) bool {
	key, field = strings.ToLower(key), strings.ToLower(field)
	const word = 6
	shared := 0
	for shared < min(len(key), len(field)) && key[shared] == field[shared] {
		shared++
	}
	return shared >= word || shared > 0 && key == field || shared > 2 && shared == min(len(key), len(field))
}

func isBool(value any) bool {
	_, ok := value.(bool)
	return ok
}

func last(keys []string) string {
	if len(keys) == 0 {
		return ""
	}
	return keys[len(keys)-1]
}

// quantity is a number with a unit, of Kubernetes, of Redis or of time, or none, or a percentage.
var quantity = regexp.MustCompile(`^(\d{1,15})(?:\.\d+)?([A-Za-z]{0,3}|%)$`)

// laboratory makes experiments that can be told from each other by the values they give.
type laboratory struct {
	step int // between the numbers that make values differ; 7
	made []experiment
	used map[string]bool
	by   map[string]experiment // key
}

// experiment returns the experiment with a key.
func (l *laboratory) experiment(k key) experiment {
	if l.used == nil {
		l.used, l.by = map[string]bool{}, map[string]experiment{}
	}
	id := strings.Join(k.keys, "\x00") + "\n" + k.part
	if e, ok := l.by[id]; ok {
		return e
	}
	// What a template computes of one value, such as one more, must not be that of another.
	step := cmp.Or(l.step, 7)
	number := step * len(l.made)
	e := k.experiment(number)
	for l.used[e.text] && !isBool(k.value) {
		number += step
		e = k.experiment(number)
	}
	l.used[e.text], l.by[id] = true, e
	l.made = append(l.made, e)
	return e
}

// experiment returns another value for the key, of the same kind. number makes it unlike that of other keys.
func (k key) experiment(number int) experiment {
	e := experiment{key: k, was: k.text}
	// A name can end with the mark, and so can a line.
	mark := "-x" + strconv.Itoa(number)
	if k.part != "" {
		e.was, e.text = k.part, k.part+mark
		return e
	}
	switch value := k.value.(type) {
	case bool:
		e.other = !value
	case float64:
		e.other = float64(otherNumber(int64(math.Abs(value)), number))
	case int64:
		e.other = otherNumber(max(value, 0), number)
	default:
		e.other = k.text + mark
		if found := quantity.FindStringSubmatch(k.text); found != nil {
			n, _ := strconv.ParseInt(found[1], 10, 64)
			e.other = strconv.FormatInt(otherNumber(n, number), 10) + found[2]
		}
	}
	e.text = textOf(e.other)
	return e
}

// otherNumber keeps ports among ports, and other numbers small: a template may count up to them.
func otherNumber(n int64, number int) int64 {
	if n >= 1024 && n <= 65535 {
		return 20_000 + int64(number)%40_000
	}
	return n + 3 + int64(number)
}

// changeOf puts experiments together. Those with parts of one text change it together.
func changeOf(experiments []experiment) Change {
	var change Change
	texts := map[string]int{}
	for _, e := range experiments {
		if e.part == "" {
			change.Settings = append(change.Settings, Setting{Keys: e.keys, Value: e.other})
			continue
		}
		id := strings.Join(e.keys, "\x00")
		i, ok := texts[id]
		if !ok {
			i = len(change.Settings)
			texts[id] = i
			change.Settings = append(change.Settings, Setting{Keys: e.keys, Value: e.key.text})
		}
		if text := change.Settings[i].Value.(string); !strings.Contains(text, e.text) {
			change.Settings[i].Value = strings.Replace(text, e.part, e.text, 1)
		}
	}
	return change
}

// count counts a text within another one where it is not part of a longer word or number.
func count(text, part string) int {
	n := 0
	for at := 0; part != ""; {
		i := strings.Index(text[at:], part)
		if i < 0 {
			break
		}
		start, end := at+i, at+i+len(part)
		if (start == 0 || !isWord(text[start-1]) || !isWord(part[0])) &&
			(end == len(text) || !isWord(text[end]) || !isWord(part[len(part)-1])) {
			n++
		}
		at = start + 1
	}
	return n
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}
