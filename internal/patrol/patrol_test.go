package patrol

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/redislint/redislint/internal/admission"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
)

// found is a finding of a rule in an object, "high" being of severity error, and so on.
func found(t testing.TB, rule string, severity rules.Severity, namespace, name string) rules.Finding {
	t.Helper()
	text := fmt.Sprintf("{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: %q, namespace: %q}}", name, namespace)
	o, err := manifest.DecodeOne("cluster", []byte(text), manifest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return rules.Finding{
		Rule: &rules.Rule{ID: rule, Category: "memory", Remediation: "lower maxmemory"}, Severity: severity, Message: "maxmemory 1gb is 100 % of the limit", Redis: namespace + "/" + name,
		Place: rules.Place{Object: o, Path: manifest.Path{"spec", "replicas"}}, Fingerprint: rule + "-" + namespace + "-" + name,
	}
}

func waived(f rules.Finding) rules.Finding {
	f.Suppressed = &rules.Suppression{Reason: "measured", Until: "2027-01-31"}
	return f
}

// inNamespace is what stands in a namespace.
func inNamespace(name string, findings ...rules.Finding) admission.Standing {
	return admission.Standing{Namespace: name, Redis: 1, Findings: findings}
}

// rounds is a cluster that is as told, round for round; the last goes on.
type rounds struct {
	all    [][]admission.Standing
	unread []admission.Unread
	err    error // of Unread
	survey func(round int) error
	round  int
}

func (r *rounds) Unread() ([]admission.Unread, error) { return r.unread, r.err }

func (r *rounds) Survey(_ context.Context, _ []admission.Unread, tell func(admission.Standing)) error {
	r.round++
	if r.survey != nil {
		if err := r.survey(r.round); err != nil {
			return err
		}
	}
	for _, s := range r.all[min(r.round, len(r.all))-1] {
		tell(s)
	}
	return nil
}

// told is a Teller that writes down how it is called.
type told struct{ calls []string }

func (t *told) Begin(context.Context, []admission.Unread) { t.calls = append(t.calls, "begin") }
func (t *told) Tell(_ context.Context, s admission.Standing) {
	t.calls = append(t.calls, fmt.Sprint(s.Namespace, " ", len(s.Findings)))
}
func (t *told) End(context.Context) { t.calls = append(t.calls, "end") }
func (t *told) Forget()             { t.calls = append(t.calls, "forget") }

// patrolled runs so many rounds, and returns the metrics before the patrol forgets and what was logged.
func patrolled(t *testing.T, c Cluster, times int, tellers ...Teller) (metrics []string, log string) {
	t.Helper()
	var text bytes.Buffer
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	m := NewMetrics()
	p := &Patrol{Cluster: c, Tellers: tellers, Interval: time.Hour, Metrics: m, Log: slog.New(slog.NewTextHandler(&text, nil))}
	done := 0
	p.After = func(d time.Duration) <-chan time.Time {
		if d != look {
			if d < 54*time.Minute || d > 66*time.Minute {
				t.Errorf("the next round comes after %s", d)
			}
			if done++; done == times {
				metrics = gathered(t, m)
				cancel()
			}
		}
		now := make(chan time.Time, 1)
		now <- time.Time{}
		return now
	}
	if err := p.Run(ctx); err != nil {
		t.Fatal(err)
	}
	return metrics, text.String()
}

// gathered are the series of metrics but for times, sorted.
func gathered(t testing.TB, m *Metrics) []string {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(m); err != nil {
		t.Fatal(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, family := range families {
		name := strings.TrimPrefix(family.GetName(), "redislint_audit_")
		if strings.HasPrefix(name, "last_") {
			continue
		}
		for _, metric := range family.GetMetric() {
			var labels []string
			for _, label := range metric.GetLabel() {
				labels = append(labels, label.GetValue())
			}
			value := metric.GetGauge().GetValue() + metric.GetCounter().GetValue()
			if value != 0 {
				all = append(all, fmt.Sprint(name, labels, " ", value))
			}
		}
	}
	slices.Sort(all)
	return all
}

func TestRounds(t *testing.T) {
	t.Parallel()
	high := func(namespace string) rules.Finding {
		return found(t, "maxmemory-too-high", rules.Error, namespace, "redis")
	}
	shop, store := inNamespace("shop", high("shop")), inNamespace("store", high("store"), waived(found(t, "tls-disabled", rules.Warning, "store", "redis")))
	broken := admission.Standing{Namespace: "shop", Err: errors.New("oops")}
	never, stale := []admission.Unread{{Kind: "/Service"}}, []admission.Unread{{Kind: "apps/StatefulSet", Stale: true}}
	for name, c := range map[string]struct {
		cluster rounds
		times   int
		metrics []string
		says    string
	}{
		"what stands is counted": {
			rounds{all: [][]admission.Standing{{shop, store}}},
			1,
			[]string{"findings[shop maxmemory-too-high error] 1", "findings[store maxmemory-too-high error] 1", "redis[] 2", "rounds_total[whole] 1", "waived[tls-disabled] 1"},
			"result=whole namespaces=2 redis=2 findings=2 waived=1",
		},
		"what is gone leaves no series": {
			rounds{all: [][]admission.Standing{{shop, store}, {shop}}},
			2,
			[]string{"findings[shop maxmemory-too-high error] 1", "redis[] 1", "rounds_total[whole] 2"},
			"namespaces=1",
		},
		"what was never read is told, and what stands is": {
			rounds{all: [][]admission.Standing{{shop}}, unread: never},
			1,
			[]string{"findings[shop maxmemory-too-high error] 1", "redis[] 1", "rounds_total[partial] 1", "unread[Service] 1"},
			"level=WARN msg=audited result=partial",
		},
		"what is kept up to date no more is told": {
			rounds{all: [][]admission.Standing{{shop, store}, {shop}}, unread: stale},
			2,
			[]string{"findings[shop maxmemory-too-high error] 1", "redis[] 1", "rounds_total[partial] 2", "unread[apps/StatefulSet] 1"},
			"unread=[apps/StatefulSet]",
		},
		"what nobody sees is not gone": {
			rounds{all: [][]admission.Standing{{shop, store}, {inNamespace("shop"), inNamespace("store")}}, unread: never},
			2,
			[]string{"findings[shop maxmemory-too-high error] 1", "findings[store maxmemory-too-high error] 1", "redis[] 2", "rounds_total[partial] 2", "unread[Service] 1"},
			"result=partial",
		},
		"a namespace without a verdict keeps its findings": {
			rounds{all: [][]admission.Standing{{shop, store}, {broken}}},
			2,
			[]string{"faulty_namespaces[] 1", "findings[shop maxmemory-too-high error] 1", "rounds_total[partial] 1", "rounds_total[whole] 1"},
			"level=ERROR msg=audit namespace=shop error=oops",
		},
		"a survey that fails changes nothing": {
			rounds{all: [][]admission.Standing{{shop}}, survey: failing(errors.New("oops"))},
			2,
			[]string{"findings[shop maxmemory-too-high error] 1", "redis[] 1", "rounds_total[failed] 1", "rounds_total[whole] 1"},
			"level=ERROR msg=audit error=oops",
		},
		"a panic is one round's": {
			rounds{all: [][]admission.Standing{{shop}}, survey: failing(nil)},
			3,
			[]string{"findings[shop maxmemory-too-high error] 1", "redis[] 1", "rounds_total[failed] 1", "rounds_total[whole] 2"},
			"panic: oops",
		},
		"a cluster of which nothing is known is not judged": {
			rounds{err: errors.New("not watched yet")}, 2, []string{"rounds_total[failed] 2"}, "not watched yet",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			metrics, log := patrolled(t, &c.cluster, c.times)
			if diff := cmp.Diff(c.metrics, metrics); diff != "" {
				t.Error(diff)
			}
			if !strings.Contains(log, c.says) {
				t.Errorf("the log does not say %q:\n%s", c.says, log)
			}
		})
	}
}

// failing is a survey that fails in the second round, and panics where the error is nil.
func failing(err error) func(round int) error {
	return func(round int) error {
		if round == 2 && err == nil {
			panic("oops")
		}
		if round == 2 {
			return err
		}
		return nil
	}
}

func TestTellersAreToldInOrder(t *testing.T) {
	t.Parallel()
	r := &told{}
	patrolled(t, &rounds{all: [][]admission.Standing{{inNamespace("shop"), inNamespace("")}}}, 2, r)
	want := []string{"begin", "shop 0", " 0", "end", "begin", "shop 0", " 0", "end", "forget"}
	if diff := cmp.Diff(want, r.calls); diff != "" {
		t.Error(diff)
	}
}

// Whoever leads no more tells nothing, in the middle of a round too, and shows no findings.
func TestThePatrolEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	r, m := &told{}, NewMetrics()
	c := &rounds{all: [][]admission.Standing{{inNamespace("shop", found(t, "tls-disabled", rules.Warning, "shop", "redis"))}}}
	ready := make(chan time.Time)
	close(ready)
	c.survey = func(round int) error {
		if round == 2 {
			cancel()
		}
		return nil
	}
	p := &Patrol{Cluster: c, Tellers: []Teller{r}, Interval: time.Hour, Metrics: m, Log: slog.New(slog.DiscardHandler), After: func(time.Duration) <-chan time.Time { return ready }}
	if err := p.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"begin", "shop 1", "end", "begin", "shop 1", "forget"}, r.calls); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"rounds_total[whole] 1"}, gathered(t, m)); diff != "" {
		t.Error(diff)
	}
}

