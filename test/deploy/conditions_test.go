package deploy

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/admission/plugin/webhook/matchconditions"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/apiserver/pkg/cel/environment"
	"sigs.k8s.io/yaml"
)

// request is one of internal/admission/testdata/conditions.yaml.
type request struct {
	Case      string         `json:"case"`
	Resource  string         `json:"resource"`
	Operation string         `json:"operation"`
	Object    map[string]any `json:"object"`
	Old       map[string]any `json:"old"`
	Grants    []string       `json:"grants"`
	Sent      []string       `json:"sent"`
	Noted     bool           `json:"noted"`
}

func requests(t *testing.T) []request {
	t.Helper()
	var all []request
	if err := yaml.UnmarshalStrict(read(t, "../../internal/admission/testdata/conditions.yaml"), &all); err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("no requests")
	}
	return all
}

// versioned returns the request as an API server has it at hand when it evaluates conditions.
func (r request) versioned() *admission.VersionedAttributes {
	parts := strings.SplitN(r.Resource, "/", 4)
	resource := schema.GroupVersionResource{Group: parts[0], Version: parts[1], Resource: parts[2]}
	subresource := ""
	if len(parts) == 4 {
		subresource = parts[3]
	}
	object, old := tree(r.Object), tree(r.Old)
	described := object
	if described == nil {
		described = old
	}
	kind := described.GroupVersionKind()
	// A nil pointer in an interface is not nil.
	v := &admission.VersionedAttributes{VersionedKind: kind}
	v.Attributes = admission.NewAttributesRecord(nil, nil, kind, described.GetNamespace(), described.GetName(), resource, subresource,
		admission.Operation(r.Operation), &metav1.CreateOptions{}, false, &user.DefaultInfo{Name: "dev"})
	if object != nil {
		v.VersionedObject.Set(object)
	}
	if old != nil {
		v.VersionedOldObject.Set(old)
	}
	return v
}

func tree(fields map[string]any) *unstructured.Unstructured {
	if fields == nil {
		return nil
	}
	return &unstructured.Unstructured{Object: fields}
}

// meets reports whether a rule is about the request.
func (r request) meets(rules []admissionregistrationv1.RuleWithOperations) bool {
	parts := strings.SplitN(r.Resource, "/", 3)
	return slices.ContainsFunc(rules, func(rule admissionregistrationv1.RuleWithOperations) bool {
		return slices.Contains(rule.Operations, admissionregistrationv1.OperationType(r.Operation)) &&
			slices.Contains(rule.APIGroups, parts[0]) &&
			(slices.Contains(rule.APIVersions, parts[1]) || slices.Contains(rule.APIVersions, "*")) &&
			slices.Contains(rule.Resources, parts[2])
	})
}

// grants allow the verbs that they hold on breakglass.redislint.dev, in one namespace.
type grants []string

func (g grants) Authorize(_ context.Context, a authorizer.Attributes) (authorizer.Decision, string, error) {
	if a.GetAPIGroup() == "redislint.dev" && a.GetResource() == "breakglass" && a.GetNamespace() == "shop" && a.GetUser().GetName() == "dev" &&
		slices.Contains(g, a.GetVerb()) {
		return authorizer.DecisionAllow, "", nil
	}
	return authorizer.DecisionNoOpinion, "", nil
}

// compiler returns that of an API server of a version. The least that is supported is 1.30, which has matchConditions.
func compiler(major, minor uint) cel.ConditionCompiler {
	return cel.NewConditionCompiler(environment.MustBaseEnvSet(version.MajorMinor(major, minor)))
}

func compile(c cel.ConditionCompiler, conditions []admissionregistrationv1.MatchCondition) cel.ConditionEvaluator {
	accessors := make([]cel.ExpressionAccessor, len(conditions))
	for i, condition := range conditions {
		accessors[i] = (*matchconditions.MatchCondition)(&condition)
	}
	return c.CompileCondition(accessors, cel.OptionalVariableDeclarations{HasAuthorizer: true}, environment.NewExpressions)
}

