package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/yaml"
)

// condition is one case of internal/admission/testdata/conditions.yaml.
type condition struct {
	Case      string         `json:"case"`
	Resource  string         `json:"resource"`
	Operation string         `json:"operation"`
	Object    map[string]any `json:"object"`
	Old       map[string]any `json:"old"`
	Grants    []string       `json:"grants"`
	Sent      []string       `json:"sent"`
	Noted     bool           `json:"noted"`
}

// callers notes which entries of the configuration called.
type callers struct {
	mu    sync.Mutex
	names []string
}

func (c *callers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var review admissionv1.AdmissionReview
	if err := json.NewDecoder(r.Body).Decode(&review); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	c.names = append(c.names, strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/"), ".redislint.dev"))
	c.mu.Unlock()
	review.Response = &admissionv1.AdmissionResponse{UID: review.Request.UID, Allowed: true}
	review.Request = nil
	_ = json.NewEncoder(w).Encode(review)
}

func (c *callers) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	taken := append([]string{}, c.names...)
	c.names = nil
	slices.Sort(taken)
	return taken
}

// A real API server sends what the table of conditions says, by the entry that it says.
func TestAPIServersSendWhatConcernsRedis(t *testing.T) {
	text, err := os.ReadFile("../../internal/admission/testdata/conditions.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var all []condition
	if err := yaml.UnmarshalStrict(text, &all); err != nil {
		t.Fatal(err)
	}
	c := rig(t)
	called := &callers{}
	r := c.broken(t, c.certificateFolder(t), called.ServeHTTP)
	if _, err := c.typed.DiscoveryV1().EndpointSlices("redislint-system").Create(t.Context(), c.slice(r), metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	c.failWith(t, admissionregistrationv1.Fail)
	c.configure(t, func(w *admissionregistrationv1.ValidatingWebhook) { w.ClientConfig.Service.Path = new("/" + w.Name) })
	c.allowAuthors(t)
	probe := one(t, "default", bare)
	eventually(t, 30*time.Second, "be called by the entry of workloads", func() error {
		called.take()
		return c.create(t, probe, metav1.DryRunAll).err
	})

	for _, test := range all {
		t.Run(test.Case, func(t *testing.T) {
			ns := c.namespace(t, nil)
			author := c.author(t, test.Grants)
			request := c.prepare(t, ns, test)
			called.take()
			a := c.ask(t.Context(), func(ctx context.Context) (*object, error) { return nil, request(ctx, author) })
			a.admitted(t)
			want := append([]string{}, test.Sent...)
			slices.Sort(want)
			if diff := cmp.Diff(want, called.take()); diff != "" {
				t.Errorf("-want +sent by:\n%s", diff)
			}
			noted := slices.ContainsFunc(a.warnings, func(w string) bool { return strings.Contains(w, "redislint did not judge this change") })
			if noted != test.Noted {
				t.Errorf("noted %t, want %t: %q", noted, test.Noted, a.warnings)
			}
		})
	}
}

// prepare makes what a case starts from, and returns its request as a dry run.
func (c *cluster) prepare(t *testing.T, ns string, test condition) func(context.Context, dynamic.Interface) error {
	t.Helper()
	dry := []string{metav1.DryRunAll}
	complete := func(fields map[string]any) *object { return completed(t, ns, fields) }
	if strings.HasSuffix(test.Resource, "/scale") {
		old := object{Object: test.Old}
		workload := one(t, ns, bare)
		workload.SetName(old.GetName())
		replicas, _, _ := nested[int64](old.Object, "spec", "replicas")
		workload = set(t, workload, replicas, "spec", "replicas")
		if selector, ok, _ := nested[string](old.Object, "status", "selector"); ok {
			label, value, _ := strings.Cut(selector, "=")
			for _, path := range [][]string{{"spec", "selector", "matchLabels"}, {"spec", "template", "metadata", "labels"}} {
				workload = set(t, workload, map[string]any{label: value}, path...)
			}
		} else {
			for _, path := range [][]string{{"spec", "selector", "matchLabels"}, {"spec", "template", "metadata", "labels"}} {
				workload = set(t, workload, map[string]any{"app": "main"}, path...)
			}
		}
		workload.SetLabels(old.GetLabels())
		if strings.Contains(test.Resource, "deployments") {
			workload.SetKind("Deployment")
			delete(workload.Object["spec"].(map[string]any), "serviceName")
		}
		c.made(t, workload)
		wanted, _, _ := nested[int64](test.Object, "spec", "replicas")
		scale := &object{Object: map[string]any{
			"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": map[string]any{"name": workload.GetName(), "namespace": ns},
			"spec": map[string]any{"replicas": wanted},
		}}
		return func(ctx context.Context, author dynamic.Interface) error {
			_, err := at(author, workload).Update(ctx, scale, metav1.UpdateOptions{DryRun: dry}, "scale")
			return err
		}
	}
	if test.Operation == "CREATE" {
		o := complete(test.Object)
		return func(ctx context.Context, author dynamic.Interface) error {
			_, err := at(author, o).Create(ctx, o, metav1.CreateOptions{DryRun: dry})
			return err
		}
	}
	old := complete(test.Old)
	dying := old.GetDeletionTimestamp() != nil
	old.SetDeletionTimestamp(nil)
	c.made(t, old)
	if dying {
		c.remove(t, old).admitted(t)
	}
	if test.Operation == "DELETE" {
		return func(ctx context.Context, author dynamic.Interface) error {
			return at(author, old).Delete(ctx, old.GetName(), metav1.DeleteOptions{DryRun: dry})
		}
	}
	live, err := at(c.dynamic, old).Get(t.Context(), old.GetName(), metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	o := complete(test.Object)
	o.SetResourceVersion(live.GetResourceVersion())
	o.SetDeletionTimestamp(live.GetDeletionTimestamp())
	o.SetDeletionGracePeriodSeconds(live.GetDeletionGracePeriodSeconds())
	if o.GetKind() == "Service" { // the address that was given to it
		spec, given := o.Object["spec"].(map[string]any), live.Object["spec"].(map[string]any)
		for _, field := range []string{"clusterIP", "clusterIPs"} {
			if _, written := spec[field]; !written && given[field] != nil {
				spec[field] = given[field]
			}
		}
	}
	return func(ctx context.Context, author dynamic.Interface) error {
		_, err := at(author, o).Update(ctx, o, metav1.UpdateOptions{DryRun: dry})
		return err
	}
}

func nested[T any](fields map[string]any, path ...string) (value T, found bool, err error) {
	var at any = fields
	for _, name := range path {
		m, ok := at.(map[string]any)
		if !ok {
			return value, false, nil
		}
		at = m[name]
	}
	if number, ok := at.(float64); ok {
		at = int64(number)
	}
	value, found = at.(T)
	return value, found, nil
}

// completed adds to an object of the table what API servers insist on, and nothing that conditions look at.
func completed(t *testing.T, ns string, fields map[string]any) *object {
	t.Helper()
	raw, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	o := &object{}
	if err := o.UnmarshalJSON(raw); err != nil {
		t.Fatal(err)
	}
	o.SetNamespace(ns)
	owners := o.GetOwnerReferences()
	for i := range owners {
		if owners[i].UID == "" {
			owners[i].UID = "1"
		}
		if owners[i].APIVersion == "" {
			owners[i].APIVersion = "example.com/v1"
		}
		if owners[i].Name == "" {
			owners[i].Name = "owner"
		}
	}
	o.SetOwnerReferences(owners)
	if o.GetKind() == "ConfigMap" || strings.Contains(o.GetAPIVersion(), "redis") || strings.Contains(o.GetAPIVersion(), "spotahome") {
		return o
	}
	within := func(m map[string]any, name string) map[string]any {
		inner, ok := m[name].(map[string]any)
		if !ok {
			inner = map[string]any{}
			m[name] = inner
		}
		return inner
	}
	missing := func(m map[string]any, name string, value any) {
		if _, ok := m[name]; !ok {
			m[name] = value
		}
	}
	spec := within(o.Object, "spec")
	pod := func(spec map[string]any) {
		volumes, _ := spec["volumes"].([]any)
		known := map[any]bool{}
		for _, v := range volumes {
			known[v.(map[string]any)["name"]] = true
		}
		for _, list := range []string{"initContainers", "containers"} {
			containers, _ := spec[list].([]any)
			for _, each := range containers {
				container := each.(map[string]any)
				missing(container, "image", "web")
				missing(container, "name", "main")
				mounts, _ := container["volumeMounts"].([]any)
				for _, m := range mounts {
					mount := m.(map[string]any)
					missing(mount, "name", "data")
					if !known[mount["name"]] {
						known[mount["name"]] = true
						volumes = append(volumes, map[string]any{"name": mount["name"], "emptyDir": map[string]any{}})
					}
				}
			}
		}
		if volumes != nil {
			spec["volumes"] = volumes
		}
		missing(spec, "containers", []any{map[string]any{"name": "main", "image": "web"}})
	}
	switch o.GetKind() {
	case "StatefulSet", "Deployment", "DaemonSet", "ReplicaSet", "ReplicationController":
		if o.GetKind() == "DaemonSet" {
			delete(spec, "replicas")
		}
		template := within(spec, "template")
		within(within(template, "metadata"), "labels")["case"] = "x"
		pod(within(template, "spec"))
		selector := within(spec, "selector")
		if o.GetKind() == "ReplicationController" {
			selector["case"] = "x"
		} else {
			within(selector, "matchLabels")["case"] = "x"
		}
	case "Pod":
		pod(spec)
	case "Service":
		missing(spec, "ports", []any{map[string]any{"port": int64(80)}})
	case "PersistentVolumeClaim":
		missing(spec, "accessModes", []any{"ReadWriteOnce"})
		missing(spec, "resources", map[string]any{"requests": map[string]any{"storage": "1Gi"}})
	case "PodDisruptionBudget":
		missing(spec, "selector", map[string]any{})
	case "NetworkPolicy":
		missing(spec, "podSelector", map[string]any{})
	}
	return o
}

// allowAuthors lets the authors of the table do everything but break the glass.
func (c *cluster) allowAuthors(t *testing.T) {
	t.Helper()
	everything := []string{"*"}
	role := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "author"}, Rules: []rbacv1.PolicyRule{{
		APIGroups: []string{"", "apps", "autoscaling", "policy", "networking.k8s.io", "databases.spotahome.com", "redis.redis.opstreelabs.in"},
		Resources: everything, Verbs: everything,
	}}}
	all := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "glass-*"}, Rules: []rbacv1.PolicyRule{{
		APIGroups: []string{"redislint.dev"}, Resources: []string{"breakglass"}, Verbs: everything,
	}}}
	for _, role := range []*rbacv1.ClusterRole{role, all} {
		if _, err := c.typed.RbacV1().ClusterRoles().Create(t.Context(), role, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	for role, users := range map[string][]string{
		"author": {"author", "author+use", "author+use+*"}, "redislint-breakglass": {"author+use", "author+use+*"}, "glass-*": {"author+use+*"},
	} {
		binding := &rbacv1.ClusterRoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: "e2e-" + role}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
		}
		for _, user := range users {
			binding.Subjects = append(binding.Subjects, rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: user})
		}
		if _, err := c.typed.RbacV1().ClusterRoleBindings().Create(t.Context(), binding, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
}

// author returns a client of one who holds verbs on breakglass.redislint.dev.
func (c *cluster) author(t *testing.T, grants []string) dynamic.Interface {
	t.Helper()
	config := rest.CopyConfig(c.rest)
	config.Impersonate.UserName = strings.Join(append([]string{"author"}, grants...), "+")
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}
