package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// helm runs helm as the administrator and returns what it prints on both streams.
func (c *cluster) helm(t *testing.T, namespace string, args ...string) (output string, failed bool) {
	t.Helper()
	command := exec.CommandContext(t.Context(), filepath.Join(programs, "helm"), append(args, "--namespace", namespace)...)
	command.Env = append(os.Environ(), "KUBECONFIG="+c.file("admin.kubeconfig"), "HOME="+t.TempDir())
	text, err := command.CombinedOutput()
	return string(text), err != nil
}

// A chart with Sentinels goes through all that helm does with it, and what would break it is told by helm.
func TestHelm(t *testing.T) {
	t.Parallel()
	c := shared.get(t)
	ns := c.namespace(t, nil)
	const chart = "testdata/chart"
	passes := func(args ...string) {
		t.Helper()
		if output, failed := c.helm(t, ns, args...); failed {
			t.Fatalf("helm %s:\n%s", strings.Join(args, " "), output)
		}
	}
	refused := func(rule string, args ...string) {
		t.Helper()
		output, failed := c.helm(t, ns, args...)
		if !failed || !strings.Contains(output, "["+rule+"]") {
			t.Fatalf("helm %s is not refused for %s (failed: %t):\n%s", strings.Join(args, " "), rule, failed, output)
		}
	}
	passes("install", "shop", chart)
	passes("upgrade", "shop", chart, "--set", "replicas=5")
	// Helm writes ConfigMaps before StatefulSets: a maxmemory that only the new limit has room for comes after it.
	refused("maxmemory-too-high", "upgrade", "shop", chart, "--set", "replicas=5,memory=2Gi,maxmemory=1400mb")
	passes("upgrade", "shop", chart, "--set", "replicas=5,memory=2Gi")
	passes("upgrade", "shop", chart, "--set", "replicas=5,memory=2Gi,maxmemory=1400mb")
	refused("sentinel-too-few", "upgrade", "shop", chart, "--set", "replicas=2")
	refused("maxmemory-too-high", "upgrade", "shop", chart, "--set", "maxmemory=2gb")
	passes("upgrade", "shop", chart, "--set", "memory=2Gi")
	passes("rollback", "shop", "1")
	passes("uninstall", "shop")
	refused("sentinel-too-few", "install", "pair", chart, "--set", "replicas=2")
}
