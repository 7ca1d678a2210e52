package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	openreports "github.com/openreports/reports-api/apis/openreports.io/v1alpha1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/redislint/redislint/internal/admission"
)

// many is how many Redis one namespace holds.
const many = 12

// background is a cluster whose webhook audits what is there.
type background struct{ *cluster }

// auditor starts a replica that audits every second, and gives it what a short end takes.
func (c background) auditor(t *testing.T) *replica {
	t.Helper()
	r, err := c.startReplica("--self-signed-certs", "--audit-interval=1s", "--audit-events", "--audit-reports", "--drain-lag=0s", "--drain-tail=0s")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.kill)
	return r
}

// audits waits for so many more audits of a replica.
func (r *replica) audits(t *testing.T, more float64, result string) {
	t.Helper()
	var before float64
	eventually(t, 30*time.Second, "metrics", func() (err error) {
		before, err = r.metric(t.Context(), "redislint_audit_rounds_total")
		return err
	})
	eventually(t, 3*time.Minute, "audits", func() error {
		now, err := r.metric(t.Context(), "redislint_audit_rounds_total")
		if err == nil && now < before+more {
			err = fmt.Errorf("%v audits after %v\n%s", now, before, r.output())
		}
		return err
	})
	if n, err := r.metric(t.Context(), "redislint_audit_rounds_total", `result="`+result+`"`); err != nil || n == 0 {
		t.Fatalf("no audit was %s: %v\n%s", result, err, r.output())
	}
}

