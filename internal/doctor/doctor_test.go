package doctor

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/rest"

	"github.com/redislint/redislint/internal/audit"
)

// cluster answers what is asked of an API server, by method and path: an answer, or with a number before it a refusal.
type cluster map[string]string

func (c cluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, ok := c[r.Method+" "+r.URL.Path]
	code := http.StatusOK
	switch {
	case !ok:
		code = http.StatusNotFound
	case strings.HasPrefix(text, "4"), strings.HasPrefix(text, "5"):
		message := ""
		if _, err := fmt.Sscan(text, &code); err == nil {
			_, message, _ = strings.Cut(text, " ")
		}
		quoted, err := json.Marshal(message)
		if err != nil {
			panic(err)
		}
		text = `{"message": ` + string(quoted) + `}`
	case strings.HasPrefix(text, "warning"):
		w.Header().Set("Warning", `299 - "a Redis"`)
	}
	w.WriteHeader(code)
	_, _ = w.Write([]byte(text))
}

const (
	system          = "/api/v1/namespaces/redislint-system"
	serviceAt       = "GET " + system + "/services/redislint-webhook"
	slicesAt        = "GET /apis/discovery.k8s.io/v1/namespaces/redislint-system/endpointslices"
	deploymentAt    = "GET /apis/apps/v1/namespaces/redislint-system/deployments/redislint-webhook"
	budgetsAt       = "GET /apis/policy/v1/namespaces/redislint-system/poddisruptionbudgets"
	configurationAt = "GET /" + validating + "redislint-webhook"
	trialAt         = "POST /apis/apps/v1/namespaces/shop/statefulsets"
	versionAt       = "GET /version"
	namespacesAt    = "GET /api/v1/namespaces"
	shopAt          = "GET /api/v1/namespaces/shop"

	refusal = `403 admission webhook "workloads.redislint.dev" denied the request: 1 finding`
)

// pair is a CA, and a certificate of it that is valid for so long.
func pair(t *testing.T, left time.Duration, name string) (bundle []byte, leaf tls.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	made := func(template, parent *x509.Certificate) []byte {
		der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	start := time.Now().Add(-48 * time.Hour)
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true, NotBefore: start, NotAfter: time.Now().AddDate(1, 0, 0)}
	server := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{name}, NotBefore: start, NotAfter: time.Now().Add(left)}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made(ca, ca)}), tls.Certificate{Certificate: [][]byte{made(server, ca)}, PrivateKey: key}
}

// answering serves a certificate and returns where.
func answering(t *testing.T, leaf tls.Certificate) (host, port string) {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{leaf}})
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.NotFoundHandler(), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	host, port, err = net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return host, port
}

// installed is a cluster in which all is well.
func installed(t *testing.T, left time.Duration, name string) cluster {
	t.Helper()
	bundle, leaf := pair(t, left, name)
	host, port := answering(t, leaf)
	only := fmt.Sprintf(`{"name": "workloads.redislint.dev", "failurePolicy": "Fail", "matchPolicy": "Equivalent", "sideEffects": "None", "timeoutSeconds": 3,
		"clientConfig": {"caBundle": %q, "service": {"namespace": "redislint-system", "name": "redislint-webhook", "path": "/validate", "port": 443}},
		"matchConditions": [{"name": "x", "expression": "true"}],
		"namespaceSelector": {"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["redislint-system", "kube-system"]}]}}`,
		base64.StdEncoding.EncodeToString(bundle))
	named := func(name, labels string) string {
		return fmt.Sprintf(`{"metadata": {"name": %q, "labels": {"kubernetes.io/metadata.name": %q %s}}}`, name, name, labels)
	}
	return cluster{
		versionAt:       `{"major": "1", "minor": "30+", "gitVersion": "v1.30.4-eks"}`,
		configurationAt: `{"webhooks": [` + only + `]}`,
		"GET " + system: named("redislint-system", ""), "GET /api/v1/namespaces/kube-system": named("kube-system", ""), shopAt: named("shop", ""),
		namespacesAt: `{"items": []}`,
		serviceAt:    `{"spec": {"ports": [{"name": "webhook", "port": 443}]}}`,
		slicesAt:     fmt.Sprintf(`{"items": [{"endpoints": [{"addresses": [%q], "conditions": {"ready": true}}], "ports": [{"port": %s}]}]}`, host, port),
		deploymentAt: `{"spec": {"replicas": 3, "template": {"metadata": {"labels": {"app": "webhook"}}, "spec": {"containers": [{"image": "ghcr.io/redislint/webhook:v1.2.0"}]}}}, "status": {"readyReplicas": 3}}`,
		budgetsAt:    `{"items": [{"metadata": {"name": "redislint-webhook"}, "spec": {"selector": {"matchLabels": {"app": "webhook"}}}, "status": {"disruptionsAllowed": 1}}]}`,
		trialAt:      refusal,
	}
}

