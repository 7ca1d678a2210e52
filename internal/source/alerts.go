package source

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/promql"
	"github.com/redislint/redislint/internal/topology"
)

const (
	// maxExpressions bounds the expressions that are read of one set, in bytes.
	maxExpressions = 512 << 10
	// maxAlerts is how many alerts are described for one Redis.
	maxAlerts = 100
)

// alert is an alerting rule about Redis.
type alert struct {
	topology.Alert
	expression *promql.Expression // nil when it was not read
}

// describeAlerts fills in the alerts of each Redis. That there are none is told
// where something in the input collects the metrics: there the alerts belong.
func (k *upkeep) describeAlerts() {
	all, unsure := k.alerts()
	for i, r := range k.redis {
		for _, unit := range r.units {
			for _, a := range all[unit] {
				k.watch(i, a)
			}
		}
		switch {
		case len(r.Alerts) > 0:
			markEarliest(r.Alerts)
		case r.told && r.release == nil && r.watched && !unsure.near(r):
			r.Alerts = []topology.Alert{}
		}
	}
	k.markFirst()
}

// watch adds an alert to those of a Redis, unless its labels keep it away.
func (k *upkeep) watch(i int, a alert) {
	r := k.redis[i]
	covers := k.covers(i, a)
	if len(r.Alerts) >= maxAlerts || topology.Is(covers, false) {
		return
	}
	a.Covers = covers
	if a.Threshold != nil {
		threshold := *a.Threshold
		a.Threshold = &threshold
	}
	r.Alerts = append(r.Alerts, a.Alert)
	r.Objects = append(r.Objects, a.Origin.Object)
}

