package source

import (
	"reflect"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// unread is a field of a resource that its operator does not read where it
// stands. Paths are those below the spec, joined by dots.
type unread struct {
	field   string
	reason  string
	instead string // what to set; "" when there is nothing
	// counts are the fields that are read instead. Where all of them hold the
	// same, nothing is lost.
	counts []string
}

// operatorSettings are those of a resource in which nothing is ignored so far.
func operatorSettings(o *manifest.Object) *topology.Settings {
	return &topology.Settings{Kind: "operator", Name: o.Kind, Ignored: []topology.IgnoredSetting{}}
}

// ignoreUnread notes which of the fields say something that is lost.
func (m *member) ignoreUnread(spec part, fields []unread) {
	for _, u := range fields {
		field := spec.at(strings.Split(u.field, ".")...)
		if field.saysSomething() && !field.agrees(spec, u.counts) {
			m.ignore(field, u.reason, u.instead)
		}
	}
}

// ignore notes one field that the operator does not read.
func (m *member) ignore(field part, reason, instead string) {
	m.settings.Ignored = append(m.settings.Ignored, topology.IgnoredSetting{
		Origin: field.origin, Key: strings.Join(field.origin.Path, "."), Reason: reason, Instead: instead,
	})
}

// saysSomething reports whether a field holds a value: nothing empty, and no
// placeholder that may become so.
func (p part) saysSomething() bool {
	switch p.root.Kind() {
	case manifest.Map, manifest.Seq:
		return p.root.Len() > 0
	case manifest.String:
		return p.root.Text() != "" && !strings.ContainsAny(p.root.Text(), "{$")
	default:
		return p.present()
	}
}

// agrees reports whether all of the fields, of which there are some, hold the
// same as the part.
func (p part) agrees(spec part, fields []string) bool {
	for _, name := range fields {
		if !reflect.DeepEqual(p.root.Value(), spec.root.Get(strings.Split(name, ".")...).Value()) {
			return false
		}
	}
	return len(fields) > 0
}
