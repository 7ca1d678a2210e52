package e2e

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/redislint/redislint/internal/admission"
	"github.com/redislint/redislint/internal/certs"
)

// How often each happens while requests come in.
const (
	restarts      = 18
	leafRotations = 20
)

// Restarts, and rotations of leaf and CA, cost no request, with a policy by which each would be seen. A kill costs at most what was
// under way until the replica was out of the Service; with policy Ignore, nothing.
func TestNoRequestIsLost(t *testing.T) {
	c := rig(t)
	// Two thirds of the CA's life are over, so the rotator begins to replace it at once.
	aged := newAuthority(t, time.Now().Add(-certs.DefaultAuthorityLife*7/10))
	c.seed(t, aged)
	c.failWith(t, admissionregistrationv1.Fail)
	// The lag is the kubelet's and the EndpointSlice controller's.
	const lag = time.Second
	args := []string{"--self-signed-certs", "--reload-interval=1s", "--drain-lag=" + lag.String()}
	replicas := c.replicas(t, 3, args...)

	l := c.load(t)
	began := time.Now()
	rotated := make(chan error, 1)
	go func() { rotated <- c.rotateLeaves(t.Context(), leafRotations, 4*time.Second) }()

	var draining []*replica
	for i := range restarts {
		r := c.run(t, args...)
		if err := c.publish(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		old := replicas[i%3]
		replicas[i%3] = r
		c.drain(t, old, lag/2)
		draining = append(draining, old)
		none(t, fmt.Sprintf("restart %d", i+1), l.take())
	}
	t.Logf("%d restarts took %s", restarts, time.Since(began).Round(time.Second))
	if err := <-rotated; err != nil {
		t.Errorf("rotate the leaf: %v", err)
	}
	none(t, "restarts and leaves", l.take())
	for _, r := range draining {
		select {
		case <-r.ended:
		case <-time.After(2 * time.Minute):
			t.Errorf("a replica does not end: %s", r.output())
		}
	}
	t.Logf("all were gone %s after the first request", time.Since(began).Round(time.Second))

	eventually(t, 150*time.Second, "a leaf of the new CA", func() error { return c.signedAnew(t.Context(), aged) })
	t.Logf("the CA had been replaced %s after the first request", time.Since(began).Round(time.Second))
	<-time.After(3 * time.Second) // every replica serves it
	none(t, "the new CA", l.take())
	t.Log(l.end())

	t.Run("kill -9 with policy Fail", func(t *testing.T) {
		l := c.load(t)
		<-time.After(2 * time.Second)
		killed := time.Now()
		replicas[0].kill()
		if err := c.retract(t.Context(), replicas[0]); err != nil {
			t.Fatal(err)
		}
		retracted := time.Now()
		<-time.After(3 * time.Second)
		failures := l.take()
		for _, f := range failures {
			if f.began.After(retracted.Add(time.Second)) {
				t.Errorf("%s after the replica was out of the Service: %v", f.began.Sub(retracted), f.err)
			}
		}
		t.Logf("%d failed; out of the Service %s after the kill; %s", len(failures), retracted.Sub(killed).Round(time.Millisecond), l.end())
		none(t, "later", l.take())
	})
	t.Run("kill -9 with policy Ignore", func(t *testing.T) {
		c.failWith(t, admissionregistrationv1.Ignore)
		l := c.load(t)
		<-time.After(2 * time.Second)
		replicas[1].kill()
		<-time.After(time.Second) // a kubelet takes longer
		if err := c.retract(t.Context(), replicas[1]); err != nil {
			t.Fatal(err)
		}
		<-time.After(2 * time.Second)
		t.Log(l.end())
		none(t, "a user saw it", l.take())
	})
}

// seed puts a CA and a leaf into the Secret as a rotator would have left them.
func (c *cluster) seed(t *testing.T, ca *certs.Authority) {
	t.Helper()
	key, err := ca.Key()
	if err != nil {
		t.Fatal(err)
	}
	crt, leafKey := issue(t, ca, time.Now())
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: admission.DefaultName + "-certs", Annotations: map[string]string{certs.OwnerAnnotation: string(certs.Self)}},
		Type:       corev1.SecretTypeTLS,
		Data:       map[string][]byte{"tls.crt": crt, "tls.key": leafKey, "ca.crt": bundleOf(ca), "ca.key": key},
	}
	if _, err := c.typed.CoreV1().Secrets(admission.DefaultNamespace).Create(t.Context(), secret, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	c.configure(t, func(w *admissionregistrationv1.ValidatingWebhook) { w.ClientConfig.CABundle = bundleOf(ca) })
}

