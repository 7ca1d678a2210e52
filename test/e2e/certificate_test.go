package e2e

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"

	"github.com/redislint/redislint/internal/admission"
	"github.com/redislint/redislint/internal/certs"
)

// names are those by which API servers call the Service.
var names = certs.DNSNames(admission.DefaultName, admission.DefaultNamespace, "")

func newAuthority(t *testing.T, made time.Time) *certs.Authority {
	t.Helper()
	ca, err := certs.NewAuthority(made, certs.DefaultAuthorityLife)
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

func issue(t *testing.T, ca *certs.Authority, made time.Time) (crt, key []byte) {
	t.Helper()
	pair, err := ca.Issue(made, certs.DefaultLeafLife, names)
	if err != nil {
		t.Fatal(err)
	}
	return pair.PEM()
}

// certificateFolder returns a folder with a pair that the cluster's API server trusts, for --cert-dir.
func (c *cluster) certificateFolder(t *testing.T) string {
	t.Helper()
	ca := newAuthority(t, time.Now())
	folder := t.TempDir()
	crt, key := issue(t, ca, time.Now())
	for name, text := range map[string][]byte{"tls.crt": crt, "tls.key": key} {
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c.configure(t, func(w *admissionregistrationv1.ValidatingWebhook) { w.ClientConfig.CABundle = bundleOf(ca) })
	return folder
}

func bundleOf(ca *certs.Authority) []byte {
	return certs.EncodeBundle([]*x509.Certificate{ca.Certificate()})
}

// configure edits every entry of the webhook's configuration.
func (c *cluster) configure(t *testing.T, edit func(*admissionregistrationv1.ValidatingWebhook)) {
	t.Helper()
	client := c.typed.AdmissionregistrationV1().ValidatingWebhookConfigurations()
	eventually(t, 10*time.Second, "edit the configuration", func() error {
		now, err := client.Get(t.Context(), admission.DefaultName, metav1.GetOptions{})
		if err != nil {
			return err
		}
		for i := range now.Webhooks {
			edit(&now.Webhooks[i])
		}
		_, err = client.Update(t.Context(), now, metav1.UpdateOptions{})
		return err
	})
}

// failWith has every entry that may fail closed do so, or none.
func (c *cluster) failWith(t *testing.T, policy admissionregistrationv1.FailurePolicyType) {
	t.Helper()
	want := map[string]admissionregistrationv1.FailurePolicyType{}
	for _, w := range admission.Configuration(admission.ConfigurationOptions{FailurePolicy: policy}).Webhooks {
		want[w.Name] = *w.FailurePolicy
	}
	c.configure(t, func(w *admissionregistrationv1.ValidatingWebhook) { w.FailurePolicy = new(want[w.Name]) })
}

// putSecret writes the webhook's certificates as its rotator does.
func (c *cluster) putSecret(ctx context.Context, data map[string][]byte) error {
	raw, err := json.Marshal(map[string]any{"data": data})
	if err != nil {
		return err
	}
	_, err = c.typed.CoreV1().Secrets(admission.DefaultNamespace).Patch(ctx, admission.DefaultName+"-certs", types.MergePatchType, raw, metav1.PatchOptions{})
	if err != nil {
		return fmt.Errorf("write the Secret: %w", err)
	}
	return nil
}
