package admission

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	admissionv1 "k8s.io/api/admission/v1"

	"github.com/redislint/redislint/internal/manifest"
)

// change is what a request does to one object of the cluster.
type change struct {
	operation admissionv1.Operation
	namespace string
	before    *manifest.Object // nil for CREATE
	after     *manifest.Object // nil for DELETE
	// partial is true when the object of a CREATE or UPDATE is not what the user
	// sent: a Scale, applied to the workload that it scales.
	partial bool
}

// subject is the object that the request is about.
func (c change) subject() *manifest.Object {
	if c.after != nil {
		return c.after
	}
	return c.before
}

// errUnknownParent says that the workload of a Scale is not in the view.
var errUnknownParent = errors.New("the scaled workload is not known here")

// changeOf decodes a request. parent returns the raw workload that a Scale
// belongs to, nil when nobody knows it.
func changeOf(req admissionv1.AdmissionRequest, parent func(kind, namespace, name string) []byte) (change, error) {
	c := change{operation: req.Operation, namespace: req.Namespace}
	if req.SubResource == "scale" {
		return scaled(c, req, parent)
	}
	var err error
	if len(req.OldObject.Raw) > 0 {
		if c.before, err = decodeObject(req, req.OldObject.Raw); err != nil {
			return c, fmt.Errorf("old object: %w", err)
		}
	}
	if len(req.Object.Raw) > 0 && req.Operation != admissionv1.Delete {
		if c.after, err = decodeObject(req, req.Object.Raw); err != nil {
			return c, fmt.Errorf("object: %w", err)
		}
	}
	switch {
	case req.Operation == admissionv1.Create && c.after == nil,
		req.Operation == admissionv1.Update && (c.after == nil || c.before == nil):
		return c, fmt.Errorf("%s without the objects it is about", req.Operation)
	}
	return c, nil
}

// scaled turns the Scale of a workload into a change of the workload.
func scaled(c change, req admissionv1.AdmissionRequest, parent func(kind, namespace, name string) []byte) (change, error) {
	raw := parent(scaledKinds[req.Resource.Resource], req.Namespace, req.Name)
	if raw == nil {
		return c, errUnknownParent
	}
	var err error
	if c.before, err = decodeObject(req, raw); err != nil {
		return c, fmt.Errorf("scaled workload: %w", err)
	}
	var scale struct {
		Spec struct {
			Replicas int64 `json:"replicas"` // left out when 0
		} `json:"spec"`
	}
	if err := json.Unmarshal(req.Object.Raw, &scale); err != nil {
		return c, fmt.Errorf("scale: %w", err)
	}
	var workload map[string]any
	if err := json.Unmarshal(raw, &workload); err != nil {
		return c, fmt.Errorf("scaled workload: %w", err)
	}
	spec, ok := workload["spec"].(map[string]any)
	if !ok {
		return c, errors.New("scaled workload has no spec")
	}
	spec["replicas"] = scale.Spec.Replicas
	edited, err := json.Marshal(workload)
	if err != nil {
		return c, fmt.Errorf("scaled workload: %w", err)
	}
	c.after, err = decodeObject(req, edited)
	c.partial = true
	return c, err
}

func decodeObject(req admissionv1.AdmissionRequest, raw []byte) (*manifest.Object, error) {
	o, err := manifest.DecodeOne(file, raw, manifest.Options{})
	if err != nil {
		return nil, err
	}
	if o.Namespace == "" {
		o.Namespace = req.Namespace
	}
	if o.Name == "" {
		o.Name = req.Name
	}
	return o, nil
}

// file stands for the file of every object of the cluster: they belong
// together.
const file = "cluster"

// specUnchanged reports whether an update leaves everything alone that facts
// are read from: metadata and status change, the rest does not.
func (c change) specUnchanged() bool {
	if c.before == nil || c.after == nil || c.partial {
		return false
	}
	return reflect.DeepEqual(judged(c.before), judged(c.after))
}

// judged are the fields of an object outside metadata and status.
func judged(o *manifest.Object) map[string]any {
	fields := map[string]any{}
	for name, value := range o.Root.Fields() {
		switch name {
		case "metadata", "status", "apiVersion", "kind":
		default:
			fields[name] = value.Value()
		}
	}
	return fields
}

// controlled reports whether a controller made the object and would make it
// again: what matters was judged at its owner.
func controlled(o *manifest.Object) bool {
	for _, owner := range o.Root.Get("metadata", "ownerReferences").Items() {
		if is, _ := owner.Get("controller").Bool(); is {
			return true
		}
	}
	return false
}
