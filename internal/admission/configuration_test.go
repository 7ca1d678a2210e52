package admission

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/yaml"

	"github.com/redislint/redislint/internal/fixture"
	"github.com/redislint/redislint/internal/source"
)

// The chart reads the same files, and puts its values into them.
func TestDeployedConfigurationIsTheGeneratedOne(t *testing.T) {
	t.Parallel()
	policy, binding := BreakGlassAudit(ConfigurationOptions{})
	for name, content := range map[string][]byte{
		"70-validatingwebhookconfiguration.yaml": documentOf(t, Configuration(ConfigurationOptions{})),
		"80-breakglass-audit.yaml":               slices.Concat(documentOf(t, policy), []byte("---\n"), documentOf(t, binding)),
	} {
		content = append([]byte("# Written by make update from internal/admission.\n"), content...)
		fixture.Golden(t, "../../deploy/base/"+name, content)
		fixture.Golden(t, "../../deploy/chart/redislint-webhook/files/"+name[len("70-"):], content)
	}
}

// documentOf returns an object as it is written by hand: without status and empty metadata.
func documentOf(t *testing.T, object any) []byte {
	t.Helper()
	raw, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(raw, &fields); err != nil {
		t.Fatal(err)
	}
	delete(fields, "status")
	delete(fields["metadata"].(map[string]any), "creationTimestamp")
	text, err := yaml.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestEveryKindOfASourceIsRegistered(t *testing.T) {
	t.Parallel()
	written, removed := map[string]bool{}, map[string]bool{}
	for _, w := range Configuration(ConfigurationOptions{}).Webhooks {
		for _, rule := range w.Rules {
			for _, resource := range rule.Resources {
				for _, operation := range rule.Operations {
					if operation == admissionregistrationv1.Delete {
						removed[rule.APIGroups[0]+"/"+resource] = true
					} else {
						written[rule.APIGroups[0]+"/"+resource] = true
					}
				}
			}
		}
	}
	for _, kind := range source.Kinds() {
		group, name, _ := strings.Cut(kind, "/")
		if resource := group + "/" + Resource(group, name); !written[resource] && group != "extensions" {
			t.Errorf("no entry has %s, which a source claims", resource)
		} else if removed[resource] {
			t.Errorf("the removal of %s would wait for the webhook", resource)
		}
	}
	for _, kind := range source.Supporting() {
		group, name, _ := strings.Cut(kind, "/")
		if resource := group + "/" + Resource(group, name); !written[resource] || !removed[resource] {
			t.Errorf("no entry has %s, or none has its removal", resource)
		}
	}
	for _, resource := range []string{"apps/statefulsets/scale", "apps/deployments/scale"} {
		if !written[resource] {
			t.Errorf("no entry has %s", resource)
		}
	}
}

func TestResourcesAreNamedAsTheirKindsAre(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{
		"apps/StatefulSet":                            "statefulsets",
		"/Pod":                                        "pods",
		"networking.k8s.io/NetworkPolicy":             "networkpolicies",
		"policy/PodDisruptionBudget":                  "poddisruptionbudgets",
		"storage.k8s.io/StorageClass":                 "storageclasses",
		"redis.redis.opstreelabs.in/Redis":            "redis",
		"redis.redis.opstreelabs.in/RedisReplication": "redisreplications",
		"redis.redis.opstreelabs.in/RedisSentinel":    "redissentinels",
		"redis.redis.opstreelabs.in/RedisCluster":     "redisclusters",
		"databases.spotahome.com/RedisFailover":       "redisfailovers",
	} {
		group, name, _ := strings.Cut(kind, "/")
		if got := Resource(group, name); got != want {
			t.Errorf("Resource(%q, %q) = %q, want %q", group, name, got, want)
		}
	}
}

// openEntries are the entries whose requests never wait for the webhook.
var openEntries = []string{UnsignedEntry, UnsignedScaleEntry, OwnedEntry, RemovalsEntry}

func TestEntriesHoldWhatEveryInstallationRelyOn(t *testing.T) {
	t.Parallel()
	for _, w := range Configuration(ConfigurationOptions{Namespace: "guard"}).Webhooks {
		if w.ObjectSelector != nil {
			t.Errorf("%s has an objectSelector, which whoever writes an object could avoid, and which a Scale has no labels for", w.Name)
		}
		if *w.SideEffects != admissionregistrationv1.SideEffectClassNone || *w.MatchPolicy != admissionregistrationv1.Equivalent {
			t.Errorf("%s: side effects %s, match policy %s", w.Name, *w.SideEffects, *w.MatchPolicy)
		}
		if diff := cmp.Diff([]string{"v1"}, w.AdmissionReviewVersions); diff != "" {
			t.Errorf("%s: admissionReviewVersions (-want +got):\n%s", w.Name, diff)
		}
		excluded := w.NamespaceSelector.MatchExpressions[0]
		if excluded.Operator != "NotIn" || !slices.Contains(excluded.Values, "guard") || !slices.Contains(excluded.Values, "kube-system") {
			t.Errorf("%s: the webhook's namespace or kube-system depend on the webhook: %+v", w.Name, excluded)
		}
		if len(w.ClientConfig.CABundle) > 0 {
			t.Errorf("%s has a caBundle, which applying the manifest again would put back", w.Name)
		}
	}
}

func TestOptionsAreFollowed(t *testing.T) {
	t.Parallel()
	fallback := Configuration(ConfigurationOptions{})
	chosen := Configuration(ConfigurationOptions{
		Name: "guard", Namespace: "guard-system", FailurePolicy: admissionregistrationv1.Fail, TimeoutSeconds: 7,
	})
	if fallback.Name != "redislint-webhook" || chosen.Name != "guard" {
		t.Errorf("names: %s, %s", fallback.Name, chosen.Name)
	}
	for i, w := range chosen.Webhooks {
		if service := w.ClientConfig.Service; service.Namespace != "guard-system" || service.Name != "guard" || *service.Path != "/validate" || *service.Port != 443 {
			t.Errorf("%s calls %+v", w.Name, service)
		}
		want := admissionregistrationv1.Fail
		if slices.Contains(openEntries, w.Name) {
			want = admissionregistrationv1.Ignore
		}
		if *w.FailurePolicy != want || *w.TimeoutSeconds != 7 {
			t.Errorf("%s: failure policy %s, want %s; timeout %d s, want 7", w.Name, *w.FailurePolicy, want, *w.TimeoutSeconds)
		}
		if f := fallback.Webhooks[i]; *f.FailurePolicy != admissionregistrationv1.Ignore || *f.TimeoutSeconds != 3 {
			t.Errorf("%s: by default, failure policy %s and timeout %d s", f.Name, *f.FailurePolicy, *f.TimeoutSeconds)
		}
	}
}

func TestRemovalsNeverWait(t *testing.T) {
	t.Parallel()
	for _, w := range Configuration(ConfigurationOptions{FailurePolicy: admissionregistrationv1.Fail}).Webhooks {
		for _, rule := range w.Rules {
			if slices.Contains(rule.Operations, admissionregistrationv1.Delete) && *w.FailurePolicy != admissionregistrationv1.Ignore {
				t.Errorf("%s: a namespace could not be deleted while the webhook is down", w.Name)
			}
		}
	}
}

// The table of testdata/conditions.yaml is evaluated by the API server's own libraries in test/deploy.
func TestEveryEntryHasACase(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/conditions.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Case string   `json:"case"`
		Sent []string `json:"sent"`
	}
	if err := yaml.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	sent := map[string]bool{}
	for _, c := range cases {
		if len(c.Sent) > 1 {
			t.Errorf("%s: sent %d times", c.Case, len(c.Sent))
		}
		for _, name := range c.Sent {
			sent[name] = true
		}
	}
	for _, w := range Configuration(ConfigurationOptions{}).Webhooks {
		if name, _, _ := strings.Cut(w.Name, "."); !sent[name] {
			t.Errorf("no case is sent by %s", w.Name)
		}
	}
}

