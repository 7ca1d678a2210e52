package e2e

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/redislint/redislint/internal/admission"
)

// authority is a CA that nobody uses.
func authority(t *testing.T) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "other"}, IsCA: true, BasicConstraintsValid: true, NotAfter: time.Now().AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	c := rig(t)
	r := c.run(t, "--self-signed-certs")
	if err := c.publish(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if err := c.judging(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	c.grant(t, "doctor.yaml", "physician", "default")
	// says waits until the doctor says all of it: API servers learn of changes a moment later.
	says := func(t *testing.T, user string, code int, args []string, lines ...string) {
		t.Helper()
		var last printed
		eventually(t, 20*time.Second, "the diagnosis", func() error {
			last = c.redislint(t, user, append([]string{"doctor", "-n", "default"}, args...)...)
			if last.code != code {
				return fmt.Errorf("exit code %d, want %d:\n%s%s", last.code, code, last.out, last.errs)
			}
			text := strings.Join(strings.Fields(last.out), " ")
			for _, line := range lines {
				if !strings.Contains(text, line) {
					return fmt.Errorf("it does not say %q:\n%s", line, last.out)
				}
			}
			return nil
		})
		t.Log("\n" + last.out)
	}
	healthy := []string{
		"ok kubernetes v", "ok configuration 9 entries, failurePolicy Ignore, timeout 3 s", "ok selectors all namespaces but redislint-system and kube-system",
		"ok service redislint-system/redislint-webhook, port 443", "ok endpoints 1 ready", "ok trial a Redis without a memory limit was refused in default, by dry run",
		"ok trial a good Redis was admitted in default", "ok authority caBundle is valid until", "ok certificate that of " + address + ":",
	}
	t.Run("of what works", func(t *testing.T) { says(t, "", 0, nil, healthy...) })
	t.Run("with the role", func(t *testing.T) { says(t, "physician", 0, nil, healthy...) })
	t.Run("of a configuration that is not there", func(t *testing.T) {
		says(t, "", 1, []string{"--webhook-configuration", "other"}, "fail configuration ValidatingWebhookConfiguration other does not exist: nothing is sent to the webhook fix: kubectl apply")
	})
	t.Run("by nobody", func(t *testing.T) { says(t, "nobody", 3, nil, "unknown configuration not allowed to read") })

	// From here on the configuration is a copy that no replica mends.
	configurations := c.typed.AdmissionregistrationV1().ValidatingWebhookConfigurations()
	original, err := configurations.Get(t.Context(), admission.DefaultName, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := configurations.Delete(t.Context(), admission.DefaultName, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	install := func(t *testing.T, change func(*admissionregistrationv1.ValidatingWebhook)) {
		t.Helper()
		changed := original.DeepCopy()
		changed.ObjectMeta = metav1.ObjectMeta{Name: "copy"}
		for i := range changed.Webhooks {
			change(&changed.Webhooks[i])
		}
		if _, err := configurations.Create(t.Context(), changed, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := configurations.Delete(context.Background(), "copy", metav1.DeleteOptions{}); err != nil {
				t.Error(err)
			}
		})
	}
	other := authority(t)
	for _, v := range []struct {
		name   string
		change func(*admissionregistrationv1.ValidatingWebhook)
		says   []string
	}{
		{"of a CA that signed nothing", func(w *admissionregistrationv1.ValidatingWebhook) { w.ClientConfig.CABundle = other }, []string{
			"fail trial a Redis without a memory limit was admitted in default", "shows one that caBundle does not sign",
		}},
		{"of a CA that signed nothing, closed", func(w *admissionregistrationv1.ValidatingWebhook) {
			w.ClientConfig.CABundle = other
			w.FailurePolicy = new(admissionregistrationv1.Fail)
		}, []string{
			"fail trial", "x509: certificate signed by unknown authority", "fix: the certificate and the caBundle have to belong together", "unsigned.redislint.dev has failurePolicy Fail and concerns more than Redis",
		}},
		{"of no CA", func(w *admissionregistrationv1.ValidatingWebhook) { w.ClientConfig.CABundle = nil }, []string{"fail authority caBundle is empty"}},
		{"of a Service that is not there", func(w *admissionregistrationv1.ValidatingWebhook) { w.ClientConfig.Service.Name = "none" }, []string{
			"fail service Service redislint-system/none does not exist", "fail trial",
		}},
		{"of a port that the Service does not have", func(w *admissionregistrationv1.ValidatingWebhook) { w.ClientConfig.Service.Port = new(int32(8443)) }, []string{
			"fail service Service redislint-system/redislint-webhook has no port 8443", "fail trial",
		}},
		{"of a selector that takes all in", func(w *admissionregistrationv1.ValidatingWebhook) { w.NamespaceSelector = nil }, []string{
			"fail selectors workloads.redislint.dev is called for namespace redislint-system", "is called for namespace kube-system",
		}},
	} {
		t.Run(v.name, func(t *testing.T) {
			install(t, v.change)
			says(t, "", 1, []string{"--webhook-configuration", "copy"}, v.says...)
		})
	}
	t.Run("of nobody behind the Service", func(t *testing.T) {
		install(t, func(*admissionregistrationv1.ValidatingWebhook) {})
		if err := c.retract(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		says(t, "", 1, []string{"--webhook-configuration", "copy"}, "fail endpoints nobody is behind the Service: everything is admitted", "fail trial")
	})
}
