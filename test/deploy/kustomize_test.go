package deploy

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	certmanagerv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	"github.com/google/go-cmp/cmp"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// objects are those of an installation, by "Kind/name".
type objects map[string]*unstructured.Unstructured

// build returns what kubectl apply -k would apply.
func build(t *testing.T, folder string) []*unstructured.Unstructured {
	t.Helper()
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionUnspecified // the overlays say it themselves
	resources, err := krusty.MakeKustomizer(options).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		t.Fatal(err)
	}
	var all []*unstructured.Unstructured
	for _, resource := range resources.Resources() {
		text, err := resource.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, parse(t, text))
	}
	return all
}

func parse(t *testing.T, text []byte) *unstructured.Unstructured {
	t.Helper()
	o := &unstructured.Unstructured{}
	if err := yaml.UnmarshalStrict(text, &o.Object); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return o
}

func byName(t *testing.T, all []*unstructured.Unstructured) objects {
	t.Helper()
	named := objects{}
	for _, o := range all {
		key := o.GetKind() + "/" + o.GetName()
		if named[key] != nil {
			t.Errorf("%s is there twice", key)
		}
		named[key] = o
	}
	return named
}

// get reads one object into its type.
func (o objects) get(t *testing.T, key string, into any) {
	t.Helper()
	if o[key] == nil {
		t.Fatalf("no %s", key)
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(o[key].Object, into, true); err != nil {
		t.Fatalf("%s: %v", key, err)
	}
}

// overlays are the folders of deploy/overlays.
func overlays(t *testing.T) []string {
	t.Helper()
	folders, err := filepath.Glob("../../deploy/overlays/*")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no overlays: %v", err)
	}
	return folders
}

// strict decodes every kind that is deployed, and refuses fields that it does not have.
func strict(t *testing.T) runtime.Decoder {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		admissionregistrationv1.AddToScheme, appsv1.AddToScheme, batchv1.AddToScheme, corev1.AddToScheme, networkingv1.AddToScheme,
		policyv1.AddToScheme, rbacv1.AddToScheme, certmanagerv1.AddToScheme,
	} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	return json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme, scheme, json.SerializerOptions{Strict: true})
}

// checkObjects fails for an object that an API server would not take as it is meant.
func checkObjects(t *testing.T, all []*unstructured.Unstructured) {
	t.Helper()
	decoder := strict(t)
	for _, o := range all {
		text, err := o.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := decoder.Decode(text, nil, nil); err != nil {
			t.Errorf("%s/%s: %v", o.GetKind(), o.GetName(), err)
		}
	}
}

func TestEveryOverlayIsMadeOfObjectsThatAnAPIServerTakes(t *testing.T) {
	t.Parallel()
	for _, folder := range overlays(t) {
		t.Run(path.Base(folder), func(t *testing.T) {
			t.Parallel()
			all := build(t, folder)
			checkObjects(t, all)
			if all[0].GetKind() != "Namespace" {
				t.Errorf("%s is applied before the namespace", all[0].GetKind())
			}
		})
	}
}

func TestStrictDecodingRefusesWhatATypeDoesNotHave(t *testing.T) {
	t.Parallel()
	_, _, err := strict(t).Decode([]byte(`{"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replica": 3}}`), nil, nil)
	if err == nil {
		t.Error("spec.replica was taken")
	}
}

// owners are the signs in an installation that somebody keeps the certificates.
func owners(t *testing.T, o objects) []string {
	t.Helper()
	var deployment appsv1.Deployment
	o.get(t, "Deployment/redislint-webhook", &deployment)
	var found []string
	for _, arg := range deployment.Spec.Template.Spec.Containers[0].Args {
		if arg == "--self-signed-certs" {
			found = append(found, "builtin")
		}
		if strings.HasPrefix(arg, "--cert-dir=") {
			found = append(found, "files")
		}
	}
	return found
}

func TestEveryOverlayHasOneOwnerOfTheCertificates(t *testing.T) {
	t.Parallel()
	for folder, want := range map[string]string{"builtin": "builtin", "fail-closed": "builtin", "audit": "builtin", "cert-manager": "files"} {
		o := byName(t, build(t, "../../deploy/overlays/"+folder))
		if diff := cmp.Diff([]string{want}, owners(t, o)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", folder, diff)
		}
		_, role := o["Role/redislint-webhook-certs"]
		if role != (want == "builtin") {
			t.Errorf("%s: the right to write certificates: %t", folder, role)
		}
		_, certificate := o["Certificate/redislint-webhook"]
		injected := o["ValidatingWebhookConfiguration/redislint-webhook"].GetAnnotations()["cert-manager.io/inject-ca-from"]
		if certificate != (want == "files") || certificate != (injected == "redislint-system/redislint-webhook") {
			t.Errorf("%s: certificate of cert-manager: %t, injected from %q", folder, certificate, injected)
		}
	}
}