// rotateLeaves has the replicas serve one leaf after the other, each of the CA that signs at the time.
func (c *cluster) rotateLeaves(ctx context.Context, n int, pause time.Duration) error {
	for i := range n {
		secret, err := c.typed.CoreV1().Secrets(admission.DefaultNamespace).Get(ctx, admission.DefaultName+"-certs", metav1.GetOptions{})
		if err != nil {
			return err
		}
		ca, err := certs.FindAuthority(secret.Data["ca.key"], certs.ParseBundle(secret.Data["ca.crt"]))
		if err != nil {
			return err
		}
		pair, err := ca.Issue(time.Now().Add(-time.Duration(i)*time.Hour), certs.DefaultLeafLife, names)
		if err != nil {
			return err
		}
		secret.Data["tls.crt"], secret.Data["tls.key"] = pair.PEM()
		// A conflict is the rotator's own write, and as good.
		if _, err := c.typed.CoreV1().Secrets(admission.DefaultNamespace).Update(ctx, secret, metav1.UpdateOptions{}); err != nil && !strings.Contains(err.Error(), "the object has been modified") {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
	return nil
}

// signedAnew reports whether the leaf in the Secret is of another CA than the one given.
func (c *cluster) signedAnew(ctx context.Context, old *certs.Authority) error {
	secret, err := c.typed.CoreV1().Secrets(admission.DefaultNamespace).Get(ctx, admission.DefaultName+"-certs", metav1.GetOptions{})
	if err != nil {
		return err
	}
	pair, err := certs.ParsePair(secret.Data["tls.crt"], secret.Data["tls.key"])
	if err != nil {
		return err
	}
	if err := pair.Leaf().CheckSignatureFrom(old.Certificate()); err == nil {
		return fmt.Errorf("the leaf that ends at %s is of the old CA", pair.Leaf().NotAfter)
	}
	return nil
}

// An API server and its etcd that end and come back find the webhook as they left it, and it sees what happens then.
func TestWebhookOutlivesTheAPIServer(t *testing.T) {
	c := rig(t)
	folder := c.certificateFolder(t)
	c.api.end(syscall.SIGTERM, 10*time.Second)

	// Started before the API server: it waits, and says so.
	r := c.run(t, "--cert-dir="+folder)
	eventually(t, 20*time.Second, "wait for the API server", func() error {
		text, status, err := r.get(t.Context(), r.probes, "/readyz")
		if err != nil {
			return err
		}
		if status != 503 || !strings.Contains(text, "[-] caches: not synced yet") {
			return fmt.Errorf("%d: %s", status, text)
		}
		return nil
	})
	if err := c.startAPI(); err != nil {
		t.Fatal(err)
	}
	if err := c.ready(time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := c.publish(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if err := c.judging(t.Context(), r); err != nil {
		t.Fatal(err)
	}

	for round, outage := range map[string]func(){
		"killed API server":          func() { c.api.kill() },
		"killed API server and etcd": func() { c.api.kill(); c.etcd.kill() },
	} {
		t.Run(round, func(t *testing.T) {
			ns := c.namespace(t, nil)
			all, by := file(t, ns, "sentinel.yaml")
			c.made(t, all...)
			// What the webhook has not seen before the outage, it learns only when that kind's watch is back.
			eventually(t, time.Minute, "see the Sentinels", func() error {
				return c.scale(t, by["StatefulSet/redis"], 2, metav1.DryRunAll).refused(tooFew)
			})
			outage()
			select {
			case <-c.etcd.ended:
				if err := c.startEtcd(); err != nil {
					t.Fatal(err)
				}
			default:
			}
			if err := c.startAPI(); err != nil {
				t.Fatal(err)
			}
			if err := c.ready(time.Minute); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			if err := c.judging(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			// What is made now is seen now: the watches are back.
			eventually(t, time.Minute, "see a new Service", func() error {
				other := c.namespace(t, nil)
				_, ring := file(t, other, "cluster.yaml")
				open := ring["Service/redis"].DeepCopy()
				delete(open.Object["spec"].(map[string]any), "clusterIP")
				if err := c.create(t, open).err; err != nil {
					return err
				}
				return until(t.Context(), 3*time.Second, func() error { return c.create(t, ring["StatefulSet/redis"], metav1.DryRunAll).refused(noNames) })
			})
			if err := c.scale(t, by["StatefulSet/redis"], 2).refused(tooFew); err != nil {
				t.Error(err)
			}
			t.Logf("judged and saw all %s after the API server was back", time.Since(began).Round(10*time.Millisecond))
		})
	}
	select {
	case <-r.ended:
		t.Error("the webhook has ended")
	default:
	}
}
