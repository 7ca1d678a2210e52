package source

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// index finds objects of a set by name, and objects that select Pods by the
// labels they select.
type index struct {
	set *manifest.Set
	// objects are those of the set, then those that the charts of releases make.
	objects   []*manifest.Object
	derived   []*manifest.Object
	releases  []*release
	releaseOf map[*manifest.Object]*release // of derived objects
	files     files

	order map[*manifest.Object]int
	units units
	named map[objectName][]*manifest.Object // in input order
	// selectors holds Services, PodDisruptionBudgets and NetworkPolicies by
	// kind and one label of their selector, the one whose value is the rarest;
	// those without one are under the zero label.
	selectors map[selectorKey][]*manifest.Object
	scalers   map[objectName][]*manifest.Object  // by target
	byLabel   map[templateKey][]*manifest.Object // see templates
	clients   map[hostName][]*queueClient        // see queueClients
	probes    probeMemo
	configs   fileMemo
	backends  map[string][]backend // of routes, by the name of the Service
	foreign   *bool                // see hasForeignPolicies
	strays    []*manifest.Object   // see lacksSentinels
	addresses addresses

	mu       sync.Mutex // guards problems
	problems []manifest.Error
	notices  []manifest.Notice
}

// objectName is how others refer to an object, and the unit that it is in.
type objectName struct{ unit, kind, namespace, name string }

type selectorKey struct{ unit, kind, namespace, label, value string }

func newIndex(set *manifest.Set) *index {
	x := &index{set: set, releaseOf: map[*manifest.Object]*release{}}
	x.rebuild()
	return x
}

func (x *index) rebuild() {
	x.objects = x.set.Objects
	if len(x.derived) > 0 {
		x.objects = slices.Concat(x.objects, x.derived)
	}
	x.order = make(map[*manifest.Object]int, len(x.objects))
	x.named = make(map[objectName][]*manifest.Object, len(x.objects))
	x.selectors = map[selectorKey][]*manifest.Object{}
	x.scalers = map[objectName][]*manifest.Object{}
	x.byLabel, x.clients = nil, nil
	x.units = unitsOf(x.objects)
	common := map[string]int{} // how many selectors ask for a value
	for _, o := range x.objects {
		for _, value := range selectorOf(o).Fields() {
			common[value.Text()]++
		}
	}
	for i, o := range x.objects {
		x.order[o] = i
		unit := x.units.unit(o.File)
		name := objectName{unit, o.Kind, o.Namespace, o.Name}
		x.named[name] = append(x.named[name], o)
		switch o.Kind {
		case "Service", "PodDisruptionBudget", "NetworkPolicy":
			x.addSelecting(unit, o, common)
		case "HorizontalPodAutoscaler", "ScaledObject":
			target := o.Root.Get("spec", "scaleTargetRef")
			kind := target.Get("kind").Text()
			if kind == "" {
				kind = "Deployment" // what KEDA takes it for
			}
			key := objectName{unit, kind, o.Namespace, target.Get("name").Text()}
			x.scalers[key] = append(x.scalers[key], o)
		}
	}
	for _, r := range x.releases {
		for _, o := range r.objects {
			if _, known := x.order[o]; !known { // the values that a file holds are no object of the set
				x.order[o] = len(x.order)
			}
		}
	}
}

// selectorOf is what an object selects Pods by, absent for one that does not.
func selectorOf(o *manifest.Object) *manifest.Node {
	switch o.Kind {
	case "Service":
		return o.Root.Get("spec", "selector")
	case "PodDisruptionBudget":
		return o.Root.Get("spec", "selector", "matchLabels")
	case "NetworkPolicy":
		return o.Root.Get("spec", "podSelector", "matchLabels")
	default:
		return nil
	}
}

func (x *index) addSelecting(unit string, o *manifest.Object, common map[string]int) {
	key := selectorKey{unit: unit, kind: o.Kind, namespace: o.Namespace}
	for label, value := range selectorOf(o).Fields() {
		if key.label == "" || common[value.Text()] < common[key.value] {
			key.label, key.value = label, value.Text()
		}
	}
	x.selectors[key] = append(x.selectors[key], o)
	if key.label != "" {
		key.value = anyValue
		x.selectors[key] = append(x.selectors[key], o)
	}
}

// find returns the object of the kind and name in from's namespace: of several
// (a folder for each environment, say) the one whose file is nearest to
// from's. An object that leaves its namespace to kubectl counts as being in
// the namespace of others in its file.
func (x *index) find(kind, name string, from *manifest.Object) *manifest.Object {
	if name == "" {
		return nil
	}
	var found []*manifest.Object
	for _, unit := range x.units.visible(from) {
		for _, ns := range aliases(from.Namespace) {
			found = append(found, x.named[objectName{unit, kind, ns, name}]...)
		}
	}
	if len(found) == 0 && from.Namespace != "" {
		for _, o := range x.named[objectName{x.units.unit(from.File), kind, "", name}] {
			if o.File == from.File {
				found = append(found, o)
			}
		}
	}
	return x.nearest(found, from)
}