// However many namespaces and rules there are, there are not many series, and their sum is right.
func TestSeriesAreBounded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ namespaces, rules, most int }{
		"many namespaces": {3 * MaxNamespaces, 2, 2*MaxNamespaces + 2},
		"many rules":      {MaxNamespaces, 100, MaxSeries + 100},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := NewMetrics()
			m.Begin(t.Context(), nil)
			for i := range c.namespaces {
				var findings []rules.Finding
				for j := range c.rules {
					findings = append(findings, rules.Finding{Rule: &rules.Rule{ID: fmt.Sprint("rule-", j)}, Severity: rules.Warning})
				}
				m.Tell(t.Context(), inNamespace(fmt.Sprintf("team-%04d", i), findings...))
			}
			m.End(t.Context())
			m.ended("whole", time.Second)
			sum := 0
			for _, n := range m.state.findings {
				sum += n
			}
			if series := len(m.state.findings); series > c.most || sum != c.namespaces*c.rules {
				t.Errorf("%d series of %d findings, want at most %d of %d", series, sum, c.most, c.namespaces*c.rules)
			}
			if m.state.findings[series{Other, "rule-0", "warning"}] == 0 || m.state.findings[series{"team-0000", "rule-0", "warning"}] == 0 {
				t.Error("the first namespace, or the rest, is not counted")
			}
		})
	}
}
