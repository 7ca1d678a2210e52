package chart

import (
	"regexp"
	"sync"

	"github.com/redislint/redislint/internal/manifest"
)

// named matches the parts of a template that only name the release.
var named = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\{\{-? *(?:(?:template|include) "(?:common\.names|redis)\.(fullname)" [.$]|[.$]+Release\.(Name)|[.$]+Release\.(Namespace)) *-?\}\}`)
})

// resolve puts the names of the release into texts that ask for them by a template, as the charts' own examples of alerts
// do. Other templates stay as they are.
func (r *release) resolve(t manifest.Tree) manifest.Tree {
	for i := range t.Fields {
		t.Fields[i].Tree = r.resolve(t.Fields[i].Tree)
	}
	for i := range t.Items {
		t.Items[i] = r.resolve(t.Items[i])
	}
	text, ok := t.Value.(string)
	if !ok || !isTemplated(text) {
		return t
	}
	t.Value = named().ReplaceAllStringFunc(text, func(match string) string {
		switch parts := named().FindStringSubmatch(match); {
		case parts[1] != "":
			return r.fullname
		case parts[2] != "":
			return r.name
		default:
			return r.namespace
		}
	})
	return t
}