// Namespaces are read for their labels.
func TestRoleReadsWhatIsObservedAndNoMore(t *testing.T) {
	t.Parallel()
	want := map[string][]string{"": {"namespaces"}}
	for _, kind := range source.Observed() {
		group, name, _ := strings.Cut(kind, "/")
		want[group] = append(want[group], Resource(group, name))
	}
	got := map[string][]string{}
	for _, rule := range clusterRole(t).Rules {
		for _, group := range rule.APIGroups {
			got[group] = append(got[group], rule.Resources...)
		}
		if diff := cmp.Diff([]string{"get", "list", "watch"}, rule.Verbs); diff != "" {
			t.Errorf("verbs on %v (-want +got):\n%s", rule.Resources, diff)
		}
	}
	for _, resources := range []map[string][]string{want, got} {
		for _, names := range resources {
			slices.Sort(names)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the ClusterRole reads (-want +got):\n%s", diff)
	}
}

func clusterRole(t *testing.T) rbacv1.ClusterRole {
	t.Helper()
	raw, err := os.ReadFile("../../deploy/base/30-rbac.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for text := range bytes.SplitSeq(raw, []byte("---\n")) {
		var role rbacv1.ClusterRole
		if err := yaml.Unmarshal(text, &role); err == nil && role.Kind == "ClusterRole" && role.Name == "redislint-webhook" {
			return role
		}
	}
	t.Fatal("no ClusterRole redislint-webhook")
	return rbacv1.ClusterRole{}
}
