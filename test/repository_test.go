// Package test holds what is true of the repository as a whole.
package test

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the repository, as seen from this folder.
var root = os.DirFS("..")

// maxLines is where a file has long stopped being about one thing.
const maxLines = 400

// walk calls visit for every file of the product: not of the modules nested in it, nor of hidden folders.
func walk(t *testing.T, visit func(name string)) {
	t.Helper()
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		if entry.IsDir() {
			_, err := fs.Stat(root, path.Join(name, "go.mod"))
			if err == nil || strings.HasPrefix(entry.Name(), ".") {
				return fs.SkipDir
			}
			return nil
		}
		visit(name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := fs.ReadFile(root, name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// packages returns the folders that hold Go files.
func packages(t *testing.T) []string {
	t.Helper()
	var folders []string
	walk(t, func(name string) {
		if path.Ext(name) == ".go" {
			folders = append(folders, path.Dir(name))
		}
	})
	slices.Sort(folders)
	return slices.Compact(folders)
}

func TestPackagesAreNamedForWhatTheyKnow(t *testing.T) {
	t.Parallel()
	banned := regexp.MustCompile(`^(util|common|helper|manager|misc|base)s?$`)
	for _, folder := range packages(t) {
		if banned.MatchString(path.Base(folder)) {
			t.Errorf("%s: the name says nothing about what the package knows", folder)
		}
	}
}

func TestEveryInternalPackageIsInTheArchitectureAndHasAnImportList(t *testing.T) {
	t.Parallel()
	architecture, lint := read(t, "docs/architecture.md"), read(t, ".golangci.yml")
	var internal []string
	for _, folder := range packages(t) {
		if name, ok := strings.CutPrefix(folder, "internal/"); ok {
			internal = append(internal, name)
		}
	}
	for _, name := range internal {
		if !bytes.Contains(architecture, []byte("`internal/"+name+"`")) {
			t.Errorf("docs/architecture.md does not say what internal/%s knows", name)
		}
		if !bytes.Contains(lint, []byte("**/internal/"+name+"/**")) {
			t.Errorf(".golangci.yml does not say what internal/%s may import", name)
		}
	}
	for _, match := range regexp.MustCompile("`internal/([a-z/]+)`").FindAllSubmatch(architecture, -1) {
		if !slices.Contains(internal, string(match[1])) {
			t.Errorf("docs/architecture.md has internal/%s, which does not exist", match[1])
		}
	}
}

func TestFilesAreShortEnoughToRead(t *testing.T) {
	t.Parallel()
	walk(t, func(name string) {
		if ext := path.Ext(name); ext != ".go" && ext != ".rego" || strings.HasSuffix(name, "_test"+ext) {
			return // tables may be long
		}
		if lines := bytes.Count(read(t, name), []byte("\n")); lines > maxLines {
			t.Errorf("%s has %d lines, more than %d", name, lines, maxLines)
		}
	})
}

func TestLinksInDocumentsLeadSomewhere(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#\s]+)[^)]*\)`)
	walk(t, func(name string) {
		if path.Ext(name) != ".md" || strings.Contains(name, "testdata/") {
			return
		}
		for _, match := range link.FindAllSubmatch(read(t, name), -1) {
			target := string(match[1])
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			if _, err := fs.Stat(root, path.Join(path.Dir(name), filepath.ToSlash(target))); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
