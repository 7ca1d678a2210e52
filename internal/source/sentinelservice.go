package source

import (
	"slices"
	"strconv"

	"github.com/redislint/redislint/internal/manifest"
)

// lacksSentinels reports whether a Service near the object leads to Sentinels
// that are not in the input: to the Sentinels' port of Pods that nothing in the
// input makes. They may watch the object's Redis.
func (x *index) lacksSentinels(o *manifest.Object) bool {
	if x.strays == nil {
		x.strays = []*manifest.Object{}
		for _, s := range x.objects {
			if s.Kind == "Service" && s.Group() == "" && leadsToSentinels(s) && len(x.behind(s)) == 0 {
				x.strays = append(x.strays, s)
			}
		}
	}
	return slices.ContainsFunc(x.strays, func(s *manifest.Object) bool {
		return slices.Contains(aliases(o.Namespace), s.Namespace) && !x.units.apart(s, o)
	})
}

func leadsToSentinels(s *manifest.Object) bool {
	port := strconv.Itoa(sentinelPort)
	for _, p := range s.Root.Get("spec", "ports").Items() {
		if p.Get("port").Text() == port || p.Get("targetPort").Text() == port {
			return true
		}
	}
	return false
}

// behind are the workloads of the input whose Pods a Service selects.
func (x *index) behind(s *manifest.Object) []*manifest.Object {
	selector := s.Root.Get("spec", "selector")
	if selector.Len() == 0 {
		return nil
	}
	var found []*manifest.Object
	for _, namespace := range aliases(s.Namespace) {
		for _, o := range x.templates()[templateKey{namespace: namespace}] {
			if !x.units.apart(o, s) && contains(selector, labelsOf(templateLabels(o))) {
				found = append(found, o)
			}
		}
	}
	return found
}
