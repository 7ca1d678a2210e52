package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/redislint/redislint/internal/admission"
)

// replica is one process of the webhook.
type replica struct {
	*process
	port, probes, metrics int
}

// deployed are the files of deploy/ that do not run the webhook, which is a process here.
var deployed = []string{
	"../../deploy/base/10-namespace.yaml", "../../deploy/base/20-serviceaccount.yaml", "../../deploy/base/30-rbac.yaml",
	"../../deploy/components/builtin-certificates/rbac.yaml", "../../deploy/base/80-breakglass-audit.yaml",
}

const configurationFile = "../../deploy/base/70-validatingwebhookconfiguration.yaml"

// installed installs what deploy/ has, with one replica that makes its certificate, and returns when changes are judged.
func (c *cluster) installed(args ...string) (*replica, error) {
	if err := c.prepared(); err != nil {
		return nil, err
	}
	r, err := c.startReplica(append([]string{"--self-signed-certs"}, args...)...)
	if err != nil {
		return nil, err
	}
	if err := c.publish(context.Background(), r); err != nil {
		return r, err
	}
	return r, c.judging(context.Background(), r)
}

// prepared makes everything but the replicas.
func (c *cluster) prepared() error {
	if err := c.createFiles(deployed, "ResourceQuota"); err != nil {
		return err
	}
	if err := c.createFiles([]string{"testdata/crds.yaml"}); err != nil {
		return err
	}
	// Without a selector, as EndpointSlices are written by hand.
	service := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: admission.DefaultName},
		Spec:       corev1.ServiceSpec{Ports: []corev1.ServicePort{{Name: "webhook", Port: 443}}},
	}
	if _, err := c.typed.CoreV1().Services(admission.DefaultNamespace).Create(context.Background(), service, metav1.CreateOptions{}); err != nil {
		return err
	}
	return c.createFiles([]string{configurationFile})
}

// startReplica starts a process of the webhook. Nobody calls it before it is published.
func (c *cluster) startReplica(args ...string) (*replica, error) {
	r := &replica{}
	for _, port := range []*int{&r.port, &r.probes, &r.metrics} {
		var err error
		if *port, err = freePort(); err != nil {
			return nil, err
		}
	}
	local := func(port int) string { return fmt.Sprintf("%s:%d", address, port) }
	args = append([]string{
		"--kubeconfig=" + c.file("webhook.kubeconfig"), "--namespace=" + admission.DefaultNamespace,
		"--webhook-host=" + address, "--webhook-port=" + strconv.Itoa(r.port),
		"--health-probe-bind-address=" + local(r.probes), "--metrics-bind-address=" + local(r.metrics),
		"--log-format=text",
	}, args...)
	var err error
	r.process, err = start(c.folder, "webhook", []string{"GOMEMLIMIT=230MiB"}, args...)
	return r, err
}

// slice is the EndpointSlice of a replica.
func (c *cluster) slice(r *replica) *discoveryv1.EndpointSlice {
	ready := true
	port, name, protocol := int32(r.port), "webhook", corev1.ProtocolTCP
	return &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{
			Name: fmt.Sprintf("replica-%d", r.port), Namespace: admission.DefaultNamespace,
			Labels: map[string]string{discoveryv1.LabelServiceName: admission.DefaultName},
		},
		AddressType: discoveryv1.AddressTypeIPv4,
		Endpoints:   []discoveryv1.Endpoint{{Addresses: []string{address}, Conditions: discoveryv1.EndpointConditions{Ready: &ready}}},
		Ports:       []discoveryv1.EndpointPort{{Name: &name, Port: &port, Protocol: &protocol}},
	}
}

// publish waits until a replica is ready and makes it part of the Service, as kubelets and controllers would.
func (c *cluster) publish(ctx context.Context, r *replica) error {
	if err := r.ready(ctx); err != nil {
		return err
	}
	_, err := c.typed.DiscoveryV1().EndpointSlices(admission.DefaultNamespace).Create(ctx, c.slice(r), metav1.CreateOptions{})
	return err
}

