package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/redislint/redislint/internal/admission"
	"github.com/redislint/redislint/internal/source"
)

// printed is what a run of redislint came to.
type printed struct {
	out, errs string
	code      int
	took      time.Duration
	resident  int64 // most memory held, in bytes
}

// redislint runs the program as a user of its own name, "" being the administrator.
func (c *cluster) redislint(t *testing.T, user string, args ...string) printed {
	t.Helper()
	config := read(t, c.file("admin.kubeconfig"))
	if user != "" {
		config = strings.Replace(config, `"user": {"token"`, fmt.Sprintf(`"user": {"as": %q, "token"`, user), 1)
	}
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(kubeconfig, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	command := exec.CommandContext(t.Context(), filepath.Join(programs, "redislint"), append(args, "--kubeconfig", kubeconfig)...)
	command.Dir, command.Stdout, command.Stderr = t.TempDir(), &out, &errs
	started := time.Now()
	err := command.Run()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	usage := command.ProcessState.SysUsage().(*syscall.Rusage)
	return printed{out.String(), errs.String(), command.ProcessState.ExitCode(), time.Since(started), usage.Maxrss << 10}
}

// grant gives a user the rules of a role in deploy/, by ClusterRole in all namespaces and by Role in one.
func (c *cluster) grant(t *testing.T, file, user, namespace string, without ...string) {
	t.Helper()
	all, err := parse(read(t, "../../deploy/audit/"+file))
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range all {
		raw, err := json.Marshal(o.Object["rules"])
		if err != nil {
			t.Fatal(err)
		}
		var rules []any
		for _, word := range without {
			raw = bytes.ReplaceAll(raw, []byte(`"`+word+`"`), []byte(`"nothing"`))
		}
		if err := json.Unmarshal(raw, &rules); err != nil {
			t.Fatal(err)
		}
		o.Object["rules"] = rules
		in := namespace
		if o.GetKind() == "ClusterRole" && o.GetName() == "redislint-doctor-installation" {
			in = admission.DefaultNamespace
		}
		everywhere := o.GetKind() == "ClusterRole" && (o.GetName() == "redislint-audit" || o.GetName() == "redislint-doctor")
		if o.GetKind() == "Role" {
			o.SetNamespace(namespace)
		}
		role := o.GetName()
		o.SetName(user + "-" + role)
		binding := one(t, in, fmt.Sprintf(`{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": %q},
			"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": %q, "name": %q},
			"subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": %q}]}`, o.GetName(), o.GetKind(), o.GetName(), user))
		if everywhere {
			binding.SetKind("ClusterRoleBinding")
			binding.SetNamespace("")
		}
		client := c.dynamic.Resource(schema.GroupVersionResource{Group: "rbac.authorization.k8s.io", Version: "v1", Resource: strings.ToLower(o.GetKind()) + "s"})
		if o.GetKind() == "Role" {
			_, err = client.Namespace(namespace).Create(t.Context(), o, metav1.CreateOptions{})
		} else {
			_, err = client.Create(t.Context(), o, metav1.CreateOptions{})
		}
		if err != nil {
			t.Fatal(err)
		}
		c.made(t, binding)
	}
}

// inUse is a Redis with its configuration, as a cluster holds many. Its memory limit is what its data may take.
const inUse = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis-NUMBER}
spec:
  serviceName: redis-NUMBER
  replicas: 2
  selector: {matchLabels: {app: redis-NUMBER}}
  template:
    metadata: {labels: {app: redis-NUMBER}}
    spec:
      containers:
      - name: redis
        image: redis:7.2.5
        args: [redis-server, /etc/redis/redis.conf]
        resources: {requests: {memory: 1Gi}, limits: {memory: 1Gi}}
        volumeMounts: [{name: config, mountPath: /etc/redis}]
      volumes: [{name: config, configMap: {name: redis-NUMBER}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: redis-NUMBER}
data: {redis.conf: "maxmemory 1gb\n"}
`

// others are what has nothing to do with Redis.
var others = map[string]string{
	"configmaps": `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web-NUMBER"}, "data": {"app.yaml": "TEXT"}}`,
	"services":   `{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web-NUMBER"}, "spec": {"selector": {"app": "web-NUMBER"}, "ports": [{"port": 80}], "clusterIP": "None"}}`,
	"deployments": `{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web-NUMBER"}, "spec": {"selector": {"matchLabels": {"app": "web-NUMBER"}},
		"template": {"metadata": {"labels": {"app": "web-NUMBER"}}, "spec": {"containers": [{"name": "web", "image": "web:1", "env": [{"name": "A", "value": "TEXT"}]}]}}}}`,
	"poddisruptionbudgets": `{"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "web-NUMBER"}, "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "web-NUMBER"}}}}`,
}

// fill makes n objects of a text.
func (c *cluster) fill(t *testing.T, namespace, text string, n int) {
	t.Helper()
	const workers = 8
	failed := make(chan error, workers)
	for w := range workers {
		go func() {
			for i := w; i < n; i += workers {
				all, err := parse(strings.NewReplacer("NUMBER", strconv.Itoa(i), "TEXT", strings.Repeat("some text ", 80)).Replace(text))
				for _, o := range all {
					o.SetNamespace(namespace)
					if err == nil {
						_, err = at(c.dynamic, o).Create(t.Context(), o, metav1.CreateOptions{})
					}
				}
				if err != nil {
					failed <- err
					return
				}
			}
			failed <- nil
		}()
	}
	for range workers {
		if err := <-failed; err != nil {
			t.Fatal(err)
		}
	}
}

