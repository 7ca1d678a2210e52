package deploy

import (
	"bytes"
	"path/filepath"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestRolesOfAuditAndDoctorAreWhatAnAPIServerTakes(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../deploy/audit/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		var all []*unstructured.Unstructured
		for text := range bytes.SplitSeq(read(t, file), []byte("\n---\n")) {
			all = append(all, parse(t, text))
		}
		checkObjects(t, all)
		for _, o := range all {
			for _, rule := range rulesOf(t, o) {
				for _, verb := range rule.Verbs {
					dryRun := o.GetName() == "redislint-doctor-trial" && verb == "create"
					if verb != "get" && verb != "list" && !dryRun {
						t.Errorf("%s: %s may %s %v", file, o.GetName(), verb, rule.Resources)
					}
				}
				for _, resource := range rule.Resources {
					if resource == "secrets" || resource == "*" {
						t.Errorf("%s: %s reaches Secrets", file, o.GetName())
					}
				}
			}
		}
	}
}
