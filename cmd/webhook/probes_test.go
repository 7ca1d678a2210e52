package main

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/redislint/redislint/internal/rules"
)

func TestReadiness(t *testing.T) {
	t.Parallel()
	well := func() error { return nil }
	good := func(detail string) func() (string, error) { return func() (string, error) { return detail, nil } }
	bad := func(why string) func() (string, error) { return func() (string, error) { return "", errors.New(why) } }
	tests := map[string]struct {
		probes probes
		status int
		text   string
	}{
		"everything is there": {
			probes{[]condition{{"caches", good("synced")}, {"certificate", good("expires at noon; and is not renewed")}}, well, well},
			200, "[+] caches: synced\n[+] certificate: expires at noon; and is not renewed\n[+] server: serving\n",
		},
		"something is missing": {
			probes{[]condition{{"caches", good("synced")}, {"certificate", bad("expired at noon")}}, well, well},
			503, "[+] caches: synced\n[-] certificate: expired at noon\n[+] server: serving\n",
		},
		"it is about to end": {
			probes{nil, func() error { return errors.New("draining") }, well},
			503, "[-] server: draining\n",
		},
		"a text that acts on terminals": {
			probes{[]condition{{"policies", bad("\x1b[2J" + strings.Repeat("x", 1000))}}, well, well},
			503, `[-] policies: \x1b[2J` + strings.Repeat("x", 500-len(`\x1b[2J`)-1) + "…\n[+] server: serving\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			recorder := httptest.NewRecorder()
			test.probes.handler().ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), "GET", "/readyz", nil))
			if recorder.Code != test.status {
				t.Errorf("status %d, want %d", recorder.Code, test.status)
			}
			if diff := cmp.Diff(test.text, recorder.Body.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAwait(t *testing.T) {
	t.Parallel()
	looks := 0
	p := &probes{conditions: []condition{{"third time", func() (string, error) {
		if looks++; looks < 3 {
			return "", errors.New("not yet")
		}
		return "", nil
	}}}}
	if err := p.await(t.Context()); err != nil || looks != 3 {
		t.Errorf("%v after %d looks", err, looks)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	looks = -1000
	if p.await(ctx) == nil {
		t.Error("awaits nothing")
	}
}

func TestAliveUntilNothingEnds(t *testing.T) {
	t.Parallel()
	l := newLimits(0, 2, 0)
	p := &probes{alive: func() error { return l.stuck(time.Now().Add(stuckAfter + time.Second)) }}
	status := func() int {
		recorder := httptest.NewRecorder()
		p.handler().ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), "GET", "/healthz", nil))
		return recorder.Code
	}
	var got []int
	got = append(got, status())
	first, _ := l.enter(t.Context())
	got = append(got, status())
	_, _ = l.enter(t.Context())
	got = append(got, status())
	if err := l.stuck(time.Now()); err != nil {
		t.Errorf("at once: %v", err)
	}
	first()
	got = append(got, status())
	if diff := cmp.Diff([]int{200, 200, 500, 200}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	m, err := newMetrics(registry)
	if err != nil {
		t.Fatal(err)
	}
	l := newLimits(0, 2, 0)
	if err := m.watchLimits(l); err != nil {
		t.Fatal(err)
	}
	rule := &rules.Rule{ID: "sentinel-too-few"}
	m.Reviewed("denied", []rules.Finding{{Rule: rule, Severity: rules.Error}, {Rule: rule, Severity: rules.Error}}, []rules.Finding{{Rule: rule, Suppressed: &rules.Suppression{Form: rules.Annotation}}}, 3, time.Millisecond)
	m.Reviewed("allowed", nil, nil, 0, time.Millisecond)
	_, _ = l.enter(t.Context())

	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			name := family.GetName()
			for _, label := range metric.GetLabel() {
				name += " " + label.GetName() + "=" + label.GetValue()
			}
			value := metric.GetCounter().GetValue() + metric.GetGauge().GetValue() + float64(metric.GetHistogram().GetSampleCount())
			if value != 0 {
				got[name] = value
			}
		}
	}
	if diff := cmp.Diff(map[string]float64{
		"redislint_reviews_total verdict=denied":                             1,
		"redislint_reviews_total verdict=allowed":                            1,
		"redislint_rule_hits_total rule=sentinel-too-few severity=error":     2,
		"redislint_waivers_used_total form=annotation rule=sentinel-too-few": 1,
		"redislint_undecided_total":                                          3,
		"redislint_review_seconds":                                           2,
		"redislint_evaluation_in_flight":                                     1,
	}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	if _, err := newMetrics(registry); err == nil {
		t.Error("registered twice")
	}
	m.close()
	again, err := newMetrics(registry)
	if err != nil {
		t.Fatal(err)
	}
	again.close()
	if families, _ := registry.Gather(); len(families) > 0 {
		t.Errorf("%d are left", len(families))
	}
}