func TestOnlyEntriesThatConcernRedisFailClosed(t *testing.T) {
	t.Parallel()
	var open, closed admissionregistrationv1.ValidatingWebhookConfiguration
	byName(t, build(t, "../../deploy/overlays/builtin")).get(t, "ValidatingWebhookConfiguration/redislint-webhook", &open)
	byName(t, build(t, "../../deploy/overlays/fail-closed")).get(t, "ValidatingWebhookConfiguration/redislint-webhook", &closed)
	for i := range closed.Webhooks {
		name, _, _ := strings.Cut(closed.Webhooks[i].Name, ".")
		if slices.Contains([]string{"workloads", "operators", "configuration", "supporting", "scale"}, name) {
			if *closed.Webhooks[i].FailurePolicy != admissionregistrationv1.Fail {
				t.Errorf("%s does not fail closed", name)
			}
			*closed.Webhooks[i].FailurePolicy = admissionregistrationv1.Ignore
		}
	}
	if diff := cmp.Diff(open, closed); diff != "" {
		t.Errorf("apart from failurePolicy (-builtin +fail-closed):\n%s", diff)
	}
}

func TestPodsKeepToTheRestrictedStandard(t *testing.T) {
	t.Parallel()
	var deployment appsv1.Deployment
	o := byName(t, build(t, "../../deploy/overlays/builtin"))
	o.get(t, "Deployment/redislint-webhook", &deployment)
	checkPod(t, deployment.Spec.Template.Spec)
	if level := o["Namespace/redislint-system"].GetLabels()["pod-security.kubernetes.io/enforce"]; level != "restricted" {
		t.Errorf("the namespace enforces %q", level)
	}
}

// checkPod fails for Pods that the restricted standard refuses, or that could not keep what the webhook promises.
func checkPod(t *testing.T, pod corev1.PodSpec) {
	t.Helper()
	s := pod.SecurityContext
	if s == nil || s.RunAsNonRoot == nil || !*s.RunAsNonRoot || s.SeccompProfile == nil || s.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault {
		t.Errorf("security context of the Pod: %+v", s)
	}
	for _, c := range pod.Containers {
		s := c.SecurityContext
		if s == nil || s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation || s.ReadOnlyRootFilesystem == nil ||
			!*s.ReadOnlyRootFilesystem || s.Capabilities == nil || !slices.Contains(s.Capabilities.Drop, "ALL") {
			t.Errorf("security context of %s: %+v", c.Name, s)
		}
		if _, limited := c.Resources.Limits[corev1.ResourceCPU]; limited {
			t.Errorf("%s has a CPU limit", c.Name)
		}
		memory := c.Resources.Limits[corev1.ResourceMemory]
		for _, e := range c.Env {
			if e.Name == "GOMEMLIMIT" {
				limit := strings.TrimSuffix(e.Value, "MiB")
				var mib int64
				if _, err := fmt.Sscan(limit, &mib); err != nil || mib<<20 >= memory.Value() || mib<<20 < memory.Value()*8/10 {
					t.Errorf("GOMEMLIMIT %s under a limit of %s", e.Value, memory.String())
				}
			}
		}
	}
	if *pod.TerminationGracePeriodSeconds < 120 {
		t.Errorf("terminationGracePeriodSeconds %d ends a drain", *pod.TerminationGracePeriodSeconds)
	}
}

// Whatever is read of Secrets must be named.
func TestNoRoleReadsOtherSecrets(t *testing.T) {
	t.Parallel()
	for _, folder := range overlays(t) {
		for key, o := range byName(t, build(t, folder)) {
			if kind := o.GetKind(); kind != "ClusterRole" && kind != "Role" {
				continue
			}
			var role rbacv1.ClusterRole // a Role has the same rules
			role.Rules = rulesOf(t, o)
			for _, rule := range role.Rules {
				secrets := slices.Contains(rule.Resources, "secrets") || slices.Contains(rule.Resources, "*")
				if !secrets {
					continue
				}
				if o.GetKind() == "ClusterRole" {
					t.Errorf("%s of %s reaches Secrets of every namespace", key, path.Base(folder))
				}
				if len(rule.ResourceNames) == 0 && !slices.Equal(rule.Verbs, []string{"create"}) {
					t.Errorf("%s of %s may %v any Secret", key, path.Base(folder), rule.Verbs)
				}
			}
		}
	}
}

func rulesOf(t *testing.T, o *unstructured.Unstructured) []rbacv1.PolicyRule {
	t.Helper()
	var role struct {
		Rules []rbacv1.PolicyRule `json:"rules"`
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &role); err != nil {
		t.Fatal(err)
	}
	return role.Rules
}

// Every file of the base is applied, and nothing is left lying around.
func TestBaseListsAllOfItsFiles(t *testing.T) {
	t.Parallel()
	var kustomization struct {
		Resources []string `json:"resources"`
	}
	if err := yaml.Unmarshal(read(t, "../../deploy/base/kustomization.yaml"), &kustomization); err != nil {
		t.Fatal(err)
	}
	var files []string
	err := fs.WalkDir(os.DirFS("../../deploy/base"), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && name != "kustomization.yaml" {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(files, kustomization.Resources); diff != "" {
		t.Errorf("resources, in the order of their numbers (-files +kustomization):\n%s", diff)
	}
}
