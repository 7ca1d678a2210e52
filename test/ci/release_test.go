package ci

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The action downloads what a release is made to hold.
func TestReleaseHoldsWhatIsDownloaded(t *testing.T) {
	t.Parallel()
	var release struct {
		Builds []struct {
			Main, Binary string
			Env, Flags   []string
			Goos, Goarch []string
		}
		Archives []struct {
			Formats      []string
			NameTemplate string `yaml:"name_template"`
		}
		Checksum struct {
			NameTemplate string `yaml:"name_template"`
			Algorithm    string
		}
	}
	decode(t, ".goreleaser.yaml", &release)
	if len(release.Builds) != 1 || len(release.Archives) != 1 {
		t.Fatalf("%+v", release)
	}
	build, archive := release.Builds[0], release.Archives[0]
	if build.Main != "./cmd/redislint" || build.Binary != "redislint" || !slices.Contains(build.Env, "CGO_ENABLED=0") || !slices.Contains(build.Flags, "-trimpath") {
		t.Errorf("%+v", build)
	}
	install := string(read(t, "deploy/action/install.sh"))
	for _, name := range append(build.Goos, build.Goarch...) {
		if !strings.Contains(install, "="+name+" ;;") {
			t.Errorf("install.sh does not know %s", name)
		}
	}
	if got := len(build.Goos) * len(build.Goarch); got != 6 {
		t.Errorf("%d programs", got)
	}
	name := strings.NewReplacer(
		"{{ .ProjectName }}", "redislint", "{{ .Version }}", "${VERSION#v}", "{{ .Os }}", "${os}", "{{ .Arch }}", "${arch}",
	).Replace(archive.NameTemplate) + "." + strings.Join(archive.Formats, "")
	if !strings.Contains(install, "archive="+name+"\n") {
		t.Errorf("install.sh does not download %s", name)
	}
	if release.Checksum.NameTemplate != "checksums.txt" || release.Checksum.Algorithm != "sha256" {
		t.Errorf("%+v", release.Checksum)
	}
}

func TestBillOfMaterials(t *testing.T) {
	t.Parallel()
	document := filepath.Join(t.TempDir(), "sbom.json")
	run := exec.CommandContext(t.Context(), "go", "run", "-C", filepath.Join("..", "..", "tools", "sbom"), ".", program(t), document)
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	var bom struct {
		BOMFormat  string `json:"bomFormat"`
		Components []struct{ Name, Version, Purl string }
	}
	if err := json.Unmarshal(text, &bom); err != nil {
		t.Fatal(err)
	}
	if bom.BOMFormat != "CycloneDX" {
		t.Errorf("format %q", bom.BOMFormat)
	}
	for _, name := range []string{"std", "github.com/open-policy-agent/opa", "github.com/spf13/cobra"} {
		i := slices.IndexFunc(bom.Components, func(c struct{ Name, Version, Purl string }) bool { return c.Name == name })
		if i < 0 || bom.Components[i].Purl != "pkg:golang/"+name+"@"+bom.Components[i].Version {
			t.Errorf("%s is missing, or has another URL", name)
		}
	}
}
