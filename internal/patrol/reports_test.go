package patrol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	openreports "github.com/openreports/reports-api/apis/openreports.io/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/redislint/redislint/internal/admission"
	"github.com/redislint/redislint/internal/rules"
)

// reports are those that there are, by namespace and name.
func (s *server) reports(t testing.TB) map[string]openreports.Report {
	t.Helper()
	var list openreports.ReportList
	if err := s.Client.List(t.Context(), &list); err != nil {
		t.Fatal(err)
	}
	all := map[string]openreports.Report{}
	for _, r := range list.Items {
		all[r.Namespace+"/"+r.Name] = r
	}
	return all
}

func names[V any](all map[string]V) string {
	return strings.Join(slices.Sorted(maps.Keys(all)), " ")
}

func TestReports(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	r := NewReports(s, NewMetrics(), slog.New(slog.DiscardHandler))
	now := time.Unix(1_800_000_000, 0)
	r.now = func() time.Time { return now }
	high, low := found(t, "maxmemory-too-high", rules.Error, "shop", "redis"), found(t, "tls-disabled", rules.Warning, "shop", "redis")
	shop := func(findings ...rules.Finding) admission.Standing {
		one := inNamespace("shop", append(findings, waived(found(t, "backup-missing", rules.Info, "shop", "redis")))...)
		one.Undecided = []rules.Undecided{{Rule: "own", Redis: "shop/redis", Reason: "own.rego:7: it divides by zero"}}
		return one
	}
	store := inNamespace("store", found(t, "tls-disabled", rules.Warning, "store", "redis"))

	round(t, r, nil, shop(low), store, inNamespace("well"))
	if got := names(s.reports(t)); got != "shop/redislint store/redislint" {
		t.Fatalf("Reports: %s", got)
	}
	now = now.Add(time.Hour)
	round(t, r, nil, shop(low), store)
	if s.creates != 2 || s.updates != 0 {
		t.Errorf("what has not changed is written: %d creations, %d updates", s.creates, s.updates)
	}
	round(t, r, nil, shop(low, high), store)
	if s.creates != 2 || s.updates != 1 {
		t.Errorf("what has changed: %d creations, %d updates", s.creates, s.updates)
	}

	got := s.reports(t)["shop/redislint"]
	hash := got.Annotations[contentAnnotation]
	subject := []corev1.ObjectReference{{APIVersion: "apps/v1", Kind: "StatefulSet", Namespace: "shop", Name: "redis"}}
	properties := func(fingerprint string) map[string]string {
		return map[string]string{"fingerprint": fingerprint, "fix": "lower maxmemory", "redis": "shop/redis", "field": "/spec/replicas"}
	}
	skipped := properties("backup-missing-shop-redis")
	skipped["waiver"], skipped["until"] = "measured", "2027-01-31"
	const message = "maxmemory 1gb is 100 % of the limit"
	want := openreports.Report{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "shop", Name: "redislint", ResourceVersion: got.ResourceVersion,
			Labels: map[string]string{"app.kubernetes.io/managed-by": "redislint-webhook"}, Annotations: map[string]string{"redislint.dev/content": hash},
		},
		Source: "redislint", Scope: &corev1.ObjectReference{APIVersion: "v1", Kind: "Namespace", Name: "shop"},
		Configuration: &openreports.ReportConfiguration{Limits: openreports.Limits{MaxResults: MaxResults}},
		Summary:       openreports.ReportSummary{Fail: 1, Warn: 1, Error: 1, Skip: 1},
		Results: []openreports.ReportResult{
			{Source: "redislint", Policy: "maxmemory-too-high", Category: "memory", Severity: "high", Result: "fail", Scored: true, Subjects: subject, Description: message, Properties: properties("maxmemory-too-high-shop-redis"), Timestamp: metav1.Timestamp{Seconds: 1_800_003_600}},
			{Source: "redislint", Policy: "tls-disabled", Category: "memory", Severity: "medium", Result: "warn", Scored: true, Subjects: subject, Description: message, Properties: properties("tls-disabled-shop-redis"), Timestamp: metav1.Timestamp{Seconds: 1_800_000_000}},
			{Source: "redislint", Policy: "own", Severity: "info", Result: "error", Description: "undecided: own.rego:7: it divides by zero", Properties: map[string]string{"redis": "shop/redis"}, Timestamp: metav1.Timestamp{Seconds: 1_800_000_000}},
			{Source: "redislint", Policy: "backup-missing", Category: "memory", Severity: "info", Result: "skip", Subjects: subject, Description: message, Properties: skipped, Timestamp: metav1.Timestamp{Seconds: 1_800_000_000}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" || hash == "" {
		t.Error(diff)
	}

	round(t, r, nil, store)
	if got := names(s.reports(t)); got != "store/redislint" {
		t.Errorf("once all is well: %s", got)
	}
}

// What is somebody else's stays as it is, under our name and under our label too.
func TestReportsOfOthersAreLeftAlone(t *testing.T) {
	t.Parallel()
	others := []client.Object{
		&openreports.Report{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "redislint"}, Source: "kyverno"},
		&openreports.Report{ObjectMeta: metav1.ObjectMeta{Namespace: "store", Name: "kyverno", Labels: map[string]string{managedBy: "kyverno"}}, Source: "kyverno"},
		&openreports.Report{ObjectMeta: metav1.ObjectMeta{Namespace: "store", Name: "theirs", Labels: labels()}, Source: "somebody"},
	}
	var log bytes.Buffer
	s := newServer(t, others...)
	before := s.reports(t)
	r := NewReports(s, NewMetrics(), slog.New(slog.NewTextHandler(&log, nil)))
	round(t, r, nil, inNamespace("shop", found(t, "tls-disabled", rules.Warning, "shop", "redis")))
	round(t, r, nil)
	if diff := cmp.Diff(before, s.reports(t)); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(log.String(), "somebody else's") {
		t.Errorf("the log does not say why: %s", log.String())
	}
}