// retract takes a replica out of the Service.
func (c *cluster) retract(ctx context.Context, r *replica) error {
	return c.typed.DiscoveryV1().EndpointSlices(admission.DefaultNamespace).Delete(ctx, c.slice(r).Name, metav1.DeleteOptions{})
}

// ready waits until a replica says that it is.
func (r *replica) ready(ctx context.Context) error {
	err := until(ctx, 60*time.Second, func() error {
		select {
		case <-r.ended:
			return errors.New("the webhook has ended")
		default:
		}
		text, status, err := r.get(ctx, r.probes, "/readyz")
		if err != nil {
			return err
		}
		if status != http.StatusOK {
			return fmt.Errorf("not ready:\n%s", text)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("%w\n%s", err, r.output())
	}
	return nil
}

func (r *replica) get(ctx context.Context, port int, path string) (text string, status int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://%s:%d%s", address, port, path), nil)
	if err != nil {
		return "", 0, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", 0, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 4<<20))
	return string(body), response.StatusCode, err
}

// metric returns the sum of a metric's series that have all the labels, written as in the exposition: verdict="denied".
func (r *replica) metric(ctx context.Context, name string, labels ...string) (float64, error) {
	text, _, err := r.get(ctx, r.metrics, "/metrics")
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for line := range strings.Lines(text) {
		series, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if metric, _, _ := strings.Cut(series, "{"); metric != name || slices.ContainsFunc(labels, func(l string) bool { return !strings.Contains(series, l) }) {
			continue
		}
		v, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return 0, fmt.Errorf("metric %s: %w", name, err)
		}
		sum += v
	}
	return sum, nil
}

// bare is a Redis without a memory limit: an error, of this object alone.
const bare = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis}
spec:
  serviceName: redis
  selector: {matchLabels: {app: redis}}
  template:
    metadata: {labels: {app: redis}}
    spec:
      containers:
      - {name: redis, image: "redis:7.2", args: [--maxmemory 768mb, --requirepass $(PASSWORD)], env: [{name: PASSWORD, valueFrom: {secretKeyRef: {name: redis, key: password}}}]}
`

// judging waits until the API server calls the webhook, by a dry run of what is known to be denied.
func (c *cluster) judging(ctx context.Context, replicas ...*replica) error {
	all, err := parse(bare)
	if err != nil {
		return err
	}
	o := all[0]
	o.SetNamespace("default")
	err = until(ctx, 30*time.Second, func() error {
		a := c.ask(ctx, func(ctx context.Context) (*object, error) {
			return at(c.dynamic, o).Create(ctx, o, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		})
		return a.refused("memory-resources-missing")
	})
	if err != nil {
		for _, r := range replicas {
			err = fmt.Errorf("%w\n%s", err, r.output())
		}
	}
	return err
}

// drain ends a replica as a kubelet does: told to end, it is taken out of the Service after a while.
func (c *cluster) drain(t *testing.T, r *replica, lag time.Duration) {
	t.Helper()
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	<-time.After(lag)
	if err := c.retract(t.Context(), r); err != nil {
		t.Error(err)
	}
}

// kubectl runs kubectl as a user and returns what it prints on both streams.
func (c *cluster) kubectl(t *testing.T, user, input string, args ...string) (output string, failed bool) {
	t.Helper()
	command := kubectlCommand(t, args...)
	command.Stdin = strings.NewReader(input)
	command.Env = append(os.Environ(), "KUBECONFIG="+c.file(user+".kubeconfig"), "HOME="+c.folder)
	text, err := command.CombinedOutput()
	return string(text), err != nil
}

func kubectlCommand(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	return exec.CommandContext(t.Context(), filepath.Join(programs, "kubectl"), args...)
}
