package certs

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"

	admission "k8s.io/api/admissionregistration/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	client "k8s.io/client-go/kubernetes/typed/admissionregistration/v1"
)

// injections are the annotations by which cert-manager is asked to own caBundle.
var injections = []string{
	"cert-manager.io/inject-ca-from",
	"cert-manager.io/inject-ca-from-secret",
	"cert-manager.io/inject-apiserver-ca",
}

// registration is a ValidatingWebhookConfiguration as it was read; nil when there is none. Without one nobody calls, so nobody's
// trust is missing.
type registration struct {
	*admission.ValidatingWebhookConfiguration
}

func readRegistration(ctx context.Context, c client.ValidatingWebhookConfigurationInterface, name string) (registration, error) {
	object, err := c.Get(ctx, name, meta.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return registration{}, nil
	case err != nil:
		return registration{}, fmt.Errorf("read webhook configuration %s: %w", name, err)
	}
	for _, annotation := range injections {
		if _, ok := object.Annotations[annotation]; ok {
			return registration{}, fmt.Errorf("webhook configuration %s: caBundle has two owners: mode self and, by its annotation %s, cert-manager", name, annotation)
		}
	}
	return registration{object}, nil
}

// published returns what API servers trust, or soon will.
func (r registration) published() []*x509.Certificate {
	var all []*x509.Certificate
	if r.ValidatingWebhookConfiguration != nil {
		for _, w := range r.Webhooks {
			all = union(all, ParseBundle(w.ClientConfig.CABundle)...)
		}
	}
	return all
}

// has reports whether every webhook has this bundle.
func (r registration) has(bundle []byte) bool {
	if r.ValidatingWebhookConfiguration != nil {
		for _, w := range r.Webhooks {
			if !bytes.Equal(w.ClientConfig.CABundle, bundle) {
				return false
			}
		}
	}
	return true
}

// edition changes whenever anything but metadata does.
func (r registration) edition() string {
	if r.ValidatingWebhookConfiguration == nil {
		return ""
	}
	return fmt.Sprintf("%s/%d", r.UID, r.Generation)
}

// write puts the bundle into every webhook. It fails with a conflict when the object has changed since it was read, and touches
// nothing but caBundle: fields that this client does not know stay.
func (r registration) write(ctx context.Context, c client.ValidatingWebhookConfigurationInterface, bundle []byte) error {
	if r.has(bundle) {
		return nil
	}
	type object map[string]any
	var webhooks []object
	for _, w := range r.Webhooks {
		webhooks = append(webhooks, object{"name": w.Name, "clientConfig": object{"caBundle": bundle}})
	}
	patch, err := json.Marshal(object{"metadata": object{"resourceVersion": r.ResourceVersion}, "webhooks": webhooks})
	if err != nil {
		return fmt.Errorf("write webhook configuration %s: %w", r.Name, err)
	}
	if _, err := c.Patch(ctx, r.Name, types.StrategicMergePatchType, patch, meta.PatchOptions{FieldManager: fieldManager}); err != nil {
		return fmt.Errorf("write webhook configuration %s: %w", r.Name, err)
	}
	return nil
}
