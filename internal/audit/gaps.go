package audit

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// gaps are the lists that are not whole, those with the same reason together.
type gaps []gap

// gap is why some resources could not be listed.
type gap struct {
	where     string // a namespace, or the cluster
	reason    string
	resources []string
}

func (all *gaps) add(l *listing) {
	where := "cluster"
	if l.namespace != "" {
		where = "namespace " + l.namespace
	}
	name := l.resource.String()
	if l.name == "" {
		name = strings.TrimPrefix(l.kind, "/")
	}
	reason := reasonOf(l)
	for i := range *all {
		if g := &(*all)[i]; g.where == where && g.reason == reason {
			g.resources = append(g.resources, name)
			return
		}
	}
	*all = append(*all, gap{where, reason, []string{name}})
}

// reasonOf says what happened to a list, "" where it is not allowed.
func reasonOf(l *listing) string {
	switch {
	case IsStatus(l.err, http.StatusForbidden):
		return ""
	case l.read > 0:
		return fmt.Sprintf("after %d objects: %v", l.read, l.err)
	default:
		return l.err.Error()
	}
}

func (g gap) text() string {
	slices.Sort(g.resources)
	list := strings.Join(g.resources, ", ")
	if g.reason == "" {
		return fmt.Sprintf("not allowed to list %s; what depends on them stays unknown", list)
	}
	return fmt.Sprintf("cannot list %s: %s; what depends on them stays unknown", list, g.reason)
}