// markFirst marks every alert at the first Redis, in the order in which they
// are shown, that it may watch.
func (k *upkeep) markFirst() {
	order := slices.SortedStableFunc(slices.Values(k.redis), func(a, b attended) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	type place struct {
		object *manifest.Object
		path   string
	}
	seen := map[place]bool{}
	for _, r := range order {
		for i := range r.Alerts {
			a := &r.Alerts[i]
			key := place{a.Origin.Object, a.Origin.Path.Pointer()}
			a.First = !seen[key]
			seen[key] = true
		}
	}
}

// markEarliest marks the alerts that fire first on their subjects. One that was
// not read may be earlier than any.
func markEarliest(alerts []topology.Alert) {
	first := map[string]*topology.Threshold{}
	for _, a := range alerts {
		t := a.Threshold
		switch {
		case a.Metrics == nil:
			return
		case t == nil:
			continue
		}
		best := first[t.Subject]
		if best == nil || t.Subject == "hits" && t.Amount > best.Amount || t.Subject != "hits" && t.Amount < best.Amount {
			first[t.Subject] = t
		}
	}
	for _, t := range first {
		t.Earliest = true
	}
}

// alerts reads the PrometheusRules of the set, by their unit, and tells where
// there may be alerts that are written in another way.
func (k *upkeep) alerts() (map[string][]alert, strays) {
	all, unsure := map[string][]alert{}, strays{}
	recorded := map[string]bool{}
	var rules []*manifest.Object
	for _, o := range k.x.objects {
		unit := k.x.units.unit(o.File)
		switch {
		case o.Kind == "PrometheusRule" && o.Group() == "monitoring.coreos.com":
			rules = append(rules, o)
			for _, group := range o.Root.Get("spec", "groups").Items() {
				for _, rule := range group.Get("rules").Items() {
					recorded[rule.Get("record").Text()] = true
				}
			}
		case o.Kind == "VMRule", o.Kind == "GrafanaAlertRuleGroup":
			unsure[unit] = true
		case o.Kind == "ConfigMap" && holdsAlerts(o):
			unsure[unit] = true
		}
	}
	budget := maxExpressions
	for _, o := range rules {
		unit := k.x.units.unit(o.File)
		found := readAlerts(o, &budget)
		k.nameMetrics(found, recorded)
		all[unit] = append(all[unit], found...)
		if len(found) == 0 && o.Root.Get("spec", "groups").Kind() != manifest.Seq {
			unsure[unit] = true // a template makes them
		}
	}
	return all, unsure
}

// holdsAlerts reports whether a ConfigMap holds a file of Prometheus' rules.
func holdsAlerts(o *manifest.Object) bool {
	for _, value := range o.Root.Get("data").Fields() {
		if text := value.Text(); strings.Contains(text, "alert:") && strings.Contains(text, promql.Prefix) {
			return true
		}
	}
	return false
}

// readAlerts reads the alerting rules of a PrometheusRule that are about Redis.
func readAlerts(o *manifest.Object, budget *int) []alert {
	var found []alert
	for i, group := range o.Root.Get("spec", "groups").Items() {
		for j, rule := range group.Get("rules").Items() {
			text := rule.Get("expr").Text()
			if rule.Get("alert").Text() == "" || !hasSign(text) {
				continue
			}
			at := topology.Origin{Object: o, Path: manifest.Path{"spec", "groups", strconv.Itoa(i), "rules", strconv.Itoa(j)}}
			a := alert{Alert: topology.Alert{Origin: at, Name: rule.Get("alert").Text(), Group: group.Get("name").Text()}}
			if *budget -= len(text); *budget >= 0 {
				a.read(text)
			}
			found = append(found, a)
		}
	}
	return found
}

// nameMetrics decides which of the metrics that alerts of one PrometheusRule
// name an exporter has. Another program may have one of them, unless
// redis_exporter is in the input, or has another metric of the same rules.
func (k *upkeep) nameMetrics(alerts []alert, recorded map[string]bool) {
	meant := slices.ContainsFunc(k.redis, func(r attended) bool { return r.Exporter != nil && r.Exporter.Present })
	for _, a := range alerts {
		meant = meant || slices.ContainsFunc(a.Metrics, func(m topology.Metric) bool {
			exported, decided := promql.Exported(m.Name)
			return exported && decided
		})
	}
	for _, a := range alerts {
		for i := range a.Metrics {
			m := &a.Metrics[i]
			exported, decided := promql.Exported(m.Name)
			if decided && !recorded[m.Name] && (meant || promql.Mistaken(m.Name)) {
				m.Exported = topology.Known(exported, m.Origin)
			}
		}
	}
}

// read fills in what an alert's expression says.
func (a *alert) read(text string) {
	e, ok := promql.Parse(text)
	if !ok {
		return
	}
	a.expression = e
	at := a.Origin.At("expr")
	a.Metrics = []topology.Metric{}
	for _, u := range e.Uses {
		named := slices.ContainsFunc(a.Metrics, func(m topology.Metric) bool { return m.Name == u.Name })
		if strings.HasPrefix(u.Name, promql.Prefix) && !named {
			m := topology.Metric{Origin: at.Within(u.Offset, u.Length), Name: u.Name}
			if exported, decided := promql.Exported(u.Name); decided && !exported {
				m.Nearest = promql.Nearest(u.Name)
			}
			a.Metrics = append(a.Metrics, m)
		}
	}
	if e.Unlimited != "" {
		a.Unlimited = topology.Known(string(e.Unlimited), at)
	}
	if t := e.Threshold; t != nil {
		a.Threshold = &topology.Threshold{Origin: at, Subject: t.Subject, Amount: t.Amount}
	}
}

// covers tells whether the labels that an alert asks for are those of a Redis.
func (k *upkeep) covers(i int, a alert) topology.Field[bool] {
	if a.expression == nil {
		return topology.Unknown[bool](a.Origin)
	}
	sure := true
	for _, u := range a.expression.Uses {
		for _, l := range u.Labels {
			admits, known := k.admits(i, l)
			if known && !admits {
				return topology.Known(false, a.Origin)
			}
			sure = sure && known
		}
	}
	if !sure {
		return topology.Unknown[bool](a.Origin)
	}
	return topology.Known(true, a.Origin)
}

// admits tells whether a condition on a label holds for a Redis, where the
// label is one that Prometheus' operator takes from the objects: the namespace,
// and the Service that is scraped, after which the job is named too.
func (k *upkeep) admits(i int, l promql.Label) (admits, known bool) {
	r := k.redis[i]
	switch l.Name {
	case "namespace":
		return l.Admits(r.Namespace), r.Namespace != ""
	case "service", "job":
		if slices.ContainsFunc(r.services, func(s *manifest.Object) bool { return l.Admits(s.Name) }) {
			return true, true
		}
		return false, len(k.named[l.Equals()]) > 0
	default:
		return false, false
	}
}
