package source

import (
	"slices"

	"github.com/redislint/redislint/internal/manifest"
)

// anyValue is the value of a label that changes while a Pod runs, with its role
// say: every selector may match it. No label has it in Kubernetes.
const anyValue = "\x00"

// matches reports whether a label selector (matchLabels, matchExpressions)
// selects the labels. An empty selector selects everything; an absent one
// nothing (API conventions of metav1.LabelSelector).
func matches(selector *manifest.Node, labels map[string]string) bool {
	if selector.Kind() != manifest.Map {
		return false
	}
	if !contains(selector.Get("matchLabels"), labels) {
		return false
	}
	for _, e := range selector.Get("matchExpressions").Items() {
		value, present := labels[e.Get("key").Text()]
		listed, open := false, value == anyValue
		for _, v := range e.Get("values").Items() {
			listed = listed || v.Text() == value
		}
		switch e.Get("operator").Text() {
		case "In":
			if !present || !listed && !open {
				return false
			}
		case "NotIn":
			if present && listed {
				return false
			}
		case "Exists":
			if !present {
				return false
			}
		case "DoesNotExist":
			if present {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// contains reports whether labels has every pair of want.
func contains(want *manifest.Node, labels map[string]string) bool {
	for label, value := range want.Fields() {
		if have, ok := labels[label]; !ok || have != value.Text() && have != anyValue {
			return false
		}
	}
	return true
}

// labelsOf reads a map of strings.
func labelsOf(n *manifest.Node) map[string]string {
	labels := make(map[string]string, n.Len())
	for label, value := range n.Fields() {
		labels[label] = value.Text()
	}
	return labels
}

// inOrder sorts objects as the set has them and drops repetitions.
func (x *index) inOrder(objects []*manifest.Object) []*manifest.Object {
	if len(objects) < 2 {
		return objects
	}
	slices.SortFunc(objects, func(a, b *manifest.Object) int { return x.order[a] - x.order[b] })
	return slices.Compact(objects)
}
