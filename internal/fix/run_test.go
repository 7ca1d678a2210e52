package fix_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aymanbagabas/go-udiff"

	"github.com/redislint/redislint/internal/fix"
	"github.com/redislint/redislint/internal/fixture"
	"github.com/redislint/redislint/internal/lint"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/source"
	"github.com/redislint/redislint/policies"
)

var library = sync.OnceValues(func() (*rules.Library, error) { return rules.Load(policies.FS) })

func evaluator(t testing.TB) *rules.Evaluator {
	t.Helper()
	loaded, err := library()
	if err != nil {
		t.Fatal(err)
	}
	e, err := loaded.Select(rules.Selection{Budget: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// judge judges files from memory.
func judge(e *rules.Evaluator, files map[string]string) fix.Judge {
	return func(ctx context.Context, overlay map[string][]byte) (fix.Verdict, error) {
		var inputs []manifest.Input
		for _, name := range slices.Sorted(maps.Keys(files)) {
			data, ok := overlay[name]
			if !ok {
				data = []byte(files[name])
			}
			inputs = append(inputs, manifest.Input{Name: name, Data: data})
		}
		set := manifest.Decode(inputs, manifest.Options{Sign: source.Sign})
		result, err := lint.Run(ctx, set, e)
		if err != nil {
			return fix.Verdict{}, err
		}
		return fix.Verdict{Findings: result.Findings, Broken: len(result.Errors) + len(result.Undecided)}, nil
	}
}

// manifests are all fixtures and all examples of rules: each a few files that are judged together.
func manifests(t testing.TB) map[string]map[string]string {
	t.Helper()
	const folder = "../../fixtures"
	all := map[string]map[string]string{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == "charts":
			return fs.SkipDir // they have to be rendered: TestTrees
		case entry.IsDir() || filepath.Ext(path) != ".yaml" && filepath.Ext(path) != ".json":
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		group := name
		if top, _, _ := strings.Cut(name, "/"); top != path && strings.Contains(name, ".d/") {
			group = name[:strings.Index(name, ".d/")+2]
		}
		if all[group] == nil {
			all[group] = map[string]string{}
		}
		all[group][name] = string(data)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	const values = "../chart/testdata" // of Bitnami's charts, in HelmReleases and alone
	entries, err := os.ReadDir(values)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(values, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		name := "chart/" + entry.Name()
		all[name] = map[string]string{name: string(data)}
	}
	for _, rule := range evaluator(t).Rules() {
		for kind, text := range map[string]string{"bad": rule.Examples().Bad, "good": rule.Examples().Good} {
			name := "examples/" + rule.ID + "-" + kind + ".yaml"
			all[name] = map[string]string{name: text}
		}
	}
	return all
}

// TestFixtures fixes all fixtures and examples: what was fixed is gone, nothing new is found, all comments are still
// there, and a second run changes nothing. What is changed, and why the rest is not, is in the golden file.
func TestFixtures(t *testing.T) {
	t.Parallel()
	e := evaluator(t)
	all := manifests(t)
	for _, unsafe := range []bool{false, true} {
		name := map[bool]string{false: "safe", true: "unsafe"}[unsafe]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			for _, group := range slices.Sorted(maps.Keys(all)) {
				check(t, func(files map[string]string) fix.Judge { return judge(e, files) }, group, all[group], unsafe, &log)
			}
			fixture.Golden(t, filepath.Join("testdata", name+".golden"), log.Bytes())
		})
	}
}

func check(t *testing.T, judging func(files map[string]string) fix.Judge, group string, files map[string]string, unsafe bool, log *bytes.Buffer) {
	t.Helper()
	first, err := judging(files)(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	outcome, err := fix.Run(t.Context(), judging(files), fix.Options{Unsafe: unsafe})
	if err != nil {
		t.Fatalf("%s: %v", group, err)
	}
	after := maps.Clone(files)
	for _, file := range outcome.Files {
		if file.Before != files[file.Name] {
			t.Errorf("%s: it was another text that was fixed", file.Name)
		}
		after[file.Name] = file.After
		for line := range strings.Lines(file.Before) {
			if _, comment, ok := strings.Cut(line, " # "); ok && !strings.Contains(file.After, "# "+comment) {
				t.Errorf("%s: the comment %q is gone", file.Name, comment)
			}
		}
	}
	verdict, err := judging(after)(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if verdict.Broken > first.Broken {
		t.Errorf("%s: what was fixed cannot be read", group)
	}
	known := map[string]bool{}
	for _, f := range first.Findings {
		known[f.Fingerprint] = true
	}
	found := map[string]bool{}
	for _, f := range verdict.Findings {
		found[f.Fingerprint] = true
		if !known[f.Fingerprint] {
			t.Errorf("%s: the fixes brought %s: %s", group, f.Rule.ID, f.Message)
		}
	}
	for _, applied := range outcome.Fixed {
		if found[applied.Finding.Fingerprint] {
			t.Errorf("%s: %s was fixed and is still there", group, applied.Finding.Rule.ID)
		}
	}
	again, err := fix.Run(t.Context(), judging(after), fix.Options{Unsafe: unsafe})
	if err != nil {
		t.Fatal(err)
	}
	if len(again.Files) > 0 {
		t.Errorf("%s: a second run changes %s", group, again.Files[0].Name)
	}
	for _, file := range outcome.Files {
		fmt.Fprint(log, udiff.Unified(file.Name, file.Name, file.Before, file.After))
	}
	for _, left := range outcome.Left {
		if reason := left.Reason; len(left.Finding.Fixes) > 0 {
			if _, ok := fix.IsUnsafe(reason); !ok {
				fmt.Fprintf(log, "%s:%d: %s: %v\n", left.Finding.File(), left.Finding.Position.Line, left.Finding.Rule.ID, reason)
			}
		}
	}
}
