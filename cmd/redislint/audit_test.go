package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/redislint/redislint/internal/admission"
	"github.com/redislint/redislint/internal/fixture"
	"github.com/redislint/redislint/internal/source"
)

// running is a cluster: the objects of a file. What is forbidden, by resource, nobody may list.
type running struct {
	objects   []map[string]any
	forbidden []string
}

func (c running) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimSuffix(r.URL.Path, "/")
	switch name := filepath.Base(path); {
	case path == "/version":
		_, _ = w.Write([]byte(`{"major": "1", "minor": "37", "gitVersion": "v1.37.2"}`))
	case strings.HasPrefix(path, "/apis/admissionregistration.k8s.io/"):
		w.WriteHeader(http.StatusNotFound)
	case path == "/api", path == "/apis":
		c.discovery(w, path == "/api")
	case strings.HasPrefix(path, "/api/v1/namespaces/") && strings.Count(path, "/") == 4:
		if name != "shop" {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = w.Write([]byte("{}"))
	case slices.Contains(c.forbidden, name):
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte("{}"))
	default:
		items := []any{}
		for _, o := range c.objects {
			group, kind := kindOf(o)
			if admission.Resource(group, kind) == name {
				items = append(items, o)
			}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"items": items})
	}
}

func (c running) discovery(w http.ResponseWriter, core bool) {
	var items []any
	for _, kind := range source.Observed() {
		group, name, _ := strings.Cut(kind, "/")
		scope := "Namespaced"
		if name == "StorageClass" {
			scope = "Cluster"
		}
		if (group == "") == core && (core || strings.HasSuffix(group, ".k8s.io") || !strings.Contains(group, ".")) {
			items = append(items, map[string]any{"metadata": map[string]any{"name": group}, "versions": []any{map[string]any{
				"version": "v1", "resources": []any{map[string]any{
					"resource": admission.Resource(group, name), "scope": scope, "verbs": []string{"list"}, "responseKind": map[string]any{"kind": name},
				}},
			}}})
		}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"kind": "APIGroupDiscoveryList", "items": items})
}

func kindOf(o map[string]any) (group, kind string) {
	version, _ := o["apiVersion"].(string)
	kind, _ = o["kind"].(string)
	if g, _, found := strings.Cut(version, "/"); found {
		group = g
	}
	return group, kind
}

// start serves the cluster and returns a kubeconfig for it.
func (c running) start(t *testing.T, file string) (kubeconfig string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for document := range strings.SplitSeq(string(text), "\n---\n") {
		var o map[string]any
		if err := yaml.Unmarshal([]byte(document), &o); err != nil {
			t.Fatal(err)
		}
		c.objects = append(c.objects, o)
	}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	kubeconfig = filepath.Join(t.TempDir(), "kubeconfig")
	config := fmt.Sprintf(`{"apiVersion": "v1", "kind": "Config", "current-context": "prod",
		"clusters": [{"name": "it", "cluster": {"server": %q}}], "users": [{"name": "it", "user": {}}],
		"contexts": [{"name": "prod", "context": {"cluster": "it", "user": "it", "namespace": "shop"}}]}`, server.URL)
	if err := os.WriteFile(kubeconfig, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return kubeconfig
}

func TestAudit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cluster running
		args    []string
		code    int
		golden  string
	}{
		"the context's namespace":          {args: nil, code: exitFindings, golden: "audit.txt"},
		"all namespaces":                   {args: []string{"-A", "--only", "sentinel-even"}, code: exitClean, golden: "audit-all.txt"},
		"JSON":                             {args: []string{"-o", "json", "--only", "sentinel-quorum-all,maxmemory-too-high"}, code: exitFindings, golden: "audit.json"},
		"what nobody may list":             {running{forbidden: []string{"configmaps", "poddisruptionbudgets"}}, []string{"-n", "shop"}, exitFailure, "audit-forbidden.txt"},
		"a namespace that does not exist":  {args: []string{"-n", "shpo"}, code: exitUsage, golden: "audit-missing.txt"},
		"a role of a namespace":            {running{forbidden: []string{"storageclasses"}}, []string{"--fail-on", "never", "--only", "sentinel-even"}, exitClean, "audit-role.txt"},
		"a context that does not exist":    {args: []string{"--context", "prd"}, code: exitUsage, golden: "audit-context.txt"},
		"a time-out that nobody can keep":  {args: []string{"--request-timeout", "0s"}, code: exitUsage, golden: "audit-timeout.txt"},
		"everything and a namespace of it": {args: []string{"-A", "-n", "shop"}, code: exitUsage, golden: "audit-both.txt"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kubeconfig := c.cluster.start(t, "testdata/cluster.yaml")
			var out, errs bytes.Buffer
			args := append([]string{"audit", "--no-config", "--kubeconfig", kubeconfig}, c.args...)
			if code := run(t.Context(), args, nil, &out, &errs); code != c.code {
				t.Errorf("exit code %d, want %d\n%s", code, c.code, errs.String())
			}
			text := append(errs.Bytes(), out.Bytes()...)
			text = regexp.MustCompile(`\s+\d+(\.\d+)? m?s\n`).ReplaceAll(text, []byte(" 0 ms\n")) // it may begin a line
			fixture.Golden(t, "testdata/"+c.golden, text)
		})
	}
}

func TestAuditOfNoServer(t *testing.T) {
	t.Parallel()
	kubeconfig := running{}.start(t, "testdata/cluster.yaml")
	text, err := os.ReadFile(kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	text = regexp.MustCompile(`127.0.0.1:\d+`).ReplaceAll(text, []byte("127.0.0.1:1"))
	if err := os.WriteFile(kubeconfig, text, 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"audit", "--no-config", "--kubeconfig", kubeconfig}, nil, &out, &errs); code != exitFailure {
		t.Errorf("exit code %d, want %d", code, exitFailure)
	}
	want := "redislint: audit context prod, namespace shop: ask what the API server has: dial tcp 127.0.0.1:1: connect: connection refused\n"
	if errs.String() != want || out.Len() > 0 {
		t.Errorf("got %q and %q, want %q", errs.String(), out.String(), want)
	}
}

func TestAuditOfNoKubeconfig(t *testing.T) {
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	t.Setenv("KUBERNETES_SERVICE_HOST", "")
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"audit", "--no-config"}, nil, &out, &errs)
	want := "redislint: no cluster is known here: name a kubeconfig with --kubeconfig or KUBECONFIG\n"
	if code != exitUsage || errs.String() != want || out.Len() > 0 {
		t.Errorf("exit code %d, %q and %q, want %q", code, errs.String(), out.String(), want)
	}
}
