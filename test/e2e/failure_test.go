package e2e

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// rig is a cluster of a test's own, with everything installed but replicas.
func rig(t *testing.T) *cluster {
	t.Helper()
	c, err := newCluster()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.end)
	if err := c.prepared(); err != nil {
		t.Fatal(err)
	}
	return c
}

// run starts a replica that ends with the test.
func (c *cluster) run(t *testing.T, args ...string) *replica {
	t.Helper()
	r, err := c.startReplica(args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		r.kill()
		if t.Failed() {
			t.Log(r.output())
		}
	})
	return r
}

// broken serves, in place of a replica, whatever a handler does.
func (c *cluster) broken(t *testing.T, folder string, handler http.HandlerFunc) *replica {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(filepath.Join(folder, "tls.crt"), filepath.Join(folder, "tls.key"))
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", address+":0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{
		Handler: handler, TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}}, ReadHeaderTimeout: time.Minute,
		ErrorLog: log.New(io.Discard, "", 0),
	}
	go func() { _ = server.ServeTLS(listener, "", "") }()
	t.Cleanup(func() { _ = server.Close() })
	return &replica{port: listener.Addr().(*net.TCPAddr).Port}
}

// obey checks that a request which the webhook cannot decide is treated as the policy has it, within the time that API servers wait.
func (c *cluster) obey(t *testing.T, policy admissionregistrationv1.FailurePolicyType, o *object) error {
	t.Helper()
	began := time.Now()
	a := c.create(t, o, metav1.DryRunAll)
	took := time.Since(began)
	if took > 6*time.Second {
		return fmt.Errorf("took %s", took)
	}
	switch policy {
	case admissionregistrationv1.Ignore:
		if a.err != nil {
			return a.err
		}
		for key := range a.annotations(t) {
			if strings.HasPrefix(key, "failed-open.validating.webhook.admission.k8s.io/") {
				return nil
			}
		}
		return errors.New("admitted, but not because the webhook failed")
	default:
		status, ok := errors.AsType[*apierrors.StatusError](a.err)
		if !ok || status.ErrStatus.Code != http.StatusInternalServerError || !strings.Contains(a.err.Error(), `failed calling webhook "workloads.redislint.dev"`) {
			return fmt.Errorf("want the API server's failure, got %w", a.err)
		}
		return nil
	}
}

// slow is a rule that takes for ever over a Redis named slow, and no time over others.
const slow = `# METADATA
# title: Slow
# description: Takes for ever.
# related_resources:
# - ref: https://example.com
#   description: none
# custom:
#   severity: error
#   remediation: wait
#   examples:
#     bad: |
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata: {name: bad}
#       spec: {template: {spec: {containers: [{name: redis, image: "redis:7.2"}]}}} # want slow
#     good: |
#       apiVersion: apps/v1
#       kind: StatefulSet
#       metadata: {name: good}
#       spec: {template: {spec: {containers: [{name: redis, image: "redis:7.2"}]}}}
package redislint.test.slow

findings contains finding if {
	input.name == "bad"
	finding := {"at": "/nodes/0", "message": "bad"}
}

findings contains finding if {
	startswith(input.name, "slow")
	some a in numbers.range(1, 3000)
	some b in numbers.range(1, 3000)
	some c in numbers.range(1, 3000)
	a + b + c == 0
	finding := {"at": "/nodes/0", "message": "slow"}
}
`

// A fault of the webhook is the API server's to judge, by failurePolicy; never a verdict on the request.
func TestFailurePolicyIsKept(t *testing.T) {
	c := rig(t)
	folder := c.certificateFolder(t)
	redis := one(t, "default", bare)
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	faults := map[string]http.HandlerFunc{
		"a panic": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"an error": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "no verdict", http.StatusInternalServerError)
		},
		"garbage": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("\x00{garbage")) },
		"an answer to another": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": {"uid": "x", "allowed": false}}`))
		},
		"no answer for a minute": func(_ http.ResponseWriter, r *http.Request) { wait(r.Context(), hang) },
		"an answer without a end": func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte("{"))
			w.(http.Flusher).Flush()
			wait(r.Context(), hang)
		},
	}
	for _, policy := range []admissionregistrationv1.FailurePolicyType{admissionregistrationv1.Ignore, admissionregistrationv1.Fail} {
		c.failWith(t, policy)
		for name, handler := range faults {
			t.Run(string(policy)+": "+name, func(t *testing.T) {
				var called atomic.Bool
				r := c.broken(t, folder, func(w http.ResponseWriter, request *http.Request) {
					called.Store(true)
					handler(w, request)
				})
				if _, err := c.typed.DiscoveryV1().EndpointSlices("redislint-system").Create(t.Context(), c.slice(r), metav1.CreateOptions{}); err != nil {
					t.Fatal(err)
				}
				eventually(t, 30*time.Second, "the policy decides", func() error {
					if err := c.obey(t, policy, redis); err != nil {
						return err
					}
					if !called.Load() {
						return errors.New("nobody was called")
					}
					return nil
				})
				if err := c.retract(t.Context(), r); err != nil {
					t.Fatal(err)
				}
			})
		}
		t.Run(string(policy)+": nobody there", func(t *testing.T) {
			eventually(t, 30*time.Second, "the policy decides", func() error { return c.obey(t, policy, redis) })
			// What need not concern Redis never waits for the webhook.
			c.made(t, one(t, "default", fmt.Sprintf("apiVersion: v1\nkind: Service\nmetadata: {name: web-%s}\nspec: {ports: [{port: 80}]}\n", strings.ToLower(string(policy)))))
		})
	}

	policies := t.TempDir()
	if err := os.Mkdir(filepath.Join(policies, "test"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(policies, "test", "slow.rego"), []byte(slow), 0o600); err != nil {
		t.Fatal(err)
	}
	r := c.run(t, "--cert-dir="+folder, "--policy-dir="+policies)
	if err := c.publish(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if err := c.judging(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	t.Run("a rule that hangs has no say, and others have", func(t *testing.T) {
		sound := strings.Replace(bare, "args:", "resources: {requests: {memory: 1Gi}, limits: {memory: 1Gi}}, args:", 1)
		began := time.Now()
		if err := c.create(t, one(t, "default", strings.ReplaceAll(sound, "name: redis}", "name: slow}")), metav1.DryRunAll).warned("rule slow could not be decided"); err != nil {
			t.Error(err)
		}
		if err := c.create(t, one(t, "default", strings.ReplaceAll(bare, "name: redis}", "name: slow}")), metav1.DryRunAll).refused(noMemory); err != nil {
			t.Error(err)
		}
		t.Logf("two reviews with a rule that hangs took %s", time.Since(began))
	})
}

func wait(ctx context.Context, ended <-chan struct{}) {
	select {
	case <-ctx.Done():
	case <-ended:
	}
}