// standing are the findings that a replica's metrics have: "namespace rule severity" and how many.
func (r *replica) standing(t *testing.T) map[string]int {
	t.Helper()
	text, _, err := r.get(t.Context(), r.metrics, "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	series := regexp.MustCompile(`(?m)^redislint_audit_findings\{redis_namespace="(.*)",rule="(.*)",severity="(.*)"\} (\d+)$`)
	for _, m := range series.FindAllStringSubmatch(text, -1) {
		if found[strings.Join(m[1:4], " ")], err = strconv.Atoi(m[4]); err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// report is the webhook's in a namespace.
func (c background) report(namespace string) (r openreports.Report, err error) {
	o, err := c.dynamic.Resource(openreports.SchemeGroupVersion.WithResource("reports")).Namespace(namespace).Get(context.Background(), "redislint", metav1.GetOptions{})
	if err == nil {
		err = runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &r)
	}
	return r, err
}

func (c background) eventsIn(t *testing.T, namespace string) map[string]eventsv1.Event {
	t.Helper()
	list, err := c.typed.EventsV1().Events(namespace).List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]eventsv1.Event{}
	for _, e := range list.Items {
		all[e.Name] = e
	}
	return all
}

// crd is the file with the kind Report, in the module that has the type.
func crd(t *testing.T) string {
	t.Helper()
	folder, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f={{.Dir}}", "github.com/openreports/reports-api").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(strings.TrimSpace(string(folder)), "config/crd/openreports.io_reports.yaml")
}

func TestBackgroundAudit(t *testing.T) {
	t.Parallel()
	inner, err := newCluster()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(inner.end)
	c := background{inner}
	components := "../../deploy/components/"
	if err := c.prepared(); err != nil {
		t.Fatal(err)
	}
	if err := c.createFiles([]string{components + "audit/rbac.yaml", components + "audit-events/rbac.yaml"}); err != nil {
		t.Fatal(err)
	}
	shop, store, off := c.namespace(t, nil), c.namespace(t, nil), c.namespace(t, map[string]string{"redislint.dev/mode": "off"})
	for namespace, n := range map[string]int{shop: many, store: 1, off: 1} {
		c.fill(t, namespace, inUse, n)
	}
	first := c.auditor(t)
	first.audits(t, 2, "whole")

	// The metrics are what redislint audit finds, but for the namespace that is not to be judged.
	want := map[string]int{}
	for _, f := range c.redislint(t, "", "audit", "-A", "-o", "json").report(t).Findings {
		if namespace, _, _ := strings.Cut(strings.Fields(f.File)[1], "/"); namespace != off {
			want[namespace+" "+f.Rule+" "+f.Severity]++
		}
	}
	if diff := cmp.Diff(want, first.standing(t)); diff != "" || want[shop+" maxmemory-too-high error"] != many || want[shop+" disruption-budget-missing info"] == 0 {
		t.Errorf("findings (-redislint audit +metrics):\n%s", diff)
	}
	if n, err := first.metric(t.Context(), "redislint_audit_redis"); err != nil || n != many+1 {
		t.Errorf("%v Redis, %v", n, err)
	}
	took, err := first.metric(t.Context(), "redislint_audit_last_seconds")
	t.Logf("%d Redis, with writes: %.0f ms, %d MiB resident, %v", many+1, took*1000, first.resident(t)>>20, err)

	// A cluster without Reports is told of, and audited.
	c.served(t, first, 0, "the cluster has no reports.openreports.io")
	if err := c.createFiles([]string{crd(t)}); err != nil {
		t.Fatal(err)
	}
	c.served(t, first, 0, "is forbidden")
	if err := c.createFiles([]string{components + "audit-reports/rbac.yaml"}); err != nil {
		t.Fatal(err)
	}
	c.served(t, first, 1, "")
	c.tellsEvents(t, first, shop)
	c.keepsReports(t, first, shop, store, off)
	c.oneAudits(t, first, shop)
}

// served waits until the metric and the log say whether Reports can be kept.
func (c background) served(t *testing.T, r *replica, want float64, says string) {
	t.Helper()
	eventually(t, time.Minute, "Reports served", func() error {
		served, err := r.metric(t.Context(), "redislint_audit_reports_served")
		if err == nil && (served != want || !strings.Contains(r.output(), says)) {
			err = fmt.Errorf("%v, want %v and %q\n%s", served, want, says, r.output())
		}
		return err
	})
}

// tellsEvents checks that each finding has one Event, and that they come slowly.
func (c background) tellsEvents(t *testing.T, r *replica, namespace string) {
	t.Helper()
	text, err := json.Marshal(c.eventsIn(t, namespace))
	if err != nil || !strings.Contains(string(text), "MaxmemoryTooHigh") {
		t.Fatalf("no Event of maxmemory-too-high, %v\n%s", err, r.output())
	}
	redis, err := c.typed.AppsV1().StatefulSets(namespace).Get(t.Context(), "redis-0", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, time.Minute, "an Event", func() error {
		for _, e := range c.eventsIn(t, namespace) {
			if e.Regarding.Name == "redis-0" && e.Regarding.Kind == "StatefulSet" && e.Regarding.UID == redis.UID && e.Type == "Warning" && e.Note != "" {
				return nil
			}
		}
		return fmt.Errorf("none about redis-0\n%s", r.output())
	})
	rounds, err := r.metric(t.Context(), "redislint_audit_rounds_total")
	if err != nil {
		t.Fatal(err)
	}
	if sent, err := r.metric(t.Context(), "redislint_audit_events_total", `result="sent"`); err != nil || sent > 50*(rounds+1) || sent == 0 {
		t.Errorf("%v Events in %v audits, %v", sent, rounds, err)
	}
	for name, e := range c.eventsIn(t, namespace) {
		if e.DeprecatedCount > 0 || e.Series != nil {
			t.Errorf("%s came again", name)
		}
	}
}

// keepsReports checks that Reports say what is found, are left alone until that changes, and go with it.
func (c background) keepsReports(t *testing.T, r *replica, shop, store, off string) {
	t.Helper()
	others := one(t, store, `{"apiVersion": "openreports.io/v1alpha1", "kind": "Report", "metadata": {"name": "kyverno"}, "source": "kyverno"}`)
	reports := c.dynamic.Resource(openreports.SchemeGroupVersion.WithResource("reports"))
	if _, err := reports.Namespace(store).Create(t.Context(), others, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	r.audits(t, 2, "whole")
	inShop, err := c.report(shop)
	if err != nil {
		t.Fatalf("%v\n%s", err, r.output())
	}
	sum := inShop.Summary
	if left, _ := strconv.Atoi(inShop.Annotations["redislint.dev/left-out"]); left+len(inShop.Results) != sum.Fail+sum.Warn || len(inShop.Results) > 500 || sum.Fail < many {
		t.Errorf("%d results and %d left out, summary %+v", len(inShop.Results), left, sum)
	}
	inStore, err := c.report(store)
	if err != nil {
		t.Fatal(err)
	}
	redis, err := c.typed.AppsV1().StatefulSets(store).Get(t.Context(), "redis-0", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	about := slices.IndexFunc(inStore.Results, func(r openreports.ReportResult) bool { return r.Policy == "maxmemory-too-high" })
	if about < 0 || inStore.Results[about].Result != "fail" || inStore.Results[about].Subjects[0].UID != redis.UID || inStore.Results[about].Timestamp.Seconds == 0 {
		t.Errorf("maxmemory-too-high at %d of %+v", about, inStore.Results)
	}
	if _, err := c.report(off); err == nil {
		t.Error("a namespace that is not to be judged has a Report")
	}

	r.audits(t, 2, "whole")
	if again, err := c.report(shop); err != nil || again.ResourceVersion != inShop.ResourceVersion {
		t.Errorf("a Report that has not changed is written: %v", err)
	}
	config := one(t, store, `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "redis-0"}}`)
	c.change(t, config, `{"data": {"redis.conf": "maxmemory 512mb\n"}}`).admitted(t)
	eventually(t, time.Minute, "a finding goes", func() error {
		now, err := c.report(store)
		if err == nil && slices.ContainsFunc(now.Results, func(r openreports.ReportResult) bool { return r.Policy == "maxmemory-too-high" }) {
			err = fmt.Errorf("it is still in the Report\n%s", r.output())
		}
		return err
	})
	if n := r.standing(t)[store+" maxmemory-too-high error"]; n > 0 {
		t.Errorf("metrics still have it")
	}
	c.remove(t, one(t, store, `{"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "redis-0"}}`)).admitted(t)
	eventually(t, time.Minute, "a Report goes", func() error {
		if _, err := c.report(store); err == nil {
			return fmt.Errorf("it is still there\n%s", r.output())
		}
		return nil
	})
	for series := range r.standing(t) {
		if strings.HasPrefix(series, store+" ") {
			t.Errorf("left over: %s", series)
		}
	}
	if left, err := reports.Namespace(store).Get(t.Context(), "kyverno", metav1.GetOptions{}); err != nil || left.GetResourceVersion() != others.GetResourceVersion() && left.GetGeneration() != 1 {
		t.Errorf("somebody else's Report: %v", err)
	}
}

// oneAudits checks that one replica audits, that another goes on where it ends, and that what that one may not see is not gone.
func (c background) oneAudits(t *testing.T, first *replica, shop string) {
	t.Helper()
	second := c.auditor(t)
	if err := second.ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	first.audits(t, 2, "whole")
	if n, err := second.metric(t.Context(), "redislint_audit_rounds_total"); err != nil || n > 0 || len(second.standing(t)) > 0 {
		t.Errorf("two replicas audit: %v, %v", n, err)
	}
	before, err := c.report(shop)
	if err != nil {
		t.Fatal(err)
	}
	first.end(syscall.SIGTERM, 30*time.Second)
	second.audits(t, 2, "whole")
	if after, err := c.report(shop); err != nil || after.ResourceVersion != before.ResourceVersion {
		t.Errorf("whoever goes on writes the same again: %v", err)
	}
	second.end(syscall.SIGTERM, 30*time.Second)

	role := &object{}
	role.SetAPIVersion("rbac.authorization.k8s.io/v1")
	role.SetKind("ClusterRole")
	role.SetName(admission.DefaultName)
	rights, err := c.typed.RbacV1().ClusterRoles().Get(t.Context(), admission.DefaultName, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i, rule := range rights.Rules {
		if slices.Contains(rule.Resources, "poddisruptionbudgets") {
			c.patch(t, role, types.JSONPatchType, fmt.Sprintf(`[{"op": "remove", "path": "/rules/%d"}]`, i), "").admitted(t)
		}
	}
	third := c.auditor(t)
	third.audits(t, 2, "partial")
	if n, err := third.metric(t.Context(), "redislint_audit_unread", `kind="policy/PodDisruptionBudget"`); err != nil || n != 1 {
		t.Errorf("unread: %v, %v", n, err)
	}
	found := third.standing(t)
	if found[shop+" maxmemory-too-high error"] != many {
		t.Errorf("what can be seen is not judged: %v", slices.Sorted(maps.Keys(found)))
	}
	for series := range found {
		if strings.Contains(series, "disruption-budget-missing") {
			t.Errorf("a budget that nobody could see is missing: %s", series)
		}
	}
	if after, err := c.report(shop); err != nil || after.ResourceVersion != before.ResourceVersion {
		t.Errorf("a Report changes by what nobody could see: %v", err)
	}
	if !strings.Contains(third.output(), "unread=[policy/PodDisruptionBudget]") {
		t.Errorf("the log does not say so:\n%s", third.output())
	}
}
