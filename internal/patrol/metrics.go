package patrol

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/redislint/redislint/internal/admission"
)

// Bounds of the findings' series. Beyond them namespaces are counted together, as Other, which no namespace can be called.
const (
	MaxNamespaces = 200
	MaxSeries     = 5000
	Other         = "_other"
)

// Metrics are those of a patrol. What a round found is there while this process patrols, and what is gone leaves no series.
// It is a Teller and a prometheus.Collector.
type Metrics struct {
	now func() time.Time

	mu     sync.Mutex
	state  *state // that is shown; nil before the first round, and when somebody else patrols
	next   *state // of the round under way
	served *bool  // whether Reports can be kept; nil where nobody asked for them

	rounds, events, reports *prometheus.CounterVec
}

// series is one of the findings.
type series struct{ namespace, rule, severity string }

// state is what one round found.
type state struct {
	findings         map[series]int
	waived           map[string]int // by rule
	namespaces       map[string]bool
	redis, undecided int
	unread           []admission.Unread
	faulty           int // namespaces

	ended   time.Time
	seconds float64
}

// NewMetrics returns metrics of a patrol that has not begun.
func NewMetrics() *Metrics {
	counter := func(name, help string, results ...string) *prometheus.CounterVec {
		vec := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "redislint", Subsystem: "audit", Name: name, Help: help}, []string{"result"})
		for _, result := range results {
			vec.WithLabelValues(result) // so that a rate exists before the first
		}
		return vec
	}
	return &Metrics{
		now:     time.Now,
		rounds:  counter("rounds_total", "Audits of the cluster that ended: whole, partial, where something could not be seen, or failed.", "whole", "partial", "failed"),
		events:  counter("events_total", "Events for findings that are new.", "sent", "failed"),
		reports: counter("report_writes_total", "Writes of Reports.", "written", "removed", "failed"),
	}
}

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("redislint_audit_"+name, help, labels, nil)
}

var (
	findingsDesc  = describe("findings", "Findings that stand, but for waived ones.", "redis_namespace", "rule", "severity")
	waivedDesc    = describe("waived", "Findings that stand and are waived.", "rule")
	redisDesc     = describe("redis", "Redis that were judged.")
	undecidedDesc = describe("undecided", "Rules that failed on a Redis.")
	faultyDesc    = describe("faulty_namespaces", "Namespaces without a verdict, by a fault of redislint.")
	unreadDesc    = describe("unread", "1 for a kind of which not all could be seen.", "kind")
	endedDesc     = describe("last_timestamp_seconds", "When the last audit ended.")
	secondsDesc   = describe("last_seconds", "How long the last audit took.")
	servedDesc    = describe("reports_served", "1 while Reports can be kept, 0 where the cluster does not have them or refuses.")
)

// Describe tells of all that Collect may send.
func (m *Metrics) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{findingsDesc, waivedDesc, redisDesc, undecidedDesc, faultyDesc, unreadDesc, endedDesc, secondsDesc, servedDesc} {
		to <- d
	}
	for _, vec := range []*prometheus.CounterVec{m.rounds, m.events, m.reports} {
		vec.Describe(to)
	}
}

// Collect sends what the last round found.
func (m *Metrics) Collect(to chan<- prometheus.Metric) {
	for _, vec := range []*prometheus.CounterVec{m.rounds, m.events, m.reports} {
		vec.Collect(to)
	}
	m.mu.Lock()
	s, served := m.state, m.served // neither ever changes
	m.mu.Unlock()
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	if served != nil {
		value := 0.0
		if *served {
			value = 1
		}
		gauge(servedDesc, value)
	}
	if s == nil {
		return
	}
	for of, n := range s.findings {
		gauge(findingsDesc, float64(n), of.namespace, of.rule, of.severity)
	}
	for rule, n := range s.waived {
		gauge(waivedDesc, float64(n), rule)
	}
	for _, u := range s.unread {
		gauge(unreadDesc, 1, kindName(u))
	}
	gauge(redisDesc, float64(s.redis))
	gauge(undecidedDesc, float64(s.undecided))
	gauge(faultyDesc, float64(s.faulty))
	gauge(endedDesc, float64(s.ended.UnixMilli())/1000)
	gauge(secondsDesc, s.seconds)
}

// Begin starts to count anew.
func (m *Metrics) Begin(_ context.Context, unread []admission.Unread) {
	m.next = &state{findings: map[series]int{}, waived: map[string]int{}, namespaces: map[string]bool{}, unread: unread}
}

// Tell counts what is found in a namespace.
func (m *Metrics) Tell(_ context.Context, s admission.Standing) {
	next := m.next
	next.redis += s.Redis
	next.undecided += len(s.Undecided)
	counts := map[series]int{}
	if s.Err != nil {
		next.faulty++
		counts = m.last(s.Namespace)
	}
	for _, f := range s.Findings {
		if f.Suppressed != nil {
			next.waived[f.Rule.ID]++
			continue
		}
		counts[series{s.Namespace, f.Rule.ID, string(f.Severity)}]++
	}
	if len(counts) == 0 {
		return
	}
	if len(next.namespaces) == MaxNamespaces || len(next.findings)+len(counts) > MaxSeries {
		for of, n := range counts {
			next.findings[series{Other, of.rule, of.severity}] += n
		}
		return
	}
	next.namespaces[s.Namespace] = true
	maps.Copy(next.findings, counts)
}

// last returns what was found in a namespace before.
func (m *Metrics) last(namespace string) map[series]int {
	counts := map[series]int{}
	if m.state != nil {
		for of, n := range m.state.findings {
			if of.namespace == namespace {
				counts[of] = n
			}
		}
	}
	return counts
}

// End shows what was counted. A round that could not see everything takes nothing away.
func (m *Metrics) End(context.Context) {
	if blind(m.next.unread) && m.state != nil {
		for of, n := range m.state.findings {
			if _, known := m.next.findings[of]; known || len(m.next.findings) < MaxSeries {
				m.next.findings[of] = max(n, m.next.findings[of])
			}
		}
	}
}

// Forget shows nothing any more.
func (m *Metrics) Forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state, m.next, m.served = nil, nil, nil
}

// ended shows the round that has ended.
func (m *Metrics) ended(result string, took time.Duration) {
	m.rounds.WithLabelValues(result).Inc()
	m.next.ended, m.next.seconds = m.now(), took.Seconds()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state, m.next = m.next, nil
}

func (m *Metrics) failed() { m.rounds.WithLabelValues("failed").Inc() }

func (m *Metrics) reportsServed(served bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.served = &served
}
