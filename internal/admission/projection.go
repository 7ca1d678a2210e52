package admission

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/redislint/redislint/internal/source"
)

// projection is what is kept of an object: its name, and, when it may have to
// do with a Redis, the fields that facts are read from, as compressed JSON. An
// informer stores it in place of the object.
type projection struct {
	metav1.ObjectMeta // name, namespace, UID and resourceVersion only

	kind   string
	packed []byte // nil when the object has nothing to do with a Redis
	redis  bool   // the object can hold a Redis itself
	mode   Action // of a Namespace
}

// GetObjectKind and DeepCopyObject make it a runtime.Object for informers.
func (p *projection) GetObjectKind() schema.ObjectKind { return schema.EmptyObjectKind }

// DeepCopyObject returns the projection itself: it never changes.
func (p *projection) DeepCopyObject() runtime.Object { return p }

// project is the transform of every informer.
func project(object any) (any, error) {
	u, ok := object.(*unstructured.Unstructured)
	if !ok {
		return object, nil // a tombstone, or projected before
	}
	p := &projection{
		ObjectMeta: metav1.ObjectMeta{
			Name: u.GetName(), Namespace: u.GetNamespace(), UID: u.GetUID(), ResourceVersion: u.GetResourceVersion(),
		},
		kind: u.GetKind(),
	}
	if p.kind == "Namespace" {
		if mode := Action(u.GetLabels()[ModeLabel]); slices.Contains(actions, mode) {
			p.mode = mode
		}
		return p, nil
	}
	kept := keep(u)
	if kept == nil {
		return p, nil
	}
	text, err := json.Marshal(kept)
	if err != nil {
		return nil, fmt.Errorf("project %s %s/%s: %w", p.kind, p.Namespace, p.Name, err)
	}
	p.redis = isRedisKind(u.GroupVersionKind().Group, p.kind)
	if p.redis && !source.Sign(text) {
		p.redis = false
		return p, nil
	}
	p.packed, err = pack(text)
	return p, err
}

// configuration recognises a line of redis.conf in a ConfigMap that says
// nothing of Redis.
var configuration = regexp.MustCompile(`(?m)^\s*(maxmemory|appendonly|save|dir|requirepass|cluster-enabled|replicaof|include)\b`)

// keep returns the fields of an object that facts are read from, nil when it
// has none.
func keep(u *unstructured.Unstructured) map[string]any {
	kept := map[string]any{"apiVersion": u.GetAPIVersion(), "kind": u.GetKind(), "metadata": keptMetadata(u)}
	take := func(fields ...string) {
		for _, f := range fields {
			if value, ok := u.Object[f]; ok {
				kept[f] = value
			}
		}
	}
	switch u.GetKind() {
	case "ConfigMap":
		take("data", "binaryData")
		text, err := json.Marshal(u.Object["data"])
		if err != nil || !source.Sign(text) && !configured(u) {
			return nil
		}
	case "StorageClass":
		take("provisioner", "parameters")
	default:
		take("spec")
	}
	return kept
}

func configured(u *unstructured.Unstructured) bool {
	data, _ := u.Object["data"].(map[string]any)
	for _, value := range data {
		if text, ok := value.(string); ok && configuration.MatchString(text) {
			return true
		}
	}
	return false
}

// keptMetadata are the names, labels, owners and the annotations that matter.
func keptMetadata(u *unstructured.Unstructured) map[string]any {
	metadata := map[string]any{"name": u.GetName()}
	if ns := u.GetNamespace(); ns != "" {
		metadata["namespace"] = ns
	}
	if labels := u.GetLabels(); len(labels) > 0 {
		metadata["labels"] = labels
	}
	if owners := u.GetOwnerReferences(); len(owners) > 0 {
		metadata["ownerReferences"] = owners
	}
	annotations := map[string]string{}
	for name, value := range u.GetAnnotations() {
		if strings.Contains(name, "redislint.dev/") || strings.Contains(name, "load-balancer") || strings.Contains(name, "storage-class") {
			annotations[name] = value
		}
	}
	if len(annotations) > 0 {
		metadata["annotations"] = annotations
	}
	return metadata
}

var writers = sync.Pool{New: func() any {
	w, _ := flate.NewWriter(io.Discard, flate.BestSpeed) // the level is valid
	return w
}}

func pack(text []byte) ([]byte, error) {
	var b bytes.Buffer
	w := writers.Get().(*flate.Writer)
	defer writers.Put(w)
	w.Reset(&b)
	if _, err := w.Write(text); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	return bytes.Clone(b.Bytes()), nil
}

// json returns the kept fields, nil when there are none.
func (p *projection) json() []byte {
	if p.packed == nil {
		return nil
	}
	text, err := io.ReadAll(flate.NewReader(bytes.NewReader(p.packed)))
	if err != nil {
		return nil // it was packed here
	}
	return text
}
