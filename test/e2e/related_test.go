package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestClusterAndItsService(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	ns := c.namespace(t, nil)
	_, by := file(t, ns, "cluster.yaml")
	headless, ring := by["Service/redis"], by["StatefulSet/redis"]
	open := headless.DeepCopy()
	delete(open.Object["spec"].(map[string]any), "clusterIP")

	c.create(t, ring).silent(t) // before its Service, as many charts have it
	denied := refuses(t, noNames, func(dry ...string) *answer { return c.create(t, open, dry...) })
	if !strings.Contains(denied.err.Error(), "Service/redis spec.clusterIP: Service redis governs nodes of a Redis Cluster but is not headless") {
		t.Errorf("told: %v", denied.err)
	}
	c.create(t, headless).silent(t)
	warns(t, []string{"Service/redis is still used by Redis " + ns + "/redis"}, func(dry ...string) *answer { return c.remove(t, headless, dry...) })
	c.remove(t, ring).silent(t)
}

func TestConfigMapsAndLimitsAreJudgedTogether(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	ns := c.namespace(t, nil)
	all, by := file(t, ns, "sentinel.yaml")
	c.made(t, all...)
	config, redis := by["ConfigMap/redis"], by["StatefulSet/redis"]
	conf := func(maxmemory string) string {
		return fmt.Sprintf(`{"data": {"redis.conf": "maxmemory %s\nappendonly no\nsave \"\"\n"}}`, maxmemory)
	}

	refuses(t, tooHigh, func(dry ...string) *answer { return c.change(t, config, conf("1gb"), dry...) })
	c.change(t, config, conf("512mb")).silent(t)
	lower := func(dry ...string) *answer {
		o := redis.DeepCopy()
		containers := o.Object["spec"].(map[string]any)["template"].(map[string]any)["spec"].(map[string]any)["containers"].([]any)
		containers[0].(map[string]any)["resources"] = map[string]any{"requests": map[string]any{"memory": "544Mi"}, "limits": map[string]any{"memory": "544Mi"}}
		raw, err := o.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		return c.change(t, redis, string(raw), dry...)
	}
	refuses(t, tooHigh, lower)
	refuses(t, "sentinel-quorum-unreachable", func(dry ...string) *answer {
		return c.change(t, config, `{"data": {"sentinel.conf": "sentinel resolve-hostnames yes\nsentinel monitor mymaster redis-0.redis 6379 4\n"}}`, dry...)
	})
	// A ConfigMap that no Redis loads is none of our business.
	c.made(t, one(t, ns, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {app.conf: \"maxmemory 1gb\"}\n"))
}

func TestModesOfNamespaces(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	ns := c.namespace(t, map[string]string{"redislint.dev/mode": "warn"})
	redis := one(t, ns, bare)
	warns(t, []string{noMemory}, func(...string) *answer { return c.create(t, redis, metav1.DryRunAll) })

	c.mode(t, ns, `"audit"`)
	eventually(t, 15*time.Second, "only be noted", func() error {
		a := c.create(t, redis, metav1.DryRunAll)
		if a.err != nil || len(a.warnings) > 0 {
			return fmt.Errorf("warnings %q, error %w", a.warnings, a.err)
		}
		found := slices.DeleteFunc(a.findings(t), func(f noted) bool { return f.Severity == "info" })
		if len(found) != 1 || found[0].Rule != noMemory || found[0].Action != "audit" {
			return fmt.Errorf("audited: %+v", found)
		}
		return nil
	})

	c.mode(t, ns, `"off"`)
	eventually(t, 15*time.Second, "not be sent", func() error {
		a := c.create(t, redis, metav1.DryRunAll)
		if found := a.findings(t); a.err != nil || len(found) > 0 {
			return fmt.Errorf("audited: %+v, error %w", found, a.err)
		}
		return nil
	})

	c.mode(t, ns, `null`)
	refuses(t, noMemory, func(dry ...string) *answer { return c.create(t, redis, dry...) })
}

// Whoever was given the verb is not judged, and it is noted. Administrators, who may do everything, are judged like anybody else.
func TestBreakGlass(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	ns := c.namespace(t, nil)
	bind := func(role string) {
		binding := &rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: role},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
			Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: "dev"}},
		}
		if _, err := c.typed.RbacV1().RoleBindings(ns).Create(t.Context(), binding, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	apply := func() (string, bool) { return c.kubectl(t, "dev", bare, "create", "-n", ns, "-f", "-") }

	bind("admin")
	eventually(t, 15*time.Second, "be denied as anybody", func() error {
		if output, failed := apply(); !failed || !strings.Contains(output, "["+noMemory+"]") {
			return fmt.Errorf("failed %v: %s", failed, output)
		}
		return nil
	})
	bind("redislint-breakglass")
	eventually(t, 15*time.Second, "pass", func() error {
		output, failed := apply()
		if failed || !strings.Contains(output, "Warning: ") || !strings.Contains(output, "redislint did not judge this change") {
			return fmt.Errorf("failed %v: %s", failed, output)
		}
		return nil
	})
}

func TestEverythingCanBeDeletedInAnyOrder(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	reversed := func(all []*object) []*object { slices.Reverse(all); return all }
	byKind := func(all []*object) []*object {
		slices.SortFunc(all, func(a, b *object) int { return strings.Compare(a.GetKind(), b.GetKind()) })
		return all
	}
	for _, name := range []string{"sentinel.yaml", "apart.yaml", "cluster.yaml"} {
		for order, arrange := range map[string]func([]*object) []*object{
			"as written": func(all []*object) []*object { return all }, "reversed": reversed, "by kind": byKind,
		} {
			t.Run(name+" "+order, func(t *testing.T) {
				t.Parallel()
				ns := c.namespace(t, nil)
				all, _ := file(t, ns, name)
				c.made(t, all...)
				var text strings.Builder
				var want []string
				for _, o := range arrange(all) {
					raw, err := o.MarshalJSON()
					if err != nil {
						t.Fatal(err)
					}
					fmt.Fprintf(&text, "---\n%s\n", raw)
					want = append(want, strings.ToLower(o.GetKind()))
				}
				output, failed := c.kubectl(t, "admin", text.String(), "delete", "--wait=false", "-f", "-")
				if failed {
					t.Fatal(output)
				}
				var got []string
				for line := range strings.Lines(output) {
					if kind, _, ok := strings.Cut(line, "\""); ok && strings.Contains(line, "deleted") {
						got = append(got, strings.Split(strings.TrimSpace(kind), ".")[0])
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("-want +deleted:\n%s\n%s", diff, output)
				}
			})
		}
	}
}
