// Package policy holds what redislint judges as rules for conftest, on the raw objects.
package policy

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/open-policy-agent/opa/v1/loader"
	"github.com/open-policy-agent/opa/v1/rego"
	"sigs.k8s.io/yaml"

	"github.com/redislint/redislint/test/bench/trees"
)

var ruleID = regexp.MustCompile(`(?m)msg := sprintf\("([a-z-]+): `)

// A peer whose rules find nothing would have less to do than redislint.
func TestEveryRuleIsOneOfRedislintAndFindsSomethingInARedisTree(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "tree")
	if _, err := trees.Write(dir, trees.Redis, 6_000_000); err != nil {
		t.Fatal(err)
	}
	ids := slices.Sorted(maps.Keys(written(t)))
	if len(ids) < 24 {
		t.Errorf("the policy has only %d rules: %v", len(ids), ids)
	}
	for _, id := range ids {
		rules, err := filepath.Glob("../../../policies/*/" + strings.ReplaceAll(id, "-", "_") + ".rego")
		if err != nil || len(rules) != 1 {
			t.Errorf("redislint has no rule %s (%v)", id, err)
		}
	}
	if diff := cmp.Diff(ids, slices.Sorted(maps.Keys(firing(t, dir)))); diff != "" {
		t.Errorf("rules find nothing (-rules +found):\n%s", diff)
	}
}

// written returns the ids in the policy's messages.
func written(t *testing.T) map[string]bool {
	t.Helper()
	ids := make(map[string]bool)
	paths, err := filepath.Glob("*.rego")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range ruleID.FindAllStringSubmatch(string(text), -1) {
			ids[found[1]] = true
		}
	}
	return ids
}

// firing evaluates the policy on the tree as conftest --combine does and returns the ids of the rules that found something.
func firing(t *testing.T, dir string) map[string]bool {
	t.Helper()
	var input []map[string]any
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		stream, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, document := range trees.Documents(string(stream)) {
			var contents any
			if err := yaml.Unmarshal([]byte(document), &contents); err != nil {
				return err
			}
			input = append(input, map[string]any{"path": path, "contents": contents})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	policy, err := loader.NewFileLoader().Filtered([]string{"."}, func(_ string, info os.FileInfo, _ int) bool {
		return !info.IsDir() && filepath.Ext(info.Name()) != ".rego"
	})
	if err != nil {
		t.Fatal(err)
	}
	compiler, err := policy.Compiler()
	if err != nil {
		t.Fatal(err)
	}
	query := rego.New(rego.Compiler(compiler), rego.Query("messages := data.main.deny | data.main.warn"), rego.Input(input), rego.StrictBuiltinErrors(true))
	results, err := query.Eval(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ids := make(map[string]bool)
	for _, message := range results[0].Bindings["messages"].([]any) {
		id, _, _ := strings.Cut(message.(string), ":")
		ids[id] = true
	}
	return ids
}