// Where something could not be seen, nothing is written and nothing removed.
func TestReportsOfWhatNobodySees(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	r := NewReports(s, NewMetrics(), slog.New(slog.DiscardHandler))
	shop, store := inNamespace("shop", found(t, "tls-disabled", rules.Warning, "shop", "redis")), inNamespace("store", found(t, "tls-disabled", rules.Warning, "store", "redis"))
	round(t, r, nil, shop, store)
	before := s.reports(t)
	round(t, r, []admission.Unread{{Kind: "/Service"}}, inNamespace("shop", found(t, "maxmemory-too-high", rules.Error, "shop", "redis")))
	if diff := cmp.Diff(before, s.reports(t)); diff != "" {
		t.Errorf("a kind that was never read: %s", diff)
	}
	round(t, r, nil, admission.Standing{Namespace: "shop", Err: errors.New("oops")}, store)
	if diff := cmp.Diff(before, s.reports(t)); diff != "" {
		t.Errorf("a namespace without a verdict: %s", diff)
	}
	round(t, r, []admission.Unread{{Kind: "/Service", Stale: true}}, store)
	if got := names(s.reports(t)); got != "store/redislint" {
		t.Errorf("what was read and is stale still tells what is gone: %s", got)
	}
	// A round that ends before its time removes nothing.
	r.Begin(t.Context(), nil)
	r.Forget()
	if got := names(s.reports(t)); got != "store/redislint" {
		t.Errorf("after a round without an end: %s", got)
	}
}

func TestReportsWhereThereAreNone(t *testing.T) {
	t.Parallel()
	kind := schema.GroupKind{Group: "openreports.io", Kind: "Report"}
	resource := schema.GroupResource{Group: "openreports.io", Resource: "reports"}
	for name, c := range map[string]struct {
		err  error
		says string
	}{
		"a cluster without the kind":    {&meta.NoKindMatchError{GroupKind: kind}, "the cluster has no reports.openreports.io"},
		"a kind that was removed":       {apierrors.NewNotFound(resource, ""), "the cluster has no reports.openreports.io"},
		"an account without a right":    {apierrors.NewForbidden(resource, "", errors.New("no")), "forbidden"},
		"a server that does not answer": {errors.New("no answer within 10s"), "no answer within 10s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			s, m := newServer(t), NewMetrics()
			s.refuse = func(string, client.Object) error { return c.err }
			r := NewReports(s, m, slog.New(slog.NewTextHandler(&log, nil)))
			shop := inNamespace("shop", found(t, "tls-disabled", rules.Warning, "shop", "redis"))
			round(t, r, nil, shop)
			round(t, r, nil, shop)
			if s.lists != 2 || s.creates > 0 || strings.Count(log.String(), "\n") != 1 || !strings.Contains(log.String(), c.says) {
				t.Errorf("%d lists, %d writes, log:\n%s", s.lists, s.creates, log.String())
			}
			if m.served == nil || *m.served {
				t.Error("the metric does not say so")
			}
			s.refuse = func(string, client.Object) error { return nil }
			round(t, r, nil, shop)
			if got := names(s.reports(t)); got != "shop/redislint" || !*m.served {
				t.Errorf("once there are Reports: %q, served %t", got, *m.served)
			}
			m.Forget()
			if got := gathered(t, m); slices.Contains(got, "reports_served[] 1") {
				t.Error("whoever leads no more says that Reports are kept")
			}
		})
	}
}

