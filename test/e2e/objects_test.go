package e2e

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	yamlutil "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/yaml"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/redislint/redislint/internal/admission"
)

type object = unstructured.Unstructured

// parse returns the objects of a YAML file.
func parse(text string) ([]*object, error) {
	var all []*object
	reader := yamlutil.NewYAMLReader(bufio.NewReader(strings.NewReader(text)))
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		var fields map[string]any
		if err := yaml.Unmarshal(document, &fields); err != nil {
			return nil, err
		}
		if fields == nil {
			continue
		}
		raw, err := yaml.YAMLToJSON(document) // whole numbers as int64, as Unstructured has them
		if err != nil {
			return nil, err
		}
		o := &object{}
		if err := o.UnmarshalJSON(raw); err != nil {
			return nil, err
		}
		all = append(all, o)
	}
}

// objects are those of a YAML text, in a namespace unless they say otherwise or have none.
func objects(t *testing.T, namespace, text string) []*object {
	t.Helper()
	all, err := parse(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, o := range all {
		if o.GetNamespace() == "" && namespaced(o) {
			o.SetNamespace(namespace)
		}
	}
	return all
}

// one is the only object of a YAML text.
func one(t *testing.T, namespace, text string) *object {
	t.Helper()
	all := objects(t, namespace, text)
	if len(all) != 1 {
		t.Fatalf("%d objects, not one:\n%s", len(all), text)
	}
	return all[0]
}

func namespaced(o *object) bool {
	switch o.GetKind() {
	case "Namespace", "StorageClass", "CustomResourceDefinition", "ValidatingWebhookConfiguration", "ValidatingAdmissionPolicy",
		"ValidatingAdmissionPolicyBinding", "ClusterRole", "ClusterRoleBinding":
		return false
	}
	return true
}

func resourceOf(o *object) schema.GroupVersionResource {
	kind := o.GroupVersionKind()
	return kind.GroupVersion().WithResource(admission.Resource(kind.Group, kind.Kind))
}

func at(client dynamic.Interface, o *object) dynamic.ResourceInterface {
	if !namespaced(o) {
		return client.Resource(resourceOf(o))
	}
	return client.Resource(resourceOf(o)).Namespace(o.GetNamespace())
}

// createFiles creates what files of the repository hold, apart from kinds that are left out.
func (c *cluster) createFiles(names []string, except ...string) error {
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		all, err := parse(string(bytes.TrimSpace(text)))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for _, o := range all {
			if strings.Contains(strings.Join(except, " "), o.GetKind()) {
				continue
			}
			if _, err := at(c.dynamic, o).Create(context.Background(), o, metav1.CreateOptions{}); err != nil {
				return fmt.Errorf("%s: %s %s: %w", name, o.GetKind(), o.GetName(), err)
			}
		}
	}
	return nil
}

// namespace makes a namespace for a test, with labels. It is not removed: the cluster ends soon enough.
func (c *cluster) namespace(t *testing.T, labels map[string]string) string {
	t.Helper()
	ns := &object{}
	ns.SetAPIVersion("v1")
	ns.SetKind("Namespace")
	ns.SetName(fmt.Sprintf("shop-%d", c.names.Add(1)))
	ns.SetLabels(labels)
	if _, err := at(c.dynamic, ns).Create(t.Context(), ns, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	return ns.GetName()
}

// file returns the objects of a file of testdata, by kind and name: StatefulSet/redis.
func file(t *testing.T, namespace, name string) (all []*object, byName map[string]*object) {
	t.Helper()
	all = objects(t, namespace, read(t, "testdata/"+name))
	byName = map[string]*object{}
	for _, o := range all {
		byName[o.GetKind()+"/"+o.GetName()] = o
	}
	return all, byName
}

// set returns a copy of an object with a field changed, spec.replicas say.
func set(t testing.TB, o *object, value any, path ...string) *object {
	t.Helper()
	o = o.DeepCopy()
	if err := unstructured.SetNestedField(o.Object, value, path...); err != nil {
		t.Fatal(err)
	}
	return o
}

func read(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
