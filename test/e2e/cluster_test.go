package e2e

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// cluster is an API server with its etcd and, if asked for, the controllers of Kubernetes.
type cluster struct {
	folder     string
	etcd, api  *process
	controller *process
	ports      struct{ etcd, peer, api int }

	rest    *rest.Config // of a cluster administrator
	dynamic dynamic.Interface
	typed   kubernetes.Interface
	audit   *auditLog

	names atomic.Int64
}

// The users of the token file, by their tokens.
const (
	adminToken   = "admin-token"
	webhookToken = "webhook-token"
	devToken     = "dev-token"
)

const users = `admin-token,admin,1,"system:masters"
webhook-token,system:serviceaccount:redislint-system:redislint-webhook,2,"system:serviceaccounts,system:serviceaccounts:redislint-system"
controller-token,system:kube-controller-manager,3
dev-token,dev,4
`

// auditPolicy records who asked for what, with the annotations of admission.
const auditPolicy = `{"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"],
"rules": [{"level": "None", "verbs": ["get", "list", "watch"]}, {"level": "None", "resources": [{"group": "coordination.k8s.io"}]}, {"level": "Metadata"}]}`

// newCluster starts etcd and an API server, and returns once that is ready. Who calls it ends it.
func newCluster() (c *cluster, err error) {
	c = &cluster{}
	if c.folder, err = os.MkdirTemp("", "redislint-e2e-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, c.outputs())
			c.end()
		}
	}()
	for _, port := range []*int{&c.ports.etcd, &c.ports.peer, &c.ports.api} {
		if *port, err = freePort(); err != nil {
			return nil, err
		}
	}
	if err := c.writeFiles(); err != nil {
		return nil, err
	}
	c.audit = &auditLog{file: c.file("audit.log")}
	c.rest = c.configOf(adminToken)
	if c.dynamic, err = dynamic.NewForConfig(c.rest); err != nil {
		return nil, err
	}
	if c.typed, err = kubernetes.NewForConfig(c.rest); err != nil {
		return nil, err
	}
	if err := c.startEtcd(); err != nil {
		return nil, err
	}
	if err := c.startAPI(); err != nil {
		return nil, err
	}
	return c, c.ready(time.Minute)
}

func (c *cluster) file(name string) string { return filepath.Join(c.folder, name) }

func (c *cluster) url(port int) string { return fmt.Sprintf("https://%s:%d", address, port) }

