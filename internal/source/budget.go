package source

import (
	"math"
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// budget is a PodDisruptionBudget that selects all Pods of some workloads.
type budget struct {
	topology.DisruptionBudget
	selects []pods
}

// selection is what an object of the input selects of one Redis.
type selection struct {
	nodes []int64 // indices of nodes
	pods  []pods
}

// describeBudgets adds the budgets of the input, then those that operators
// make, and tells of each workload whether one selects its Pods. all are the
// Pods of the nodes, then of the Sentinels.
func (x *index) describeBudgets(r *topology.Redis, objects []*manifest.Object, selected map[*manifest.Object]*selection, made []budget, all []pods) {
	covered := map[podsKey]bool{}
	r.DisruptionBudgets = []topology.DisruptionBudget{}
	for _, o := range objects {
		s := selected[o]
		at := topology.Origin{Object: o, Path: manifest.Path{"spec"}}
		b := topology.DisruptionBudget{Origin: at, Object: objectOf(o), Nodes: s.nodes, Pods: x.selectedPods(o, s.pods)}
		if n := o.Root.Get("spec", "minAvailable"); isWritten(n) {
			b.MinAvailable = topology.Known(n.Text(), at.At("minAvailable"))
		}
		if n := o.Root.Get("spec", "maxUnavailable"); isWritten(n) {
			b.MaxUnavailable = topology.Known(n.Text(), at.At("maxUnavailable"))
		}
		b.Allowed = allowed(b)
		r.DisruptionBudgets = append(r.DisruptionBudgets, b)
		for _, p := range s.pods {
			covered[p.key()] = true
		}
	}
	for _, b := range made {
		for i, p := range all {
			for _, own := range b.selects {
				if own.key() != p.key() {
					continue
				}
				covered[p.key()] = true
				if i < len(r.Nodes) {
					b.Nodes = append(b.Nodes, int64(i))
				}
			}
		}
		r.DisruptionBudgets = append(r.DisruptionBudgets, b.DisruptionBudget)
	}
	for i := range r.Nodes {
		r.Nodes[i].Budgeted = x.budgeted(all[i], covered, r.Nodes[i].Replicas)
	}
	beside := map[podsKey]bool{}
	for _, p := range all[:len(r.Nodes)] {
		beside[p.key()] = true
	}
	for i := range r.Sentinels {
		s := &r.Sentinels[i]
		if p := all[len(r.Nodes)+i]; !beside[p.key()] {
			s.Budgeted = x.budgeted(p, covered, s.Replicas)
		} else {
			s.Spread = nil
		}
	}
}

// budgeted tells whether a budget selects the Pods. Where some budgets cannot
// be seen, it is not told that none does.
func (x *index) budgeted(p pods, covered map[podsKey]bool, replicas topology.Field[int64]) topology.Field[bool] {
	if !covered[p.key()] && x.set.Lacks("policy/PodDisruptionBudget", p.object.Namespace) {
		return topology.Unknown[bool](replicas.Origin())
	}
	return topology.Known(covered[p.key()], replicas.Origin())
}

// podsKey tells the Pods of one workload from those of others. An operator's
// resource makes several.
type podsKey struct {
	object   *manifest.Object
	workload string
}

func (p pods) key() podsKey { return podsKey{p.object, p.workload} }

// selectedPods counts the Pods of the input that a budget selects: those of
// this Redis, and those of any other workload. Unknown when the number of some
// of them is, or changes, and when workloads without a sign of Redis, which
// stay dormant, may be among them.
func (x *index) selectedPods(o *manifest.Object, own []pods) topology.Field[int64] {
	at := topology.Origin{Object: o, Path: manifest.Path{"spec", "selector"}}
	if !signed(o.Root.Get("spec", "selector", "matchLabels")) || x.lacksWorkloads(o) {
		return topology.Unknown[int64](at)
	}
	sum, seen := int64(0), map[podsKey]bool{}
	add := func(p pods, replicas topology.Field[int64]) bool {
		if seen[p.key()] {
			return true
		}
		seen[p.key()] = true
		n, known := replicas.Get()
		sum += n
		return known && x.scaler(p.object) == nil && sum < math.MaxInt32
	}
	for _, p := range own {
		if !add(p, p.replicas) {
			return topology.Unknown[int64](at)
		}
	}
	for _, w := range x.workloadsSelected(o) {
		if !add(pods{object: w, workload: w.Name}, x.replicas(w)) {
			return topology.Unknown[int64](at)
		}
	}
	return topology.Known(sum, at)
}

// workloadsSelected are the workloads of the input whose Pods a budget selects.
func (x *index) workloadsSelected(budget *manifest.Object) []*manifest.Object {
	selector := budget.Root.Get("spec", "selector")
	var found []*manifest.Object
	for _, namespace := range aliases(budget.Namespace) {
		candidates := x.templates()[templateKey{namespace: namespace}]
		for label, value := range selector.Get("matchLabels").Fields() {
			if some := x.templates()[templateKey{namespace, label, value.Text()}]; len(some) < len(candidates) {
				candidates = some
			}
		}
		for _, o := range candidates {
			if !x.units.apart(o, budget) && !x.owned(o) && matches(selector, labelsOf(templateLabels(o))) {
				found = append(found, o)
			}
		}
	}
	return found
}

// templateKey is one label of the Pods of a namespace; without a label all of
// them.
type templateKey struct{ namespace, label, value string }

// templates are the workloads by each label of their Pods.
func (x *index) templates() map[templateKey][]*manifest.Object {
	if x.byLabel != nil {
		return x.byLabel
	}
	x.byLabel = map[templateKey][]*manifest.Object{}
	for _, o := range x.objects {
		labels := templateLabels(o)
		if labels == nil {
			continue
		}
		key := templateKey{namespace: o.Namespace}
		x.byLabel[key] = append(x.byLabel[key], o)
		for label, value := range labels.Fields() {
			key.label, key.value = label, value.Text()
			x.byLabel[key] = append(x.byLabel[key], o)
		}
	}
	return x.byLabel
}

// templateLabels are the labels of the Pods that a workload makes, nil for
// what makes none that lasts.
func templateLabels(o *manifest.Object) *manifest.Node {
	switch o.Kind {
	case "StatefulSet", "Deployment", "ReplicaSet", "ReplicationController", "DeploymentConfig", "DaemonSet":
		return o.Root.Get("spec", "template", "metadata", "labels")
	case "Pod":
		return o.Root.Get("metadata", "labels")
	default:
		return nil
	}
}

// allowed is how many Pods may go while all run, as the disruption controller
// counts it: shares are rounded up. Of no Pods nothing is said.
func allowed(b topology.DisruptionBudget) topology.Field[int64] {
	total, known := b.Pods.Get()
	if text, set := b.MaxUnavailable.Get(); set {
		n, ok := share(text, b.Pods)
		if ok && !topology.Is(b.Pods, 0) {
			return topology.Known(n, b.MaxUnavailable.Origin())
		}
		return topology.Unknown[int64](b.MaxUnavailable.Origin())
	}
	text, _ := b.MinAvailable.Get()
	switch n, ok := share(text, b.Pods); {
	case text == "100%" && !topology.Is(b.Pods, 0):
		return topology.Known(int64(0), b.MinAvailable.Origin())
	case ok && known && total > 0:
		return topology.Known(max(total-n, 0), b.MinAvailable.Origin())
	default:
		return topology.Unknown[int64](b.MinAvailable.Origin())
	}
}

// share reads "2" or "50%" of a number.
func share(text string, of topology.Field[int64]) (int64, bool) {
	number, isShare := strings.CutSuffix(text, "%")
	n, err := strconv.ParseInt(number, 10, 32)
	if err != nil || n < 0 {
		return 0, false
	}
	if !isShare || n == 0 {
		return n, true
	}
	total, known := of.Get()
	return (n*total + 99) / 100, known
}
