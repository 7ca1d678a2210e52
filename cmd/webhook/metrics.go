package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/redislint/redislint/internal/rules"
)

// metrics are redislint's own, beside controller-runtime's. Labels take values of short, fixed lists: no names of objects.
type metrics struct {
	registry   prometheus.Registerer
	registered []prometheus.Collector

	reviews            *prometheus.CounterVec
	hits               *prometheus.CounterVec
	waivers            *prometheus.CounterVec
	undecided          prometheus.Counter
	seconds            prometheus.Histogram
	faults             *prometheus.CounterVec
	reloads            *prometheus.CounterVec
	refusedConnections prometheus.Counter
}

func newMetrics(registry prometheus.Registerer) (*metrics, error) {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "redislint", Name: name, Help: help}, labels)
	}
	m := &metrics{
		registry: registry,
		reviews:  counter("reviews_total", "Reviews that got a verdict.", "verdict"),
		hits:     counter("rule_hits_total", "Findings that a change introduced.", "rule", "severity"),
		waivers:  counter("waivers_used_total", "Findings that a waiver suppressed.", "rule", "form"),
		undecided: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: "redislint", Name: "undecided_total",
			Help: "Rules that failed on a Redis, which had no say in the verdict.",
		}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: "redislint", Name: "review_seconds", Help: "How long verdicts took.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}),
		faults:  counter("faults_total", "Requests that were answered with an HTTP error and no verdict.", "reason"),
		reloads: counter("policy_reloads_total", "Changed policies or configurations that were read.", "result"),
		refusedConnections: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: "redislint", Name: "refused_connections_total",
			Help: "Connections closed because there were too many.",
		}),
	}
	for _, reason := range []string{"deadline", "error", "gone", "malformed", "overload", "panic", "slow", "too-large"} {
		m.faults.WithLabelValues(reason) // so that a rate exists before the first
	}
	for _, result := range []string{"accepted", "refused"} {
		m.reloads.WithLabelValues(result)
	}
	return m, m.register(m.reviews, m.hits, m.waivers, m.undecided, m.seconds, m.faults, m.reloads, m.refusedConnections)
}

func (m *metrics) register(collectors ...prometheus.Collector) error {
	for _, c := range collectors {
		if err := m.registry.Register(c); err != nil {
			m.close()
			return fmt.Errorf("register metrics: %w", err)
		}
		m.registered = append(m.registered, c)
	}
	return nil
}

// gauge registers a value that is read when it is asked for.
func (m *metrics) gauge(name, help string, value func() float64) error {
	return m.register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "redislint", Name: name, Help: help}, value))
}

// close takes the metrics out of their registry.
func (m *metrics) close() {
	for _, c := range m.registered {
		m.registry.Unregister(c)
	}
	m.registered = nil
}

func (m *metrics) watchLimits(l *limits) error {
	return errors.Join(
		m.gauge("evaluation_queue_length", "Reviews that wait to be evaluated.",
			func() float64 { return float64(l.waiting.Load()) }),
		m.gauge("evaluation_in_flight", "Reviews that are being evaluated.",
			func() float64 { return float64(l.evaluating()) }),
		m.gauge("body_reserved_bytes", "Room that big bodies take.",
			func() float64 { return float64(l.reserved.Load()) }),
	)
}

// Reviewed counts a verdict.
func (m *metrics) Reviewed(verdict string, findings, waived []rules.Finding, undecided int, took time.Duration) {
	m.reviews.WithLabelValues(verdict).Inc()
	m.seconds.Observe(took.Seconds())
	m.undecided.Add(float64(undecided))
	for _, f := range findings {
		m.hits.WithLabelValues(f.Rule.ID, string(f.Severity)).Inc()
	}
	for _, f := range waived {
		m.waivers.WithLabelValues(f.Rule.ID, string(f.Suppressed.Form)).Inc()
	}
}

func (m *metrics) fault(reason string) { m.faults.WithLabelValues(reason).Inc() }

func (m *metrics) reloaded(err error) {
	if err != nil {
		m.reloads.WithLabelValues("refused").Inc()
		return
	}
	m.reloads.WithLabelValues("accepted").Inc()
}
