package config_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/config"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/policies"
)

// tree makes files, and folders whose names end in a slash.
func tree(t *testing.T, names ...string) string {
	t.Helper()
	root := t.TempDir()
	for _, name := range names {
		path := filepath.Join(root, name)
		folder := filepath.Dir(path)
		if strings.HasSuffix(name, "/") {
			folder = path
		}
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if folder == path {
			continue
		}
		if err := os.WriteFile(path, []byte("version: 1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestFind(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		files []string
		from  string
		want  string // below the root; "" for none
		fault string
	}{
		"in the folder":                    {files: []string{".redislint.yaml"}, from: ".", want: ".redislint.yaml"},
		"by its other name":                {files: []string{".redislint.yml"}, from: ".", want: ".redislint.yml"},
		"nowhere":                          {files: []string{"redislint.yaml", ".git/"}, from: "."},
		"above, in a repository":           {files: []string{".git/", ".redislint.yaml", "a/b/"}, from: "a/b", want: ".redislint.yaml"},
		"the nearest":                      {files: []string{".git/", ".redislint.yaml", "a/.redislint.yaml", "a/b/"}, from: "a/b", want: "a/.redislint.yaml"},
		"in a worktree, whose .git is one": {files: []string{".redislint.yaml", "a/.git", "a/b/"}, from: "a/b"},
		"above the repository":             {files: []string{".redislint.yaml", "a/.git/", "a/b/"}, from: "a/b"},
		"above, in no repository":          {files: []string{".redislint.yaml", "a/b/"}, from: "a/b"},
		"by both names":                    {files: []string{".redislint.yaml", ".redislint.yml"}, from: ".", fault: "one of them has to go"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := tree(t, test.files...)
			got, err := config.Find(filepath.Join(root, test.from))
			if (err != nil) != (test.fault != "") || err != nil && !strings.Contains(err.Error(), test.fault) {
				t.Errorf("got %v, want %q", err, test.fault)
			}
			want := ""
			if test.want != "" {
				want = filepath.Join(root, test.want)
			}
			if got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// A folder that was reached through a symbolic link lies where the link leads.
func TestFindThroughALink(t *testing.T) {
	t.Parallel()
	root := tree(t, "real/.git/", "real/.redislint.yaml", "real/a/", "elsewhere/.git/")
	link := filepath.Join(root, "elsewhere", "link")
	if err := os.Symlink(filepath.Join(root, "real", "a"), link); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Find(filepath.Join(root, "nowhere")); err == nil {
		t.Error("a folder that does not exist is no error")
	}
	real, err := filepath.EvalSymlinks(filepath.Join(root, "real"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := config.Find(link); got != filepath.Join(real, ".redislint.yaml") || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	root := tree(t, "file", "folder/")
	if text, err := config.Read(filepath.Join(root, "file")); err != nil || string(text) != "version: 1\n" {
		t.Errorf("%q, %v", text, err)
	}
	for _, name := range []string{"folder", "nothing"} {
		if _, err := config.Read(filepath.Join(root, name)); err == nil || !strings.HasPrefix(err.Error(), "read the configuration: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSkips(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text  string
		skips string // of all paths
	}{
		"nothing":                   {"", ""},
		"a folder":                  {"exclude: [a]", "a a/b a/b/c.yaml"},
		"a folder with a slash":     {"exclude: [./a/]", "a a/b a/b/c.yaml"},
		"what is in a folder":       {"exclude: [a/*]", "a/b a/b/c.yaml"},
		"all that is in a folder":   {"exclude: [a/**]", "a a/b a/b/c.yaml"},
		"a file anywhere":           {"exclude: ['**/c.yaml']", "a/b/c.yaml c.yaml"},
		"a file here":               {"exclude: ['?.yaml']", "c.yaml"},
		"files that are not listed": {"files: [a/**/*.yaml]", "c.yaml d.json"},
		"files of folders":          {"files: [a]", "c.yaml d.json"},
		"some of the listed":        {"files: ['**/*.yaml']\nexclude: [a/b]", "a/b a/b/c.yaml d.json"},
	} {
		c, err := config.Parse("", []byte("version: 1\n"+test.text), library(t))
		if err != nil {
			t.Fatal(err)
		}
		var skipped []string
		for _, path := range []string{".", "a", "a/b", "a/b/c.yaml", "c.yaml", "d.json", "../c.yaml", ".."} {
			if c.Skips(path, filepath.Ext(path) == "" || path == "." || path == "..") {
				skipped = append(skipped, path)
			}
		}
		if diff := cmp.Diff(test.skips, strings.Join(skipped, " ")); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// What the starter shows is right, as it is and with every setting taken out of its comment.
func TestStarter(t *testing.T) {
	t.Parallel()
	library, err := rules.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	commented := regexp.MustCompile(`(?m)^# ([a-z-]+:( #|$)| |fail-on)`)
	whole := commented.ReplaceAll(config.Starter(), []byte("$1"))
	for name, text := range map[string][]byte{"as it is": config.Starter(), "taken out": whole} {
		c, err := config.Parse(name, text, library)
		if err != nil {
			t.Errorf("%v\n%s", err, text)
			continue
		}
		if taken := len(c.Rules) + len(c.Waivers) + len(c.StorageClasses) + len(c.Profiles) + len(c.Exclude) + len(c.Inline.ForbidRules); name == "taken out" && (taken != 8 || !c.FailOn.Written()) {
			t.Errorf("%d settings, %+v", taken, c)
		}
	}
}

func TestInit(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), ".redislint.yaml")
	if err := config.Init(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := config.Init(path); !os.IsExist(unwrap(err)) {
		t.Errorf("a file that is there: %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "mine" {
		t.Errorf("%q, %v", text, err)
	}
}

func unwrap(err error) error {
	if inner, ok := err.(interface{ Unwrap() error }); ok {
		return inner.Unwrap()
	}
	return err
}
