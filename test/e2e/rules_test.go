package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/redislint/redislint/internal/fixture"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/source"
)

// stage is a namespace in which objects come to be one after the other, and another, that the webhook leaves alone, where the
// API server shows what it makes of each.
type stage struct {
	*cluster
	engine         engine
	name, backdrop string
	present        []*object // as the API server holds them
}

func newStage(t *testing.T, mode string) *stage {
	t.Helper()
	c := shared.get(t)
	labels := map[string]string{}
	if mode != "" {
		labels["redislint.dev/mode"] = mode
	}
	s := &stage{cluster: c, engine: newEngine(t), name: c.namespace(t, labels)}
	s.backdrop = c.namespace(t, map[string]string{"redislint.dev/mode": "off"})
	return s
}

// objects are those of a file, in the stage's namespace.
func (s *stage) objects(t *testing.T, text string) []*object {
	t.Helper()
	return objects(t, s.name, s.moved(text))
}

var ownNamespace = regexp.MustCompile(`namespace: *"?([a-z-]+)"?`)

// moved returns a file with the namespace that it names replaced.
func (s *stage) moved(text string) string {
	match := ownNamespace.FindStringSubmatch(text)
	if match == nil {
		return text
	}
	text = regexp.MustCompile(`namespace: *"?`+match[1]+`\b"?`).ReplaceAllString(text, "namespace: "+s.name)
	return strings.ReplaceAll(text, match[1]+".svc", s.name+".svc")
}

// defaulted returns an object as the API server completes it, or the server's refusal.
func (s *stage) defaulted(t *testing.T, o *object) (*object, error) {
	t.Helper()
	o = o.DeepCopy()
	if namespaced(o) {
		o.SetNamespace(s.backdrop)
	}
	a := s.create(t, o, metav1.DryRunAll)
	if a.err != nil {
		return nil, a.err
	}
	if namespaced(o) {
		a.object.SetNamespace(s.name)
	}
	return a.object, nil
}

// expect returns what an object introduces, by the linter.
func (s *stage) expect(t *testing.T, o *object) []rules.Finding {
	t.Helper()
	return introduced(s.engine.cluster(t, s.present), s.engine.cluster(t, append(slices.Clone(s.present), o)))
}

// judged waits until a dry run of an object's creation has the webhook find what the linter finds: watches lag behind.
func (s *stage) judged(t *testing.T, o *object, want []rules.Finding) *answer {
	t.Helper()
	var last *answer
	eventually(t, 15*time.Second, "find what the linter finds", func() error {
		last = s.create(t, o, metav1.DryRunAll)
		if diff := cmp.Diff(ofEngine(want), ofWebhook(last.findings(t))); diff != "" {
			return fmt.Errorf("%s %s: -linter +webhook:\n%s", o.GetKind(), o.GetName(), diff)
		}
		return nil
	})
	return last
}

// classes is held by who has StorageClasses, which have no namespace.
var classes sync.Mutex

func (s *stage) reserve(t *testing.T, all []*object) {
	t.Helper()
	var own []*object
	for _, o := range all {
		if o.GetKind() == "StorageClass" {
			own = append(own, o)
		}
	}
	if len(own) == 0 {
		return
	}
	classes.Lock()
	t.Cleanup(func() {
		defer classes.Unlock()
		for _, o := range own {
			if err := at(s.dynamic, o).Delete(context.Background(), o.GetName(), metav1.DeleteOptions{}); err != nil {
				t.Error(err)
			}
		}
	})
}

// severe makes errors of examples that show the milder form of their rule.
var severe = map[string][]string{
	"auth-disabled":                   {"    spec:\n", "    spec:\n      hostNetwork: true\n"},
	"liveness-timeout-short":          {"failureThreshold: 3", "failureThreshold: 1"},
	"replication-without-persistence": {"kind: StatefulSet\nmetadata:\n", "kind: StatefulSet\nmetadata:\n  annotations: {redislint.dev/profile: store}\n"},
}

// inFiles reports whether a rule is about what the webhook is never asked about: its examples hold no kind of a cluster
// that a source reads, only HelmReleases and the like.
func inFiles(t *testing.T, rule *rules.Rule) bool {
	t.Helper()
	set := manifest.Decode([]manifest.Input{{Name: rule.ID, Data: []byte(rule.Examples().Bad)}}, manifest.Options{})
	if len(set.Objects) == 0 {
		t.Errorf("the bad example of %s holds no object", rule.ID)
	}
	return !slices.ContainsFunc(set.Objects, func(o *manifest.Object) bool { return slices.Contains(source.Observed(), o.Group()+"/"+o.Kind) })
}

