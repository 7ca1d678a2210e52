package rules_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/rules"
)

func TestParseTerms(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 1, 31, 23, 59, 59, 0, time.UTC)
	for text, want := range map[string]rules.Terms{
		"a reason":                          {Reason: "a reason"},
		" a; b ":                            {Reason: "a; b"},
		"a; until=2027-01-31":               {Reason: "a", Until: "2027-01-31"},
		"a;until= 2027-02-01 ":              {Reason: "a", Until: "2027-02-01"},
		"a; b; until=2027-01-30":            {Reason: "a; b", Until: "2027-01-30", Expired: true},
		"a; until=soon":                     {Reason: "a", Until: "soon", Fault: "until is not a day like 2027-01-31"},
		"a; until=2027-02-30":               {Reason: "a", Until: "2027-02-30", Fault: "until is not a day like 2027-01-31"},
		"a; until=":                         {Reason: "a", Fault: "until is not a day like 2027-01-31"},
		"until=2027-01-31":                  {Reason: "until=2027-01-31"},
		"; until=2027-01-31":                {Until: "2027-01-31", Fault: "no reason given"},
		"":                                  {Fault: "no reason given"},
		" \n":                               {Fault: "no reason given"},
		"a; until=2027-01-30; until=later":  {Reason: "a; until=2027-01-30", Until: "later", Fault: "until is not a day like 2027-01-31"},
		"\x1b[31m; until=9999-12-31":        {Reason: "\x1b[31m", Until: "9999-12-31"},
		"a; until=0000-01-01":               {Reason: "a", Until: "0000-01-01", Expired: true},
		"the day after, in UTC; unless=not": {Reason: "the day after, in UTC; unless=not"},
	} {
		got := rules.ParseTerms(text, now)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
		if holds := !want.Expired && want.Fault == ""; got.Hold() != holds {
			t.Errorf("%q holds: %v", text, got.Hold())
		}
	}
}

func TestSuppression(t *testing.T) {
	t.Parallel()
	renamed := func(body string) string { return ruleSource("test.one", "renamed_from: [former]", body) }
	annotate := func(object, annotation string) string {
		annotations := "\n  annotations:\n    " + annotation
		switch object {
		case "workload":
			return strings.Replace(shop, "  name: redis\n", "  name: redis"+annotations+"\n", 1)
		case "template":
			return strings.Replace(shop, "  template:\n", "  template:\n    metadata:\n      annotations:\n        "+annotation+"\n", 1)
		case "config":
			return strings.Replace(shop, "  name: redis-config\n", "  name: redis-config"+annotations+"\n", 1)
		case "service":
			i := strings.LastIndex(shop, "  namespace")
			return shop[:i] + strings.TrimPrefix(annotations, "\n") + "\n" + shop[i:]
		}
		panic(object)
	}
	const reason = `ignore.redislint.dev/one: "known; until=2027-01-31"`
	known := &rules.Suppression{Reason: "known", Until: "2027-01-31", Form: rules.Annotation}
	for name, test := range map[string]struct {
		source, manifest string
		want             *rules.Suppression
	}{
		"no annotation":                       {renamed(finding("/nodes/0", "m")), shop, nil},
		"on the finding's object":             {renamed(finding("/nodes/0/replicas", "m")), annotate("workload", reason), known},
		"on its pod template":                 {renamed(finding("/nodes/0/replicas", "m")), annotate("template", reason), known},
		"on the node's workload":              {renamed(finding("/nodes/0/config/maxmemory", "m")), annotate("workload", reason), known},
		"on the node's pod template":          {renamed(finding("/nodes/0/config/maxmemory", "m")), annotate("template", reason), known},
		"on the owner's workload":             {renamed(tooHigh), annotate("workload", reason), known},
		"on the object of an owned finding":   {renamed(tooHigh), annotate("config", reason), known},
		"on a Service":                        {renamed(finding("/services/0", "m")), annotate("service", reason), known},
		"on another object":                   {renamed(finding("/nodes/0/replicas", "m")), annotate("service", reason), nil},
		"on a workload that is not its":       {renamed(finding("/services/0", "m")), annotate("workload", reason), nil},
		"for another rule":                    {renamed(finding("/nodes/0", "m")), annotate("workload", `ignore.redislint.dev/two: "x"`), nil},
		"for all rules, which does not exist": {renamed(finding("/nodes/0", "m")), annotate("workload", `ignore.redislint.dev/*: "x"`), nil},
		"for a former id": {
			renamed(finding("/nodes/0", "m")), annotate("workload", `ignore.redislint.dev/former: "x"`), &rules.Suppression{Reason: "x", Form: rules.Annotation},
		},
		"expired":           {renamed(finding("/nodes/0", "m")), annotate("workload", `ignore.redislint.dev/one: "x; until=2027-01-30"`), nil},
		"without a reason":  {renamed(finding("/nodes/0", "m")), annotate("workload", `ignore.redislint.dev/one: ""`), nil},
		"that is no string": {renamed(finding("/nodes/0", "m")), annotate("workload", `ignore.redislint.dev/one: true`), nil},
		"expired on the workload, not on its template": {
			renamed(finding("/nodes/0", "m")),
			strings.Replace(annotate("template", reason), "  name: redis\n", "  name: redis\n  annotations: {ignore.redislint.dev/one: \"x; until=2020-01-01\"}\n", 1),
			known,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			library := mustLoad(t, files(map[string]string{"test/one.rego": test.source}))
			now := func() time.Time { return time.Date(2027, 1, 31, 12, 0, 0, 0, time.UTC) }
			verdict := evaluate(t, selected(t, library, rules.Selection{Now: now}), redisOf(t, test.manifest))
			if len(verdict.Findings) != 1 {
				t.Fatalf("got %+v, want one finding, suppressed or not", verdict)
			}
			if diff := cmp.Diff(test.want, verdict.Findings[0].Suppressed); diff != "" {
				t.Error(diff)
			}
		})
	}
}
