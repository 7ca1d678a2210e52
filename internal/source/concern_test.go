package source

import "testing"

func TestKindOf(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text, want string
	}{
		"first line":                          {"kind: Service\nmetadata: {name: a}\n", "Service"},
		"after others":                        {"apiVersion: v1\nkind: Service\n", "Service"},
		"in quotes":                           {"kind: \"Service\"\n", "Service"},
		"with a comment":                      {"kind: Service # ours\n", "Service"},
		"Windows lines":                       {"apiVersion: v1\r\nkind: Service\r\n", "Service"},
		"last line without an end":            {"apiVersion: v1\nkind: Service", "Service"},
		"the kind of something within":        {"apiVersion: v1\nkind: HorizontalPodAutoscaler\nspec:\n  scaleTargetRef:\n    kind: Deployment\n", "HorizontalPodAutoscaler"},
		"a list may hold others":              {"kind: ServiceList\nitems: []\n", ""},
		"a template too":                      {"kind: Template\nobjects: []\n", ""},
		"JSON":                                {`{"kind": "Service"}`, ""},
		"flow style":                          {"{kind: Service}", ""},
		"all indented":                        {"  apiVersion: v1\n  kind: Service\n", ""},
		"twice, of which one is in a string":  {"\"kind\": A\nnote: \"\nkind: B\nkind: C\"\n", ""},
		"an alias":                            {"kind: *kind\n", ""},
		"a tag":                               {"kind: !!str Service\n", ""},
		"nothing":                             {"kind:\n", ""},
		"another key that begins in this way": {"kinds: Service\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if kind, ok := kindOf([]byte(c.text)); ok != (c.want != "") || ok && kind != c.want {
				t.Errorf("kindOf(%q) = %q, %t, want %q", c.text, kind, ok, c.want)
			}
		})
	}
}

func TestConcerns(t *testing.T) {
	t.Parallel()
	w := words{names: map[string]bool{"store-config": true, "store": true}, values: map[string]bool{"billing": true}}
	budget := func(selector string) string {
		return "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata:\n  name: other\nspec:\n" + selector + "  maxUnavailable: 1\n"
	}
	for name, c := range map[string]struct {
		text string
		want bool
	}{
		"a ConfigMap by its name":                       {"kind: ConfigMap\nmetadata: {name: store-config}\n", true},
		"a ConfigMap with the label of a team":          {"kind: ConfigMap\nmetadata: {name: other, labels: {team: billing}}\n", false},
		"a ConfigMap that is part of a list":            {"kind: List\nitems:\n- kind: ConfigMap\n  metadata: {name: store-config}\n", true},
		"a Service by a label":                          {"kind: Service\nspec: {selector: {team: billing}}\n", true},
		"a Service by nothing":                          {"kind: Service\nspec: {selector: {team: media}}\n", false},
		"an autoscaler by its target":                   {"kind: HorizontalPodAutoscaler\nspec: {scaleTargetRef: {name: store}}\n", true},
		"any NetworkPolicy":                             {"kind: NetworkPolicy\nspec: {podSelector: {matchLabels: {team: media}}}\n", true},
		"any NetworkPolicy in JSON":                     {`{"kind":"NetworkPolicy"}`, true},
		"a text that names a kind":                      {"kind: CustomResourceDefinition\nspec:\n  names:\n    kind: Schedule\n", false},
		"a budget of other Pods":                        {budget("  selector:\n    matchLabels:\n      team: media\n"), false},
		"a budget of other Pods, flow style":            {budget("  selector: {matchLabels: {team: media}}\n"), false},
		"a budget by a label":                           {budget("  selector:\n    matchLabels:\n      team: billing\n"), true},
		"a budget of all Pods":                          {budget("  selector: {}\n"), true},
		"a budget of all Pods, of empty labels":         {budget("  selector: {matchLabels: { }}\n"), true},
		"a budget of all Pods, of labels that are null": {budget("  selector:\n    matchLabels:\n"), true},
		"a budget of all Pods, of an alias":             {budget("  selector:\n    matchLabels: *labels\n"), true},
		"a budget of Pods without a label":              {budget("  selector:\n    matchExpressions: [{key: team, operator: DoesNotExist}]\n"), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := concerns([]byte(c.text), supporting, w); got != c.want {
				t.Errorf("concerns(%q) = %t, want %t", c.text, got, c.want)
			}
		})
	}
}