func TestReportsAreBounded(t *testing.T) {
	t.Parallel()
	many := func(namespace string, n, size int) admission.Standing {
		one := inNamespace(namespace)
		for i := range n {
			f := found(t, fmt.Sprintf("rule-%d", i), rules.Warning, namespace, "redis")
			f.Message = strings.Repeat("ä<", size)
			one.Findings = append(one.Findings, f)
		}
		one.Findings = append(one.Findings, found(t, "maxmemory-too-high", rules.Error, namespace, "redis"))
		return one
	}
	for name, c := range map[string]struct {
		standing admission.Standing
		room     int
		results  int // at most, and at least half of them
	}{
		"many findings":                       {many("shop", 3*MaxResults, 1), MaxAllBytes, MaxResults},
		"long messages":                       {many("shop", MaxResults-1, 10_000), MaxAllBytes, 120},
		"no room beside others":               {many("shop", 10, 1), 0, 0},
		"what has room is there as a whole":   {many("shop", 10, 1), MaxAllBytes, 11},
		"little room is for what weighs most": {many("shop", 10, 1), 600, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := contentOf(c.standing, c.room)
			text, err := json.Marshal(got.results)
			if err != nil || len(text) > min(c.room, MaxReportBytes)+len(got.results)+10 {
				t.Errorf("%d bytes, %v", len(text), err)
			}
			if len(got.results) > c.results || len(got.results) < c.results/2 {
				t.Errorf("%d results, want %d", len(got.results), c.results)
			}
			if got.leftOut+len(got.results) != len(c.standing.Findings) || got.summary.Fail != 1 || got.summary.Warn != len(c.standing.Findings)-1 {
				t.Errorf("%d results and %d left out, summary %+v", len(got.results), got.leftOut, got.summary)
			}
			if len(got.results) > 0 && got.results[0].Policy != "maxmemory-too-high" {
				t.Errorf("%s comes before the error", got.results[0].Policy)
			}
			one := openreports.Report{}
			got.fill(&one, got.hash(), time.Now())
			if one.Annotations[leftOutAnnotation] == "" != (got.leftOut == 0) {
				t.Errorf("%d results are left out, and it says %q", got.leftOut, one.Annotations[leftOutAnnotation])
			}
		})
	}
}

func TestWritesAreBounded(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	r := NewReports(s, NewMetrics(), slog.New(slog.DiscardHandler))
	var standing []admission.Standing
	for i := range 3 * MaxWrites / 2 {
		name := fmt.Sprintf("team-%03d", i)
		standing = append(standing, inNamespace(name, found(t, "tls-disabled", rules.Warning, name, "redis")))
	}
	for i, want := range []int{MaxWrites, len(standing), len(standing)} {
		round(t, r, nil, standing...)
		if got := len(s.reports(t)); got != want {
			t.Errorf("%d Reports after round %d, want %d", got, i+1, want)
		}
	}
	for i, want := range []int{len(standing) - MaxWrites, 0} {
		round(t, r, nil)
		if got := len(s.reports(t)); got != want {
			t.Errorf("%d Reports %d rounds later, want %d", got, i+1, want)
		}
	}
	s.refuse = func(verb string, _ client.Object) error {
		if verb == "create" {
			return errors.New("too large")
		}
		return nil
	}
	s.creates = 0
	round(t, r, nil, standing...)
	if s.creates != maxFailures {
		t.Errorf("%d writes to a server that refuses them, want %d", s.creates, maxFailures)
	}
}