// findClusterWide returns the object of a kind that has no namespace.
func (x *index) findClusterWide(kind, name string, from *manifest.Object) *manifest.Object {
	var found []*manifest.Object
	for _, unit := range x.units.visible(from) {
		found = append(found, x.named[objectName{unit, kind, "", name}]...)
	}
	return x.nearest(found, from)
}

// scaler returns the autoscaler that sets the replicas of a workload.
func (x *index) scaler(workload *manifest.Object) *manifest.Object {
	var found []*manifest.Object
	for _, unit := range x.units.visible(workload) {
		for _, ns := range aliases(workload.Namespace) {
			found = append(found, x.scalers[objectName{unit, workload.Kind, ns, workload.Name}]...)
		}
	}
	return x.nearest(found, workload)
}

// nearest returns the object whose file shares the most leading folders with
// from's, the first of equals, and never one of another unit. To what a chart
// makes nothing is nearer than what it makes beside.
func (x *index) nearest(objects []*manifest.Object, from *manifest.Object) *manifest.Object {
	var best *manifest.Object
	bestShared := -1
	for _, o := range objects {
		shared := sharedPath(o.File, from.File)
		if r := x.releaseOf[from]; r != nil && r == x.releaseOf[o] {
			shared = sameRelease
		}
		if shared > bestShared && !x.units.apart(o, from) {
			best, bestShared = o, shared
		}
	}
	return best
}

// What is nearer than any number of folders.
const (
	sameFile    = 1 << 16
	sameRelease = 1 << 17
)

// sharedPath counts the leading path segments that two files share.
func sharedPath(a, b string) int {
	if a == b {
		return sameFile
	}
	shared := 0
	for {
		headA, restA, okA := strings.Cut(a, "/")
		headB, restB, okB := strings.Cut(b, "/")
		if headA != headB || !okA || !okB {
			return shared
		}
		shared++
		a, b = restA, restB
	}
}

// aliases are the namespaces that mean the same one: what kubectl applies
// without a namespace lands in default unless told otherwise.
func aliases(namespace string) []string {
	switch namespace {
	case "":
		return []string{"", "default"}
	case "default":
		return []string{"default", ""}
	default:
		return []string{namespace}
	}
}

// selecting returns the objects of the kind whose selector may match the
// labels of Pods that from makes, in input order. Of objects with one name the
// nearest to from counts.
func (x *index) selecting(kind string, labels map[string]string, from *manifest.Object) []*manifest.Object {
	var found []*manifest.Object
	for _, unit := range x.units.visible(from) {
		for _, ns := range aliases(from.Namespace) {
			found = append(found, x.selectors[selectorKey{unit: unit, kind: kind, namespace: ns}]...)
			for label, value := range labels {
				found = append(found, x.selectors[selectorKey{unit, kind, ns, label, value}]...)
			}
		}
	}
	return slices.DeleteFunc(x.inOrder(found), func(o *manifest.Object) bool {
		return x.find(kind, o.Name, from) != o
	})
}

// owned reports whether a controller in the set made the object: it is part of
// what was read there, or would be if the controller could be seen.
func (x *index) owned(o *manifest.Object) bool {
	for _, owner := range o.Root.Get("metadata", "ownerReferences").Items() {
		if controller, _ := owner.Get("controller").Bool(); !controller {
			continue
		}
		group, _, _ := strings.Cut(owner.Get("apiVersion").Text(), "/")
		kind := owner.Get("kind").Text()
		if x.find(kind, owner.Get("name").Text(), o) != nil || x.set.Lacks(group+"/"+kind, o.Namespace) {
			return true
		}
	}
	return false
}

// lacksWorkloads reports whether something in the object's namespace may make
// Pods that the set does not hold.
func (x *index) lacksWorkloads(o *manifest.Object) bool {
	return len(x.set.Gaps) > 0 && slices.ContainsFunc(Kinds(), func(kind string) bool { return x.set.Lacks(kind, o.Namespace) })
}

// lacksMembers reports whether the Redis of an object may have members that the
// set does not hold, or does not show to belong to it.
func (x *index) lacksMembers(o *manifest.Object) bool {
	return x.lacksWorkloads(o) || x.set.Lacks("/Service", o.Namespace) || x.set.Lacks("/ConfigMap", o.Namespace)
}

// problem records a value that could not be read safely.
func (x *index) problem(o topology.Origin, format string, args ...any) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.problems = append(x.problems, manifest.Error{
		File:    o.Object.File,
		Line:    o.Position().Line,
		Message: fmt.Sprintf(format, args...),
	})
}