// A rule of severity error keeps its bad example out, by what it says, and lets its good one in.
func TestRulesDenyTheirBadExamples(t *testing.T) {
	t.Parallel()
	l, err := library()
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range l.Rules() {
		if rule.Severity != rules.Error || inFiles(t, rule) || rule.Category == "waivers" {
			continue // a waiver that does not hold is told, and what it would have waived is denied by its own rule
		}
		t.Run(rule.ID, func(t *testing.T) {
			t.Parallel()
			t.Run("bad", func(t *testing.T) {
				s := newStage(t, "")
				all := inOrder(s.objects(t, strings.NewReplacer(severe[rule.ID]...).Replace(rule.Examples().Bad)))
				s.reserve(t, all)
				for _, o := range all {
					as, err := s.defaulted(t, o)
					if err != nil {
						t.Fatal(err)
					}
					want := s.expect(t, as)
					s.judged(t, o, want)
					a := s.create(t, o)
					i := slices.IndexFunc(want, func(f rules.Finding) bool { return f.Rule.ID == rule.ID })
					if i < 0 {
						a.admitted(t)
						s.present = append(s.present, as)
						continue
					}
					if err := a.refused(rule.ID); err != nil {
						t.Fatal(err)
					}
					for _, part := range []string{want[i].Message, "[" + rule.ID + "]", want[i].Object.Kind + "/" + want[i].Object.Name} {
						if !strings.Contains(a.err.Error(), part) {
							t.Errorf("%q is not in %q", part, a.err)
						}
					}
					return
				}
				t.Error("every object was admitted")
			})
			t.Run("good", func(t *testing.T) {
				s := newStage(t, "")
				all := inOrder(s.objects(t, rule.Examples().Good))
				s.reserve(t, all)
				for _, o := range all {
					as, err := s.defaulted(t, o)
					if err != nil {
						t.Fatal(err)
					}
					want := s.expect(t, as)
					if slices.ContainsFunc(want, func(f rules.Finding) bool { return f.Rule.ID == rule.ID }) {
						t.Errorf("%s is found in its good example", rule.ID)
					}
					s.judged(t, o, want)
					s.made(t, o)
					s.present = append(s.present, as)
				}
			})
		})
	}
}

// notServed are the fixtures that hold what no API server takes, and a part of what it says.
var notServed = map[string]string{
	"none/kinds-of-other-groups.yaml":             "could not find the requested resource",
	"none/values-of-unknown-charts.yaml":          "could not find the requested resource",
	"workload/deploymentconfig-of-openshift.yaml": "could not find the requested resource",
	"workload/sentinel-replicas-templated.yaml":   "cannot unmarshal string",
	"workload/template-of-openshift.yaml":         "could not find the requested resource",
}

// What watches and saves a Redis is read from files alone: no API server here has its kinds, and in a cluster nobody can tell that
// it is missing.
var (
	fileGroups = []string{"monitoring.coreos.com", "velero.io"}
	fileRules  = []string{
		"alert-metric-unknown", "alert-on-unset-maxmemory", "alert-threshold-late", "alerts-missing", "backup-missing", "exporter-missing",
	}
)

// For every fixture, the webhook finds at each step what the linter finds, and in the end both have found what the linter finds in
// the file.
func TestWebhookFindsWhatTheLinterFinds(t *testing.T) {
	t.Parallel()
	for _, file := range fixture.Files(t, "../../fixtures") {
		name, err := filepath.Rel("../../fixtures", file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(name, "wrappers/") {
			continue // who asks for a chart is read from files alone; what the chart makes reaches the API server as itself
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if fixture.Chart(text) != "" {
			continue // values too; what the chart makes of them is among the fixtures
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, "warn")
			all := slices.DeleteFunc(inOrder(s.objects(t, string(text))), func(o *object) bool {
				return slices.Contains(fileGroups, o.GroupVersionKind().Group)
			})
			s.reserve(t, all)
			for _, o := range all {
				as, err := s.defaulted(t, o)
				if err != nil {
					if reason, ok := notServed[name]; ok && strings.Contains(err.Error(), reason) {
						return
					}
					t.Fatal(err)
				}
				s.judged(t, o, s.expect(t, as))
				s.made(t, o)
				s.present = append(s.present, as)
			}
			if _, ok := notServed[name]; ok {
				t.Error("this API server takes it")
			}
			want := ofEngine(slices.DeleteFunc(s.engine.text(t, s.moved(string(text))), func(f rules.Finding) bool {
				return slices.Contains(fileRules, f.Rule.ID)
			}))
			if diff := cmp.Diff(want, ofEngine(s.engine.cluster(t, s.present))); diff != "" {
				t.Errorf("-file +cluster:\n%s", diff)
			}
		})
	}
}