// match reports whether conditions are all true. That one is an error, or too costly, fails the test, whatever the others say.
func match(t *testing.T, e cel.ConditionEvaluator, r request, who grants) bool {
	t.Helper()
	v := r.versioned()
	results, _, err := e.ForInput(t.Context(), v,
		cel.CreateAdmissionRequest(v.Attributes, metav1.GroupVersionResource(v.GetResource()), metav1.GroupVersionKind(v.VersionedKind)),
		cel.OptionalVariableBindings{Authorizer: who}, nil, celconfig.RuntimeCELCostBudgetMatchConditions)
	if err != nil {
		t.Fatal(err)
	}
	matches := true
	for _, result := range results {
		if result.Error != nil {
			t.Errorf("%v", result.Error)
			continue
		}
		matches = matches && result.EvalResult.Value().(bool)
	}
	return matches
}

func TestConditionsSendWhatConcernsRedis(t *testing.T) {
	t.Parallel()
	var configuration admissionregistrationv1.ValidatingWebhookConfiguration
	decode(t, read(t, "../../deploy/base/70-validatingwebhookconfiguration.yaml"), &configuration)
	var policy admissionregistrationv1.ValidatingAdmissionPolicy
	text, _, _ := strings.Cut(string(read(t, "../../deploy/base/80-breakglass-audit.yaml")), "---\n")
	decode(t, []byte(text), &policy)

	for _, minor := range []uint{30, 37} {
		c := compiler(1, minor)
		compiled := map[string]cel.ConditionEvaluator{}
		for _, w := range configuration.Webhooks {
			compiled[w.Name] = compile(c, w.MatchConditions)
		}
		note := compile(c, policy.Spec.MatchConditions)
		judged := compile(c, []admissionregistrationv1.MatchCondition{{Name: "validation", Expression: policy.Spec.Validations[0].Expression}})
		var rules []admissionregistrationv1.RuleWithOperations
		for _, rule := range policy.Spec.MatchConstraints.ResourceRules {
			rules = append(rules, rule.RuleWithOperations)
		}
		for _, r := range requests(t) {
			t.Run(fmt.Sprintf("1.%d/%s", minor, r.Case), func(t *testing.T) {
				t.Parallel()
				sent := []string{}
				for _, w := range configuration.Webhooks {
					if r.meets(w.Rules) && match(t, compiled[w.Name], r, r.Grants) {
						sent = append(sent, strings.TrimSuffix(w.Name, ".redislint.dev"))
					}
				}
				if diff := cmp.Diff(r.Sent, sent); diff != "" {
					t.Errorf("sent by (-want +got):\n%s", diff)
				}
				noted := r.meets(rules) && match(t, note, r, r.Grants) && !match(t, judged, r, r.Grants)
				if noted != r.Noted {
					t.Errorf("noted: %t, want %t", noted, r.Noted)
				}
			})
		}
	}
}

