package deploy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/cli/values"
	"helm.sh/helm/v3/pkg/getter"
	"helm.sh/helm/v3/pkg/lint/support"
	"helm.sh/helm/v3/pkg/release"
	"helm.sh/helm/v3/pkg/releaseutil"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const chartFolder = "../../deploy/chart/redislint-webhook"

// with parses values as --set does.
func with(t *testing.T, set ...string) map[string]any {
	t.Helper()
	v, err := (&values.Options{Values: set}).MergeValues(getter.Providers{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// install returns what helm template makes of the chart, in the namespace of the manifests.
func install(t *testing.T, set ...string) (*release.Release, error) {
	t.Helper()
	c, err := loader.LoadDir(chartFolder)
	if err != nil {
		t.Fatal(err)
	}
	return render(c, "redislint-system", with(t, set...))
}

func render(c *chart.Chart, namespace string, v map[string]any) (*release.Release, error) {
	i := action.NewInstall(&action.Configuration{Log: func(string, ...any) {}, Capabilities: chartutil.DefaultCapabilities.Copy()})
	i.ReleaseName, i.Namespace = "redislint", namespace
	i.DryRun, i.DryRunOption, i.ClientOnly = true, "client", true
	i.KubeVersion = &chartutil.KubeVersion{Version: "v1.30.0", Major: "1", Minor: "30"}
	return i.Run(c, v)
}

// template returns the objects of a release.
func template(t *testing.T, set ...string) []*unstructured.Unstructured {
	t.Helper()
	r, err := install(t, set...)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Hooks) > 0 {
		t.Errorf("hooks, which nothing needs: %d", len(r.Hooks))
	}
	var all []*unstructured.Unstructured
	for _, text := range releaseutil.SplitManifests(r.Manifest) {
		all = append(all, parse(t, []byte(text)))
	}
	return all
}

const someCA = "certificates.caBundle=-----BEGIN CERTIFICATE-----"

// variants are the ways to install the chart that the manifests have too.
var variants = map[string][]string{
	"builtin":      nil,
	"cert-manager": {"certificates.mode=certManager"},
	"fail-closed":  {"webhook.failurePolicy=Fail"},
	"audit":        {"audit.interval=10m"},
}

func TestChartIsTheManifests(t *testing.T) {
	t.Parallel()
	for overlay, set := range variants {
		t.Run(overlay, func(t *testing.T) {
			t.Parallel()
			all := template(t, set...)
			checkObjects(t, all)
			want, got := byName(t, build(t, "../../deploy/overlays/"+overlay)), byName(t, all)
			delete(want, "Namespace/redislint-system") // helm's --create-namespace
			for key := range maps.Keys(want) {
				if got[key] == nil {
					t.Errorf("the chart has no %s", key)
				}
			}
			for key, o := range got {
				if want[key] == nil {
					t.Errorf("the manifests have no %s", key)
					continue
				}
				if diff := cmp.Diff(substance(want[key]), substance(o)); diff != "" {
					t.Errorf("%s (-manifests +chart):\n%s", key, diff)
				}
			}
		})
	}
}

// substance is an object without what only says how it was installed, and without what the API server would add.
func substance(o *unstructured.Unstructured) map[string]any {
	o = o.DeepCopy()
	labels := o.GetLabels()
	for _, label := range []string{"app.kubernetes.io/managed-by", "app.kubernetes.io/version", "helm.sh/chart"} {
		delete(labels, label)
	}
	o.SetLabels(labels)
	if o.GetKind() == "Deployment" {
		containers, _, _ := unstructured.NestedSlice(o.Object, "spec", "template", "spec", "containers")
		for _, c := range containers {
			delete(c.(map[string]any), "imagePullPolicy")
		}
		_ = unstructured.SetNestedSlice(o.Object, containers, "spec", "template", "spec", "containers")
	}
	if o.GetKind() == "ConfigMap" {
		data, _, _ := unstructured.NestedStringMap(o.Object, "data")
		for key, text := range data {
			data[key] = strings.TrimSpace(text)
		}
		_ = unstructured.SetNestedStringMap(o.Object, data, "data")
	}
	return o.Object
}

func TestChartPassesHelmsLinter(t *testing.T) {
	t.Parallel()
	for name, set := range map[string][]string{
		"defaults": nil, "cert-manager": variants["cert-manager"], "fail closed": variants["fail-closed"],
		"a Secret": {"certificates.mode=secret", "certificates.secretName=mine", someCA},
	} {
		l := action.NewLint()
		l.Strict = true
		result := l.Run([]string{chartFolder}, with(t, set...))
		for _, m := range result.Messages {
			// The chart has no logo.
			if m.Severity > support.InfoSev || !strings.Contains(m.Err.Error(), "icon is recommended") {
				t.Errorf("%s: %s", name, m)
			}
		}
		for _, err := range result.Errors {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSchemaKnowsEveryValueAndNoOther(t *testing.T) {
	t.Parallel()
	for name, set := range map[string][]string{
		"a typo":                         {"replica=2"},
		"a typo below":                   {"webhook.failurepolicy=Fail"},
		"an unknown owner":               {"certificates.mode=self"},
		"two owners":                     {"certificates.mode=builtin", "certificates.secretName=mine"},
		"cert-manager and a CA":          {"certificates.mode=certManager", someCA},
		"the built-in one and an issuer": {"certificates.issuerRef.name=mine"},
		"a Secret without a name":        {"certificates.mode=secret", someCA},
		"a Secret without a CA":          {"certificates.mode=secret", "certificates.secretName=mine"},
		"a CA that is none":              {"certificates.mode=secret", "certificates.secretName=mine", "certificates.caBundle=x"},
		"an unknown failure policy":      {"webhook.failurePolicy=fail"},
		"a timeout that is too long":     {"webhook.timeoutSeconds=31"},
		"no replicas":                    {"replicas=0"},
		"a memory limit without a unit":  {"goMemLimit=230"},
		"an action that is none":         {"config.rules.sentinel-even.admission=refuse"},
		"off without its quotes":         {"config.rules.sentinel-even.admission=false"},
		"a rule without its fields":      {"config.rules.sentinel-even=warn"},
		"a flag that is none":            {"extraArgs={debug}"},
		"a rule outside of a category":   {"policies.mine\\.rego=package x"},
		"a name that is none":            {"name=Redislint"},
		"a digest that is none":          {"image.digest=latest"},
		"an interval that is none":       {"audit.interval=often"},
		"reports of no audit":            {"audit.reports=true"},
		"a quantity that is none":        {"resources.limits.memory=lots"},
	} {
		if _, err := install(t, set...); err == nil {
			t.Errorf("%s was taken: %v", name, set)
		} else if !strings.Contains(err.Error(), "schema") {
			t.Errorf("%s: not refused by the schema: %v", name, err)
		}
	}
}

func TestChartHasOneOwnerOfTheCertificates(t *testing.T) {
	t.Parallel()
	all := template(t, "certificates.mode=secret", "certificates.secretName=mine", someCA)
	checkObjects(t, all)
	o := byName(t, all)
	if diff := cmp.Diff([]string{"files"}, owners(t, o)); diff != "" {
		t.Errorf("mode secret (-want +got):\n%s", diff)
	}
	for key := range o {
		if strings.HasPrefix(key, "Certificate/") || strings.HasPrefix(key, "Issuer/") || strings.HasSuffix(key, "-certs") {
			t.Errorf("mode secret has %s", key)
		}
	}
	var deployment appsv1.Deployment
	o.get(t, "Deployment/redislint-webhook", &deployment)
	mounted := slices.ContainsFunc(deployment.Spec.Template.Spec.Volumes, func(v corev1.Volume) bool {
		return v.Secret != nil && v.Secret.SecretName == "mine"
	})
	if !mounted {
		t.Error("the Secret is not mounted")
	}
	var configuration admissionregistrationv1.ValidatingWebhookConfiguration
	o.get(t, "ValidatingWebhookConfiguration/redislint-webhook", &configuration)
	for _, w := range configuration.Webhooks {
		if string(w.ClientConfig.CABundle) != "-----BEGIN CERTIFICATE-----" {
			t.Errorf("%s trusts %q", w.Name, w.ClientConfig.CABundle)
		}
	}

	o = byName(t, template(t, "certificates.mode=certManager", "certificates.issuerRef.name=corporate", "certificates.issuerRef.kind=ClusterIssuer"))
	issuer, _, _ := unstructured.NestedStringMap(o["Certificate/redislint-webhook"].Object, "spec", "issuerRef")
	if diff := cmp.Diff(map[string]string{"kind": "ClusterIssuer", "name": "corporate"}, issuer); diff != "" {
		t.Errorf("issuer (-want +got):\n%s", diff)
	}
	if o["Issuer/redislint-webhook"] != nil {
		t.Error("an issuer of the chart's own beside the chosen one")
	}
}

// Every name follows, those that flags tell the webhook too.
func TestChartIsInstalledUnderAnyName(t *testing.T) {
	t.Parallel()
	c, err := loader.LoadDir(chartFolder)
	if err != nil {
		t.Fatal(err)
	}
	r, err := render(c, "guard-system", with(t, "name=guard"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(r.Manifest) {
		chartLabel := strings.Contains(line, "helm.sh/chart:") || strings.HasPrefix(line, "# Source:")
		if !chartLabel && (strings.Contains(line, "redislint-webhook") || strings.Contains(line, "redislint-system")) {
			t.Errorf("left over: %s", line)
		}
	}
	for _, flag := range []string{"--service-name=guard", "--webhook-configuration=guard", "--cert-secret=guard-certs", "--leader-election-id=guard"} {
		if !strings.Contains(r.Manifest, flag) {
			t.Errorf("no flag %s", flag)
		}
	}
}

func TestOptionalValuesArePlacedWhereTheyBelong(t *testing.T) {
	t.Parallel()
	c, err := loader.LoadDir(chartFolder)
	if err != nil {
		t.Fatal(err)
	}
	r, err := render(c, "redislint-system", map[string]any{
		"hostNetwork": true, "nodeSelector": map[string]any{"pool": "system"}, "extraArgs": []any{"--log-level=debug"},
		"tolerations":    []any{map[string]any{"key": "system", "operator": "Exists"}},
		"podAnnotations": map[string]any{"a": "b"},
		"image":          map[string]any{"digest": "sha256:" + strings.Repeat("a", 64), "pullSecrets": []any{map[string]any{"name": "pull"}}},
		"policies":       map[string]any{"memory/mine.rego": "package redislint.memory.mine\n"},
		"config":         map[string]any{"rules": map[string]any{"sentinel-even": map[string]any{"admission": "warn"}}},
		"breakglass":     map[string]any{"audit": false}, "networkPolicy": map[string]any{"enabled": false}, "priorityClassName": "",
		"webhook": map[string]any{"excludedNamespaces": []any{"sandbox"}, "annotations": map[string]any{"admissions.enforcer/disabled": "true"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var all []*unstructured.Unstructured
	for _, text := range releaseutil.SplitManifests(r.Manifest) {
		all = append(all, parse(t, []byte(text)))
	}
	checkObjects(t, all)
	o := byName(t, all)
	for _, key := range []string{
		"ValidatingAdmissionPolicy/redislint-webhook-breakglass", "NetworkPolicy/redislint-webhook", "ResourceQuota/redislint-webhook",
	} {
		if o[key] != nil {
			t.Errorf("%s is there", key)
		}
	}
	var deployment appsv1.Deployment
	o.get(t, "Deployment/redislint-webhook", &deployment)
	pod := deployment.Spec.Template.Spec
	if want := "ghcr.io/redislint/webhook@sha256:" + strings.Repeat("a", 64); pod.Containers[0].Image != want {
		t.Errorf("image %s, want %s", pod.Containers[0].Image, want)
	}
	if !pod.HostNetwork || pod.PriorityClassName != "" || pod.NodeSelector["pool"] != "system" || len(pod.Tolerations) != 1 || len(pod.ImagePullSecrets) != 1 {
		t.Errorf("Pod: %+v", pod)
	}
	if args := pod.Containers[0].Args; !slices.Contains(args, "--log-level=debug") || !slices.Contains(args, "--policy-dir=/policies") {
		t.Errorf("flags: %v", args)
	}
	var rules, config corev1.ConfigMap
	o.get(t, "ConfigMap/redislint-webhook-policies", &rules)
	for _, v := range pod.Volumes {
		if v.Name != "policies" {
			continue
		}
		if item := v.ConfigMap.Items[0]; item.Path != "memory/mine.rego" || strings.TrimSpace(rules.Data[item.Key]) != "package redislint.memory.mine" {
			t.Errorf("rules: %+v of %v", item, rules.Data)
		}
	}
	o.get(t, "ConfigMap/redislint-webhook", &config)
	if want := "rules:\n  sentinel-even:\n    admission: warn\nversion: 1"; strings.TrimSpace(config.Data["config.yaml"]) != want {
		t.Errorf("config.yaml %q, want %q", config.Data["config.yaml"], want)
	}
	var configuration admissionregistrationv1.ValidatingWebhookConfiguration
	o.get(t, "ValidatingWebhookConfiguration/redislint-webhook", &configuration)
	if configuration.Annotations["admissions.enforcer/disabled"] != "true" {
		t.Errorf("annotations: %v", configuration.Annotations)
	}
	for _, w := range configuration.Webhooks {
		if diff := cmp.Diff([]string{"redislint-system", "kube-system", "sandbox"}, w.NamespaceSelector.MatchExpressions[0].Values); diff != "" {
			t.Errorf("%s leaves out (-want +got):\n%s", w.Name, diff)
		}
	}
}

// Helm removes kinds that it has no order for last. Whoever wants no change of Redis refused meanwhile removes that one first.
func TestNotesTellHowToSwitchItOff(t *testing.T) {
	t.Parallel()
	for policy, want := range map[string]string{"Ignore": "admitted", "Fail": "refused"} {
		r, err := install(t, "webhook.failurePolicy="+policy)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{
			"kubectl delete validatingwebhookconfiguration redislint-webhook",
			fmt.Sprintf("changes of Redis are %s", want),
			"helm -n redislint-system uninstall redislint",
		} {
			if !strings.Contains(r.Info.Notes, text) {
				t.Errorf("the notes of %s do not say %q:\n%s", policy, text, r.Info.Notes)
			}
		}
	}
}
