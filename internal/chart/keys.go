package chart

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/redislint/redislint/internal/manifest"
)

// noteIgnored notes the values that say something and that the chart does not read.
func (r *release) noteIgnored() { r.unread(r.v) }

// maxIgnored bounds how many of them are noted.
const maxIgnored = 100

// unread notes the keys below that no template of this version looks at.
func (r *release) unread(x value) {
	for _, c := range x.children(true) {
		switch {
		case len(r.out.Ignored) >= maxIgnored:
			return
		case c.fact == nil && x.fact.isClosed():
			if c.saysSomething() && !r.isSpared(c) {
				r.ignoreUnknown(c)
			}
		case c.isMap():
			r.unread(c)
		case c.fact.isClosed() && c.isSet() && !isTemplated(c.text()):
			ref := c.ref()
			r.out.fail(ref.Object, ref.Path, fmt.Sprintf("%s is a %s, not a map", ref.Key, c.node().Kind()))
		}
	}
}

// isSpared reports whether a key that the chart does not read may be there for somebody else: a parent chart, which shares
// the top of the map, or YAML's anchors.
func (r *release) isSpared(x value) bool {
	if len(x.keys) > 1 {
		return false
	}
	name := x.keys[0]
	if name == "enabled" || name == "tags" || name == "common" || strings.HasPrefix(name, "x-") || strings.ContainsAny(name[:min(1, len(name))], "._") {
		return true
	}
	layer := x.parts[len(x.parts)-1].layer
	return layer.Prefix != "" && r.instead(x) == "" && !r.partsMoved(x)
}

// ignoreUnknown notes a key that the chart does not read: its parts, where they have moved to different places.
func (r *release) ignoreUnknown(x value) {
	if r.partsMoved(x) {
		for _, c := range x.children(true) {
			if c.saysSomething() && len(r.out.Ignored) < maxIgnored {
				r.ignoreUnknown(c)
			}
		}
		return
	}
	r.ignore(x, r.reason(x), r.instead(x))
}

// partsMoved reports whether keys below have moved to different places.
func (r *release) partsMoved(x value) bool {
	moved := r.moved()
	return slices.ContainsFunc(x.children(true), func(c value) bool { return moved[strings.Join(c.keys, ".")] != "" })
}

func (r *release) ignore(x value, reason, instead string) {
	r.out.Ignored = append(r.out.Ignored, Ignored{Ref: x.ref(), Reason: reason, Instead: instead})
}

// reason tells whether other versions of the chart read the key.
func (r *release) reason(x value) string {
	key := strings.Join(x.keys, ".")
	if key == "architecture" && strings.HasSuffix(r.asked.Chart, "-cluster") {
		return "chart " + r.asked.Chart + " makes a cluster in any case"
	}
	var before, after int
	for _, version := range r.chart.versions {
		m := numberOf(version).number[0]
		if m == r.major || r.factsOf(m).at(key) == nil {
			continue
		}
		if m < r.major {
			before = m
		} else if after == 0 {
			after = m
		}
	}
	switch {
	case before > 0:
		return fmt.Sprintf("chart %s reads no such key since version %d", r.asked.Chart, before+1)
	case after > 0:
		return fmt.Sprintf("chart %s reads no such key before version %d", r.asked.Chart, after)
	default:
		return fmt.Sprintf("chart %s reads no such key", r.asked.Chart)
	}
}

// factsOf are the facts of another major version of the chart.
func (r *release) factsOf(major int) *fact {
	if r.others == nil {
		r.others = map[int]*fact{}
	}
	if r.others[major] == nil {
		r.others[major] = readFacts(r.asked.Chart, major)
	}
	return r.others[major]
}

// instead is what to set in place of a key: where it has moved to, where the same name is read, or a name much like it.
func (r *release) instead(x value) string {
	key := strings.Join(x.keys, ".")
	if to := r.moved()[key]; to != "" {
		return to
	}
	if len(x.keys) == 1 {
		if to := r.movedToComponents(key); to != "" {
			return to
		}
	}
	above, name := x.keys[:len(x.keys)-1], x.keys[len(x.keys)-1]
	siblings := r.v.fact
	for _, key := range above {
		siblings = siblings.child(key)
	}
	best, distance := "", min(2, len(name)/3)+1
	if siblings == nil || len(name) > 64 {
		return ""
	}
	for _, f := range siblings.below {
		if d := levenshtein.ComputeDistance(name, f.name); d < distance {
			best, distance = f.name, d
		}
	}
	if best == "" {
		return ""
	}
	return strings.Join(append(slices.Clone(above), best), ".")
}

// movedToComponents names the keys of the components that have a key which stands beside them.
func (r *release) movedToComponents(key string) string {
	var to []string
	for _, component := range []string{r.words.master, "replica", "slave", r.words.server} {
		if r.v.reads(component + "." + key) {
			to = append(to, component+"."+key)
		}
	}
	return strings.Join(to, " and ")
}

// saysSomething reports whether a layer sets the value to more than nothing.
func (x value) saysSomething() bool {
	n := x.node()
	switch n.Kind() {
	case manifest.Map:
		return slices.ContainsFunc(x.children(true), value.saysSomething)
	case manifest.Seq:
		return n.Len() > 0
	default:
		return n.Text() != "" && !isTemplated(n.Text())
	}
}

// isOwn reports whether the value is what the chart takes anyway.
func (x value) isOwn() bool {
	if x.isMap() {
		return !slices.ContainsFunc(x.children(true), func(c value) bool { return !c.isOwn() })
	}
	if x.fact == nil || x.fact.value == nil {
		return x.off()
	}
	if list, ok := x.fact.value.([]string); ok {
		return slices.Equal(list, scalars(x))
	}
	n := x.node()
	return reflect.DeepEqual(n.Value(), x.fact.value) || n.Text() == fmt.Sprint(x.fact.value)
}

// ignoreUnused notes what is set below a key that the release has no use for, but for keys that are read all the same. A
// map of which nothing is read is noted as one.
func (r *release) ignoreUnused(x value, reason string, instead func(key string) string, read ...string) {
	unused, _ := x.unused(read)
	for _, u := range unused {
		r.ignore(u, reason, instead(strings.Join(u.keys, ".")))
	}
}

// unused are the values below, or all of x, that are the user's own and not read. whole is false where something is read.
func (x value) unused(read []string) (unused []value, whole bool) {
	if slices.Contains(read, strings.Join(x.keys, ".")) {
		return nil, false
	}
	if !x.saysSomething() || x.isOwn() {
		return nil, true
	}
	whole = true
	if x.isMap() {
		for _, c := range x.children(true) {
			below, all := c.unused(read)
			unused, whole = append(unused, below...), whole && all
		}
	}
	if whole {
		return []value{x}, true
	}
	return unused, false
}

// notePasswords notes those of the keys that hold a password in plain text.
func (r *release) notePasswords(keys ...string) {
	for _, key := range keys {
		x := r.v.at(key)
		if x.fact == nil {
			continue
		}
		r.notePassword(x.node(), x.ref())
	}
}

func (r *release) notePassword(n *manifest.Node, ref manifest.Ref) {
	// What is given on a command line is written nowhere.
	if text := n.Text(); text == "" || isTemplated(text) || ref.Path == nil {
		return
	}
	r.out.Passwords = append(r.out.Passwords, Password{Ref: ref})
}

// noteUserPasswords notes the passwords of a list of users.
func (r *release) noteUserPasswords(users value) {
	for i, user := range users.node().Items() {
		r.notePassword(user.Get("password"), users.ref().At(fmt.Sprint(i), "password"))
	}
}
