package deploy

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// components builds the base with components, as an overlay of a user's own would.
func components(t *testing.T, names ...string) objects {
	t.Helper()
	folder := t.TempDir()
	deploy, err := filepath.EvalSymlinks("../../deploy")
	if err != nil {
		t.Fatal(err)
	}
	if deploy, err = filepath.Abs(deploy); err != nil {
		t.Fatal(err)
	}
	relative, err := filepath.Rel(folder, deploy)
	if err != nil {
		t.Fatal(err)
	}
	text := "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nsortOptions: {order: fifo}\nresources: [" + relative + "/base]\ncomponents:\n"
	for _, name := range names {
		text += "- " + relative + "/components/" + name + "\n"
	}
	if err := os.WriteFile(filepath.Join(folder, "kustomization.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	all := build(t, folder)
	checkObjects(t, all)
	return byName(t, all)
}

// What an audit may do grows with what is asked of it, in the manifests as in the chart.
func TestAuditsHaveTheRightsThatTheyNeed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		components, set, flags []string
		rights                 []string // beside those of the webhook
	}{
		"no audit": {[]string{"secret-certificates"}, nil, nil, nil},
		"metrics":  {[]string{"secret-certificates", "audit"}, []string{"audit.interval=10m"}, []string{"audit-interval"}, nil},
		"Events": {
			[]string{"secret-certificates", "audit", "audit-events"}, []string{"audit.interval=10m", "audit.events=true"},
			[]string{"audit-events", "audit-interval"}, []string{"events.events.k8s.io: create"},
		},
		"Reports": {
			[]string{"secret-certificates", "audit", "audit-reports"}, []string{"audit.interval=10m", "audit.reports=true"},
			[]string{"audit-interval", "audit-reports"}, []string{"reports.openreports.io: create delete get list update"},
		},
		"all, under certificates of its own": {
			[]string{"builtin-certificates", "audit", "audit-events", "audit-reports"}, []string{"audit.interval=10m", "audit.events=true", "audit.reports=true"},
			[]string{"audit-events", "audit-interval", "audit-reports"},
			[]string{"events.events.k8s.io: create", "reports.openreports.io: create delete get list update"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := c.set
			if c.components[0] == "secret-certificates" {
				set = append(slices.Clone(set), "certificates.mode=secret", "certificates.secretName=redislint-webhook-certs", someCA)
			}
			all := template(t, set...)
			checkObjects(t, all)
			for source, o := range map[string]objects{"manifests": components(t, c.components...), "chart": byName(t, all)} {
				var given, rights []string
				for _, flag := range flags(t, o) {
					if strings.HasPrefix(flag, "audit-") {
						given = append(given, flag)
					}
				}
				slices.Sort(given)
				if diff := cmp.Diff(c.flags, given); diff != "" {
					t.Errorf("flags of the %s (-want +got):\n%s", source, diff)
				}
				for key, role := range o {
					if !strings.HasPrefix(key, "ClusterRole/redislint-webhook-audit") {
						continue
					}
					for _, rule := range rulesOf(t, role) {
						for _, resource := range rule.Resources {
							rights = append(rights, resource+"."+rule.APIGroups[0]+": "+strings.Join(rule.Verbs, " "))
						}
					}
					if o["ClusterRoleBinding/"+role.GetName()] == nil {
						t.Errorf("%s: nobody has %s", source, key)
					}
				}
				slices.Sort(rights)
				if diff := cmp.Diff(c.rights, rights); diff != "" {
					t.Errorf("rights of the %s (-want +got):\n%s", source, diff)
				}
				if lease := o["Role/redislint-webhook-audit"] != nil && o["RoleBinding/redislint-webhook-audit"] != nil; lease != (len(c.flags) > 0) {
					t.Errorf("the %s have the right to the lease: %t", source, lease)
				}
			}
		})
	}
}
