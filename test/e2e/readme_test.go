package e2e

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/redislint/redislint/internal/admission"
)

// TestTheReadmesInstallation runs the commands by which the README installs the webhook, as they stand. The kubelet's part, between
// the two, is played by a process with the arguments and the configuration of the Deployment that they made.
func TestTheReadmesInstallation(t *testing.T) {
	t.Parallel()
	match := regexp.MustCompile("(?ms)^## In the cluster$.*?^```sh\n(.*?)^```$").FindStringSubmatch(read(t, "../../README.md"))
	if match == nil {
		t.Fatal("the README shows no commands")
	}
	commands := strings.Split(strings.TrimSpace(match[1]), "\n")
	if len(commands) != 2 {
		t.Fatalf("%d commands: %q", len(commands), commands)
	}
	c, err := newCluster()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.end)
	if err := c.createFiles([]string{"testdata/crds.yaml"}); err != nil {
		t.Fatal(err)
	}

	c.shell(t, commands[0])
	if out := c.shell(t, commands[0]); strings.Contains(out, " created") {
		t.Errorf("applied again, it creates something:\n%s", out)
	}

	deployment, err := c.typed.AppsV1().Deployments(admission.DefaultNamespace).Get(t.Context(), admission.DefaultName, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	config, err := c.typed.CoreV1().ConfigMaps(admission.DefaultNamespace).Get(t.Context(), admission.DefaultName, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	mounted := t.TempDir()
	for _, name := range slices.Sorted(maps.Keys(config.Data)) {
		if err := os.WriteFile(filepath.Join(mounted, name), []byte(config.Data[name]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var args []string
	for _, arg := range deployment.Spec.Template.Spec.Containers[0].Args {
		if strings.Contains(arg, "-port=") || strings.Contains(arg, "-address=") {
			continue // those of the Pod's own network
		}
		args = append(args, strings.ReplaceAll(arg, "/etc/redislint", mounted))
	}
	if !slices.Contains(args, "--self-signed-certs") {
		t.Errorf("nobody makes the certificate: %q", args)
	}
	r := c.run(t, args...)
	if err := c.publish(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if err := c.judging(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + c.shell(t, commands[1]))
}

// shell runs a command at the top of the repository as a person would who administers the cluster.
func (c *cluster) shell(t *testing.T, line string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "sh", "-ec", line)
	command.Dir = "../.."
	command.Env = []string{"PATH=" + programs + ":/usr/bin:/bin", "KUBECONFIG=" + c.file("admin.kubeconfig"), "HOME=" + t.TempDir()}
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", line, err, out)
	}
	return string(out)
}