func (c *cluster) writeFiles() error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	pkcs := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	files := map[string]string{"accounts.key": string(pkcs), "users.csv": users, "audit.yaml": auditPolicy}
	for _, user := range []string{"admin", "webhook", "controller", "dev"} {
		files[user+".kubeconfig"] = fmt.Sprintf(`{"apiVersion": "v1", "kind": "Config", "current-context": "it",
"clusters": [{"name": "it", "cluster": {"server": %q, "insecure-skip-tls-verify": true}}],
"users": [{"name": "it", "user": {"token": "%s-token"}}],
"contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}]}`, c.url(c.ports.api), user)
	}
	for name, text := range files {
		if err := os.WriteFile(c.file(name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// configOf returns how to reach the API server as a user. Warnings and audit identities travel in contexts: see recorded.
func (c *cluster) configOf(token string) *rest.Config {
	return &rest.Config{
		Host: c.url(c.ports.api), BearerToken: token,
		TLSClientConfig:           rest.TLSClientConfig{Insecure: true},
		QPS:                       -1,
		WarningHandlerWithContext: recorder{},
		WrapTransport:             func(next http.RoundTripper) http.RoundTripper { return identified{next} },
	}
}

func (c *cluster) startEtcd() (err error) {
	c.etcd, err = start(c.folder, "etcd", nil,
		"--data-dir="+c.file("etcd"),
		"--unsafe-no-fsync",
		"--listen-client-urls="+fmt.Sprintf("http://%s:%d", address, c.ports.etcd),
		"--advertise-client-urls="+fmt.Sprintf("http://%s:%d", address, c.ports.etcd),
		"--listen-peer-urls="+fmt.Sprintf("http://%s:%d", address, c.ports.peer),
		"--initial-advertise-peer-urls="+fmt.Sprintf("http://%s:%d", address, c.ports.peer),
		"--initial-cluster="+fmt.Sprintf("default=http://%s:%d", address, c.ports.peer),
		"--log-level=warn",
	)
	return err
}

func (c *cluster) startAPI() (err error) {
	c.api, err = start(c.folder, "kube-apiserver", nil,
		"--etcd-servers="+fmt.Sprintf("http://%s:%d", address, c.ports.etcd),
		"--bind-address="+address, "--secure-port="+strconv.Itoa(c.ports.api), "--advertise-address="+address,
		"--cert-dir="+c.file("api"),
		"--token-auth-file="+c.file("users.csv"),
		"--authorization-mode=RBAC",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file="+c.file("accounts.key"), "--service-account-signing-key-file="+c.file("accounts.key"),
		"--service-cluster-ip-range=10.96.0.0/16",
		"--disable-admission-plugins=ServiceAccount",
		"--endpoint-reconciler-type=none",
		"--enable-aggregator-routing=true", // it calls webhooks by the addresses of EndpointSlices itself
		"--audit-policy-file="+c.file("audit.yaml"), "--audit-log-path="+c.file("audit.log"),
		"--shutdown-delay-duration=0s",
	)
	return err
}

// startControllers starts the controllers that tests look at. They act under accounts of their own.
func (c *cluster) startControllers() (err error) {
	c.controller, err = start(c.folder, "kube-controller-manager", nil,
		"--kubeconfig="+c.file("controller.kubeconfig"),
		"--controllers=namespace-controller,garbage-collector-controller,statefulset-controller,deployment-controller,"+
			"replicaset-controller,horizontal-pod-autoscaler-controller,disruption-controller,serviceaccount-controller,clusterrole-aggregation-controller",
		"--use-service-account-credentials",
		"--service-account-private-key-file="+c.file("accounts.key"),
		"--leader-elect=false", "--secure-port=0",
		"--horizontal-pod-autoscaler-sync-period=1s",
		"--concurrent-namespace-syncs=10", "--concurrent-gc-syncs=5",
	)
	return err
}

// ready waits for the API server.
func (c *cluster) ready(patience time.Duration) error {
	return until(context.Background(), patience, func() error {
		select {
		case <-c.api.ended:
			return errors.New("the API server has ended")
		default:
		}
		text, err := c.typed.Discovery().RESTClient().Get().AbsPath("/readyz").DoRaw(context.Background())
		if err != nil {
			return fmt.Errorf("%w: %s", err, text)
		}
		// Namespaces are made by a post-start hook of its own.
		_, err = c.typed.CoreV1().Namespaces().Get(context.Background(), "default", metav1.GetOptions{})
		return err
	})
}

func (c *cluster) end() {
	c.controller.end(syscall.SIGTERM, 2*time.Second)
	c.api.end(syscall.SIGTERM, 2*time.Second)
	c.etcd.end(syscall.SIGTERM, 2*time.Second)
	if os.Getenv("E2E_KEEP") == "" {
		_ = os.RemoveAll(c.folder)
	}
}

func (c *cluster) outputs() string {
	var all []string
	for _, p := range []*process{c.etcd, c.api, c.controller} {
		if p != nil {
			all = append(all, p.output())
		}
	}
	return strings.Join(all, "\n")
}

// lazily is the cluster that most tests share, with one replica of the webhook.
type lazily struct {
	once    sync.Once
	cluster *cluster
	replica *replica
	err     error
}

var shared lazily

func (l *lazily) get(t *testing.T) *cluster {
	t.Helper()
	l.once.Do(func() {
		if l.cluster, l.err = newCluster(); l.err != nil {
			return
		}
		if l.err = l.cluster.startControllers(); l.err != nil {
			return
		}
		l.replica, l.err = l.cluster.installed()
	})
	if l.err != nil {
		t.Fatal(l.err)
	}
	return l.cluster
}

func (l *lazily) end() {
	if l.replica != nil {
		l.replica.kill()
	}
	if l.cluster != nil {
		l.cluster.end()
	}
}
