package lint_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/redislint/redislint/internal/lint"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/source"
	"github.com/redislint/redislint/policies"
)

// TestWhatCannotBeSeenCausesNoFinding hides from each fixture, as a cluster of its own, one kind after the other: what is
// found without the kind is found with it too.
func TestWhatCannotBeSeenCausesNoFinding(t *testing.T) {
	t.Parallel()
	library, err := rules.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	evaluator, err := library.Select(rules.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	hidden := 0
	err = filepath.WalkDir("../../fixtures", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".yaml" || filepath.Base(filepath.Dir(path)) == "templates" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		objects := asInCluster(data)
		whole := found(t, evaluator, objects, "")
		for _, kind := range kindsOf(objects) {
			hidden++
			for seen := range 2 { // none of the kind, and one: a list that broke off
				left := slices.DeleteFunc(slices.Clone(objects), func(o *manifest.Object) bool {
					if kindOf(o) != kind {
						return false
					}
					seen--
					return seen < 0
				})
				for id, f := range found(t, evaluator, left, kind) {
					if _, known := whole[id]; !known && !elsewhere(whole, f) {
						t.Errorf("%s without %s: %s %s %s: %s", path, kind, f.Rule.ID, f.Object.Name, f.Path.Pointer(), f.Message)
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if hidden < 100 {
		t.Errorf("%d kinds were hidden, want more", hidden)
	}
}

// elsewhere reports whether a rule finds something in a container at another place: who reads the script of a probe sees
// the timeout in it that is shorter still.
func elsewhere(whole map[string]rules.Finding, f rules.Finding) bool {
	for _, other := range whole {
		if f.Container != "" && other.Rule == f.Rule && other.Object.Kind == f.Object.Kind && other.Object.Name == f.Object.Name && other.Container == f.Container {
			return true
		}
	}
	return false
}

// asInCluster decodes objects as a cluster has them: each has a namespace.
func asInCluster(data []byte) []*manifest.Object {
	set := manifest.Decode([]manifest.Input{{Name: "cluster", Data: data}}, manifest.Options{})
	for _, o := range set.Objects {
		if o.Namespace == "" && o.Kind != "StorageClass" {
			o.Namespace = "default"
		}
	}
	return set.Objects
}

func kindOf(o *manifest.Object) string { return o.Group() + "/" + o.Kind }

func kindsOf(objects []*manifest.Object) []string {
	var kinds []string
	for _, o := range objects {
		if slices.Contains(source.Observed(), kindOf(o)) {
			kinds = append(kinds, kindOf(o))
		}
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// found are the findings in objects by their fingerprints, but for those about waivers: of what is silent none is used.
func found(t *testing.T, evaluator *rules.Evaluator, objects []*manifest.Object, lacks string) map[string]rules.Finding {
	t.Helper()
	set := manifest.Compose(objects)
	if lacks != "" {
		set.Gaps = []manifest.Gap{{Kind: lacks}}
	}
	result, err := lint.Run(t.Context(), set, evaluator)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]rules.Finding{}
	for _, f := range result.Findings {
		if !f.Rule.OfWaivers {
			all[f.Fingerprint] = f
		}
	}
	return all
}