func TestExamine(t *testing.T) {
	t.Parallel()
	const service, month = "redislint-webhook.redislint-system.svc", 30 * 24 * time.Hour
	for name, c := range map[string]struct {
		left   time.Duration
		host   string
		change map[string]string
		want   []string // what is not ok, without addresses and dates
	}{
		"all is well": {month, service, nil, nil},
		"an old cluster": {month, service, map[string]string{versionAt: `{"major": "1", "minor": "29", "gitVersion": "v1.29.0"}`}, []string{
			"fail kubernetes: v1.29.0 ignores conditions",
		}},
		"a mode that means nothing": {month, service, map[string]string{namespacesAt: `{"items": [{"metadata": {"name": "shop", "labels": {"redislint.dev/mode": "enforce"}}}]}`}, []string{
			"warn selectors: namespace shop has redislint.dev/mode=enforce, which means nothing",
		}},
		"one replica": {month, service, map[string]string{deploymentAt: `{"spec": {"replicas": 1}, "status": {"readyReplicas": 1}}`}, []string{
			"warn replicas: 1 replica: whenever it is moved, changes of Redis are refused",
		}},
		"replicas that do not start": {month, service, map[string]string{
			deploymentAt: `{"spec": {"replicas": 3, "template": {"metadata": {"labels": {"app": "webhook"}}}}, "status": {"readyReplicas": 1}}`,
		}, []string{"warn replicas: 1 of 3 are ready"}},
		"a webhook of another version": {month, service, map[string]string{
			deploymentAt: `{"spec": {"replicas": 3, "template": {"metadata": {"labels": {"app": "webhook"}}, "spec": {"containers": [{"image": "proxy:v9"},
				{"image": "registry:5000/redislint/webhook:v1.1.0@sha256:00"}]}}}, "status": {"readyReplicas": 3}}`,
		}, []string{"warn version: the webhook is of version v1.1.0, this redislint of v1.2.0"}},
		"a webhook without a tag": {month, service, map[string]string{
			deploymentAt: `{"spec": {"replicas": 3, "template": {"metadata": {"labels": {"app": "webhook"}}, "spec": {"containers": [{"image": "registry:5000/webhook@sha256:00"}]}}}, "status": {"readyReplicas": 3}}`,
		}, nil},
		"no budget":                 {month, service, map[string]string{budgetsAt: `{"items": []}`}, []string{"warn budget: no PodDisruptionBudget selects the replicas"}},
		"nobody is ready":           {month, service, map[string]string{slicesAt: `{"items": [{"endpoints": [{"addresses": ["127.0.0.1"], "conditions": {"ready": false}}], "ports": [{"port": 1}]}]}`}, []string{"fail endpoints: none of 1 is ready"}},
		"a certificate that ends":   {50 * time.Hour, service, nil, []string{"warn certificate: that of"}},
		"a certificate that ended":  {-time.Hour, service, nil, []string{"fail certificate: that of"}},
		"a certificate for another": {month, "other.svc", nil, []string{"fail certificate: 127.0.0.1"}},
		"a trial that RBAC forbids": {month, service, map[string]string{trialAt: `403 statefulsets.apps is forbidden`}, []string{
			"unknown trial: not allowed to create StatefulSets in shop, not even by dry run",
		}},
		"a Redis that is admitted": {month, service, map[string]string{trialAt: `{}`}, []string{
			"fail trial: a Redis without a memory limit was admitted in shop: nobody answered, or the rule is switched off",
		}},
		"a Redis that is warned of": {month, service, map[string]string{trialAt: `warning`}, []string{
			"warn trial: a Redis without a memory limit was admitted in shop, with a warning",
		}},
		"a webhook that cannot be reached": {month, service, map[string]string{trialAt: `500 failed calling webhook "workloads.redislint.dev": context deadline exceeded`}, []string{
			`fail trial: failed calling webhook "workloads.redislint.dev": context deadline exceeded`,
		}},
		"a namespace that is left out": {month, service, map[string]string{shopAt: `{"metadata": {"name": "shop", "labels": {"redislint.dev/mode": "off"}}}`}, []string{
			"unknown trial: nothing is judged in namespace shop",
		}},
		"no configuration": {month, service, map[string]string{configurationAt: `404`}, []string{"fail configuration: ValidatingWebhookConfiguration redislint-webhook does not exist"}},
		"entries that ask for harm": {month, service, map[string]string{configurationAt: `{"webhooks": [{"name": "owned.redislint.dev", "failurePolicy": "Fail", "sideEffects": "Some", "timeoutSeconds": 30,
			"matchPolicy": "Exact", "objectSelector": {"matchLabels": {"a": "b"}}, "clientConfig": {"url": "https://x"}}]}`}, []string{
			"fail configuration: owned.redislint.dev has failurePolicy Fail", "warn configuration: owned.redislint.dev has no matchConditions",
			"fail configuration: owned.redislint.dev has sideEffects Some", "warn configuration: owned.redislint.dev has matchPolicy Exact",
			"warn configuration: owned.redislint.dev has an objectSelector", "warn configuration: timeoutSeconds is 30",
			"fail selectors: owned.redislint.dev is called for namespace kube-system", "warn service: the configuration has the URL https://x",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := installed(t, c.left, c.host)
			maps.Copy(all, c.change)
			api := httptest.NewServer(all)
			defer api.Close()
			server, err := audit.Dial(&rest.Config{Host: api.URL}, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			found, err := Examine(t.Context(), server, Options{Name: "redislint-webhook", Trial: "shop", Version: "v1.2.0"})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range found {
				// A fixed answer cannot tell the good Redis from the bad.
				if d.Level == OK || strings.HasPrefix(d.Message, "a good Redis was refused") {
					continue
				}
				line := fmt.Sprintf("%s %s: %s", d.Level, d.Subject, d.Message)
				if i := len(got); i < len(c.want) && strings.HasPrefix(line, c.want[i]) {
					line = c.want[i]
				}
				got = append(got, line)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
