package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/redislint/redislint/internal/admission"
	"github.com/redislint/redislint/internal/fixture"
	"github.com/redislint/redislint/internal/source"
)

// clusterWide are the kinds that are in no namespace.
var clusterWide = []string{"cilium.io/CiliumClusterwideNetworkPolicy", "crd.projectcalico.org/GlobalNetworkPolicy", "storage.k8s.io/StorageClass"}

const auditRole = `# Written by make update from the kinds that redislint audit lists. %s
apiVersion: rbac.authorization.k8s.io/v1
kind: %s
metadata:
  name: redislint-audit
  labels:
    app.kubernetes.io/name: redislint-audit
rules:
`

// TestAuditRoles writes what a user of audit may do at most, which is all that audit asks for.
func TestAuditRoles(t *testing.T) {
	t.Parallel()
	everywhere := fmt.Sprintf(auditRole, "For -A.", "ClusterRole") + listingRules(source.Observed())
	inOne := slices.DeleteFunc(source.Observed(), func(kind string) bool { return slices.Contains(clusterWide, kind) })
	fixture.Golden(t, "../../deploy/audit/clusterrole.yaml", []byte(everywhere))
	fixture.Golden(t, "../../deploy/audit/role.yaml", []byte(fmt.Sprintf(auditRole, "For -n, in each of the namespaces.", "Role")+listingRules(inOne)))
	for _, kind := range clusterWide {
		if !slices.Contains(source.Observed(), kind) {
			t.Errorf("%s is not listed any more", kind)
		}
	}
	if strings.Contains(everywhere, "secrets") || strings.Contains(everywhere, "*") {
		t.Error("the role reaches Secrets")
	}
}

func listingRules(kinds []string) string {
	groups := map[string][]string{}
	for _, kind := range kinds {
		group, name, _ := strings.Cut(kind, "/")
		groups[group] = append(groups[group], admission.Resource(group, name))
	}
	// Whether a namespace exists.
	text := "  - apiGroups: [\"\"]\n    resources: [namespaces]\n    verbs: [get]\n"
	for _, kind := range kinds {
		group, _, _ := strings.Cut(kind, "/")
		if groups[group] == nil {
			continue
		}
		name := group
		if group == "" {
			name = `""`
		}
		text += fmt.Sprintf("  - apiGroups: [%s]\n    resources: [%s]\n    verbs: [list]\n", name, strings.Join(groups[group], ", "))
		delete(groups, group)
	}
	return text
}