// audited is what the tests look at of the report.
type audited struct {
	Summary  struct{ Redis, Objects, Error int }
	Findings []struct {
		Rule       string
		File       string
		Severity   string
		Suppressed any
	}
	Errors []struct{ File, Message string }
}

func (p printed) report(t *testing.T) (r audited) {
	t.Helper()
	if err := json.Unmarshal([]byte(p.out), &r); err != nil {
		t.Fatalf("%v\n%s%s", err, p.out, p.errs)
	}
	return r
}

func TestAuditOfAFullCluster(t *testing.T) {
	t.Parallel()
	c, err := newCluster()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.end)
	if err := c.createFiles([]string{"testdata/crds.yaml"}); err != nil {
		t.Fatal(err)
	}
	const free, redis = 5000, 200
	namespace := c.namespace(t, nil)
	for _, text := range others {
		c.fill(t, namespace, text, free/len(others))
	}
	c.fill(t, namespace, inUse, redis)
	requests := c.pages(t)
	// Summaries are of text, findings of JSON: twice the same.
	text := c.redislint(t, "", "audit", "-A", "--fail-on", "never", "--only", "maxmemory-too-high")
	counted := regexp.MustCompile(`\((\d+) requests\)`).FindStringSubmatch(text.out)
	if text.code != 0 || counted == nil || counted[1] != strconv.Itoa(requests) {
		t.Errorf("exit code %d, %v requests, want %d\n%s", text.code, counted, requests, text.errs)
	}
	full := c.redislint(t, "", "audit", "-A", "-o", "json")
	r := full.report(t)
	tooHigh := 0
	for _, f := range r.Findings {
		if f.Rule == "maxmemory-too-high" && strings.HasPrefix(f.File, "StatefulSet "+namespace+"/redis-") {
			tooHigh++
		}
	}
	if full.code != 1 || r.Summary.Redis != redis || tooHigh != redis || len(r.Errors) > 0 {
		t.Errorf("exit code %d, %d Redis with %d findings each expected once, errors %v", full.code, r.Summary.Redis, tooHigh, r.Errors)
	}
	t.Logf("%d objects, %d Redis, %d findings: %s, %d requests, %d MiB", r.Summary.Objects, r.Summary.Redis, len(r.Findings), full.took.Round(time.Millisecond),
		requests, full.resident>>20)
}

// pages is how many requests one list of every kind takes, in pages, and asking what is served.
func (c *cluster) pages(t *testing.T) int {
	t.Helper()
	const discovery, page = 2, 500
	requests := discovery
	for _, kind := range source.Observed() {
		group, name, _ := strings.Cut(kind, "/")
		for _, version := range []string{"v1", "v2", "v1beta2"} {
			list, err := c.dynamic.Resource(schema.GroupVersionResource{Group: group, Version: version, Resource: admission.Resource(group, name)}).List(t.Context(), metav1.ListOptions{})
			if err == nil {
				requests += max(1, (len(list.Items)+page-1)/page)
				break
			}
		}
	}
	return requests
}

func TestAuditByWhoMayNotSeeAll(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	namespace := c.namespace(t, map[string]string{"redislint.dev/mode": "off"})
	c.fill(t, namespace, inUse, 1)
	c.grant(t, "clusterrole.yaml", "auditor", namespace)
	c.grant(t, "role.yaml", "guest", namespace)
	c.grant(t, "role.yaml", "stranger-to-budgets", namespace, "poddisruptionbudgets")

	for name, v := range map[string]struct {
		user, scope string
		code        int
		budgets     bool     // whether it is found that there are none
		says        []string // on either stream
	}{
		"the ClusterRole":           {"auditor", "-A", 1, true, nil},
		"the Role":                  {"guest", "-n=" + namespace, 1, true, []string{"not allowed to list storageclasses.storage.k8s.io"}},
		"the Role, of the cluster":  {"guest", "-A", 3, false, []string{"not allowed to list configmaps, "}},
		"the Role, without budgets": {"stranger-to-budgets", "-n=" + namespace, 3, false, []string{"not allowed to list poddisruptionbudgets.policy; what depends on them stays unknown"}},
		"nothing":                   {"nobody", "-n=" + namespace, 3, false, []string{"not allowed to list configmaps, daemonsets.apps, "}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := c.redislint(t, v.user, "audit", v.scope, "-o", "json")
			r := p.report(t)
			found := false
			for _, f := range r.Findings {
				found = found || f.Rule == "disruption-budget-missing" && f.File == "StatefulSet "+namespace+"/redis-0"
			}
			if p.code != v.code || found != v.budgets {
				t.Errorf("exit code %d, want %d; missing budget found: %t, want %t\n%s\n%v", p.code, v.code, found, v.budgets, p.errs, r.Errors)
			}
			for _, text := range v.says {
				if !strings.Contains(strings.Join(strings.Fields(p.errs), " ")+p.out, text) {
					t.Errorf("it does not say %q:\n%s%s", text, p.errs, p.out)
				}
			}
		})
	}
}
