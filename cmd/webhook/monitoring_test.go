package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/promql/parser"
	"sigs.k8s.io/yaml"

	"github.com/redislint/redislint/internal/patrol"
)

const monitoring = "../../deploy/monitoring/"

// exported are the metrics of the webhook, with their labels and those that Prometheus adds.
func exported(t *testing.T) map[string][]string {
	t.Helper()
	added := []string{"pod", "namespace", "job", "instance"}
	m, err := newMetrics(prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{
		// The API server's: https://kubernetes.io/docs/reference/instrumentation/metrics/
		"apiserver_admission_webhook_fail_open_count":                   {"name", "type"},
		"apiserver_admission_webhook_admission_duration_seconds_bucket": {"name", "type", "operation", "rejected", "le"},
	}
	described := regexp.MustCompile(`fqName: "([a-z_]+)".*variableLabels: \{([a-z_,]*)\}`)
	for _, c := range append(m.registered, patrol.NewMetrics()) {
		descriptions := make(chan *prometheus.Desc, 20)
		c.Describe(descriptions)
		close(descriptions)
		for description := range descriptions {
			match := described.FindStringSubmatch(description.String())
			if match == nil {
				t.Fatalf("a metric without a name: %v", c)
			}
			labels := slices.Concat(added, strings.Split(match[2], ","))
			if _, isHistogram := c.(prometheus.Histogram); isHistogram {
				all[match[1]+"_bucket"] = append(labels, "le")
				continue
			}
			all[match[1]] = labels
		}
	}
	// Gauges are registered where what they tell of is made.
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range regexp.MustCompile(`m\.gauge\("([a-z_]+)"`).FindAllSubmatch(text, -1) {
			all["redislint_"+string(match[1])] = added
		}
	}
	return all
}

// checkExpression fails for one that does not parse, or names a metric or a label that does not exist. It returns the metrics.
func checkExpression(t *testing.T, metrics map[string][]string, expression string) (used []string) {
	t.Helper()
	root, err := parser.NewParser(parser.Options{}).ParseExpr(strings.ReplaceAll(expression, "$__rate_interval", "5m"))
	if err != nil {
		t.Errorf("%s: %v", expression, err)
		return nil
	}
	var labels []string
	parser.Inspect(root, func(n parser.Node, _ []parser.Node) error {
		switch n := n.(type) {
		case *parser.VectorSelector:
			used = append(used, n.Name)
			known, has := metrics[n.Name]
			if !has {
				t.Errorf("%s: there is no metric %s", expression, n.Name)
			}
			for _, m := range n.LabelMatchers {
				if has && m.Name != "__name__" && !slices.Contains(known, m.Name) {
					t.Errorf("%s: %s has no label %s", expression, n.Name, m.Name)
				}
			}
		case *parser.AggregateExpr:
			labels = append(labels, n.Grouping...)
		}
		return nil
	})
	for _, label := range labels {
		for _, name := range used {
			if !slices.Contains(metrics[name], label) {
				t.Errorf("%s: %s has no label %s", expression, name, label)
			}
		}
	}
	return used
}

// prometheusRule is what of monitoring.coreos.com/v1 PrometheusRule is used here; it has no other fields.
type prometheusRule struct {
	APIVersion string         `json:"apiVersion"`
	Kind       string         `json:"kind"`
	Metadata   map[string]any `json:"metadata"`
	Spec       struct {
		Groups []struct {
			Name  string `json:"name"`
			Rules []struct {
				Alert       string            `json:"alert"`
				Expr        string            `json:"expr"`
				For         string            `json:"for"`
				Labels      map[string]string `json:"labels"`
				Annotations map[string]string `json:"annotations"`
			} `json:"rules"`
		} `json:"groups"`
	} `json:"spec"`
}

func TestAlertsAreAboutMetricsThatExist(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(monitoring + "prometheusrule.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var rule prometheusRule
	if err := yaml.UnmarshalStrict(text, &rule); err != nil {
		t.Fatal(err)
	}
	metrics := exported(t)
	alerts := 0
	for _, g := range rule.Spec.Groups {
		for _, r := range g.Rules {
			alerts++
			checkExpression(t, metrics, r.Expr)
			if !regexp.MustCompile(`^([0-9]+[mh])?$`).MatchString(r.For) {
				t.Errorf("alert %s waits for %q", r.Alert, r.For)
			}
			if r.Alert == "" || r.Labels["severity"] == "" || r.Annotations["summary"] == "" || r.Annotations["description"] == "" {
				t.Errorf("alert %s does not say how bad it is, what and why", r.Alert)
			}
		}
	}
	if alerts == 0 {
		t.Error("no alerts")
	}
}

// panel is one of a dashboard.
type panel struct {
	ID         int
	Type       string
	Title      string
	GridPos    struct{ X, Y, W, H int }
	Datasource struct{ UID string }
	Targets    []struct{ RefID, Expr string }
}

func TestTheDashboardShowsEveryMetric(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(monitoring + "dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		UID, Title    string
		SchemaVersion int
		Templating    struct{ List []struct{ Name, Type string } }
		Panels        []panel
	}
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&dashboard); err != nil {
		t.Fatal(err)
	}
	if dashboard.UID == "" || dashboard.Title == "" || dashboard.SchemaVersion == 0 || len(dashboard.Templating.List) != 1 || dashboard.Templating.List[0].Name != "datasource" {
		t.Errorf("Grafana does not load it: %+v", dashboard)
	}
	metrics := exported(t)
	shown := map[string]bool{}
	taken := map[string]string{}
	ids := map[int]bool{}
	for _, p := range dashboard.Panels {
		if ids[p.ID] || p.Title == "" || len(p.Targets) == 0 || p.Datasource.UID != "${datasource}" {
			t.Errorf("panel %d %q: it needs an id of its own, a title, a query and the data source", p.ID, p.Title)
		}
		ids[p.ID] = true
		for _, target := range p.Targets {
			for _, name := range checkExpression(t, metrics, target.Expr) {
				shown[name] = true
			}
		}
		if p.GridPos.X+p.GridPos.W > 24 || p.GridPos.W <= 0 || p.GridPos.H <= 0 {
			t.Errorf("panel %q leaves the 24 columns", p.Title)
		}
		for x := range p.GridPos.W {
			for y := range p.GridPos.H {
				cell := fmt.Sprint(p.GridPos.X+x, ",", p.GridPos.Y+y)
				if other := taken[cell]; other != "" {
					t.Fatalf("panels %q and %q overlap", p.Title, other)
				}
				taken[cell] = p.Title
			}
		}
	}
	for name := range metrics {
		if !shown[name] {
			t.Errorf("no panel shows %s", name)
		}
	}
}