// An expression that costs too much is an error, and an error is a way past the webhook, or a rejection of what is not Redis.
func TestConditionsAffordTheLargestObjects(t *testing.T) {
	t.Parallel()
	const most = 1 << 20 // bytes: nearly what etcd takes of one object, and what validation allows a ConfigMap
	many := func(count int, element any) (all []any) {
		for range count {
			all = append(all, element)
		}
		return all
	}
	long := strings.Repeat("x", most)
	workload := func(container map[string]any) map[string]any {
		container["name"], container["image"] = "main", "web"
		return map[string]any{
			"apiVersion": "apps/v1", "kind": "Deployment", "metadata": map[string]any{"name": "web", "namespace": "shop"},
			"spec": map[string]any{"template": map[string]any{"spec": map[string]any{"containers": []any{container}}}},
		}
	}
	configMap := func(data map[string]any) map[string]any {
		return map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "web", "namespace": "shop"}, "data": data}
	}
	keys, fewer, files := map[string]any{}, map[string]any{}, map[string]any{}
	for i := range 10_000 {
		keys[fmt.Sprintf("key-%d", i)] = "value"
	}
	for i := range 500 {
		fewer[fmt.Sprintf("key-%d", i)] = "value"
	}
	for i := range 256 {
		files[fmt.Sprintf("file-%d", i)] = long[:1000]
	}
	var configuration admissionregistrationv1.ValidatingWebhookConfiguration
	decode(t, read(t, "../../deploy/base/70-validatingwebhookconfiguration.yaml"), &configuration)

	for name, r := range map[string]request{
		"one long argument":          {Resource: "apps/v1/deployments", Object: workload(map[string]any{"args": []any{long}})},
		"one with a sign at its end": {Resource: "apps/v1/deployments", Object: workload(map[string]any{"args": []any{long + "sentinel"}})},
		"10,000 with one at the end": {Resource: "apps/v1/deployments", Object: workload(map[string]any{"args": append(many(10_000, "argument"), "sentinel")})},
		"10,000 arguments":           {Resource: "apps/v1/deployments", Object: workload(map[string]any{"args": many(10_000, long[:100])})},
		"10,000 variables":           {Resource: "apps/v1/deployments", Object: workload(map[string]any{"env": many(10_000, map[string]any{"name": "SOME_NAME"})})},
		"a ConfigMap, signed late":   {Resource: "/v1/configmaps", Object: configMap(map[string]any{"text": long[:255<<10] + "cluster-"})},
		"a ConfigMap of one text":    {Resource: "/v1/configmaps", Object: configMap(map[string]any{"text": long})},
		"a ConfigMap just read":      {Resource: "/v1/configmaps", Object: configMap(map[string]any{"text": long[:256<<10]})},
		"a ConfigMap of 256 files":   {Resource: "/v1/configmaps", Object: configMap(files)},
		"a ConfigMap of 500 keys":    {Resource: "/v1/configmaps", Object: configMap(fewer)},
		"a ConfigMap of 10,000 keys": {Resource: "/v1/configmaps", Object: configMap(keys)},
	} {
		r.Operation, r.Old = "UPDATE", tree(r.Object).DeepCopy().Object
		switch spec := r.Old["spec"].(type) {
		case map[string]any:
			spec["replicas"] = int64(1)
		default:
			r.Old["binaryData"] = map[string]any{"changed": ""}
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, w := range configuration.Webhooks {
				if r.meets(w.Rules) {
					match(t, compile(compiler(1, 37), w.MatchConditions), r, nil)
				}
			}
		})
	}
}

// What sources read as Redis in the fixtures, API servers must send: conditions look at fewer places than sources do.
func TestConditionsSendEveryFixtureWithASign(t *testing.T) {
	t.Parallel()
	var configuration admissionregistrationv1.ValidatingWebhookConfiguration
	decode(t, read(t, "../../deploy/base/70-validatingwebhookconfiguration.yaml"), &configuration)
	c := compiler(1, 37)
	compiled := map[string]cel.ConditionEvaluator{}
	for _, w := range configuration.Webhooks {
		compiled[w.Name] = compile(c, w.MatchConditions)
	}
	files, err := filepath.Glob("../../fixtures/*/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, file := range files {
		for i, text := range regexp.MustCompile(`(?m)^---.*$`).Split(string(read(t, file)), -1) {
			r := request{Operation: "CREATE"}
			if err := yaml.Unmarshal([]byte(text), &r.Object); err != nil || r.Object["kind"] == nil {
				continue // fixtures hold what cannot be read, too
			}
			o := tree(r.Object)
			o.SetNamespace("shop") // where an API server would put it
			group, version, _ := strings.Cut(o.GetAPIVersion(), "/")
			if version == "" {
				group, version = "", group
			}
			plural, _ := meta.UnsafeGuessKindToResource(o.GroupVersionKind())
			if o.GetKind() == "Redis" {
				plural.Resource = "redis" // no plural of its own
			}
			r.Resource = group + "/" + version + "/" + plural.Resource
			registered, sent := false, false
			for _, w := range configuration.Webhooks {
				if r.meets(w.Rules) {
					registered = true
					sent = sent || match(t, compiled[w.Name], r, nil)
				}
			}
			raw, err := o.MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			if !registered || !regexp.MustCompile(`(?i)redis|valkey|keydb|sentinel`).Match(raw) {
				continue
			}
			seen++
			owner := metav1.GetControllerOfNoCopy(o)
			if owned := owner != nil && (o.GetKind() == "Pod" || o.GetKind() == "ReplicaSet"); sent == owned {
				t.Errorf("document %d of %s, %s/%s: sent: %t", i+1, file, o.GetKind(), o.GetName(), sent)
			}
		}
	}
	if seen == 0 {
		t.Error("no fixture shows a sign of Redis")
	}
	t.Logf("%d objects", seen)
}
