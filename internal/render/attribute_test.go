package render_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/fixture"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/render"
)

// fieldsOf the shop, by what a person would call them: template, kind, name, pointer, and the part of the text.
var fieldsOfTheShop = map[string][5]string{
	"memory of the cache":          {"shop/charts/cache/templates/statefulset.yaml", "StatefulSet", "release-name-cache", "/spec/template/spec/containers/0/resources/limits/memory"},
	"memory of the sessions":       {"shop/charts/sessions/templates/statefulset.yaml", "StatefulSet", "release-name-sessions", "/spec/template/spec/containers/0/resources/limits/memory"},
	"memory of the backend":        {"shop/charts/backend/charts/redisbox/templates/statefulset.yaml", "StatefulSet", "release-name-redisbox", "/spec/template/spec/containers/0/resources/limits/memory"},
	"replicas of the cache":        {"shop/charts/cache/templates/statefulset.yaml", "StatefulSet", "release-name-cache", "/spec/replicas"},
	"replicas of the sessions":     {"shop/charts/sessions/templates/statefulset.yaml", "StatefulSet", "release-name-sessions", "/spec/replicas"},
	"replicas of the backend":      {"shop/charts/backend/charts/redisbox/templates/statefulset.yaml", "StatefulSet", "release-name-redisbox", "/spec/replicas"},
	"storage class":                {"shop/charts/cache/templates/statefulset.yaml", "StatefulSet", "release-name-cache", "/spec/volumeClaimTemplates/0/spec/storageClassName"},
	"size":                         {"shop/charts/cache/templates/statefulset.yaml", "StatefulSet", "release-name-cache", "/spec/volumeClaimTemplates/0/spec/resources/requests/storage"},
	"CPU, of a preset":             {"shop/charts/cache/templates/statefulset.yaml", "StatefulSet", "release-name-cache", "/spec/template/spec/containers/0/resources/limits/cpu"},
	"a request that is missing":    {"shop/charts/cache/templates/statefulset.yaml", "StatefulSet", "release-name-cache", "/spec/template/spec/containers/0/resources/requests/memory"},
	"a timeout that is computed":   {"shop/charts/cache/templates/statefulset.yaml", "StatefulSet", "release-name-cache", "/spec/template/spec/containers/0/livenessProbe/timeoutSeconds"},
	"an argument":                  {"shop/charts/cache/templates/statefulset.yaml", "StatefulSet", "release-name-cache", "/spec/template/spec/containers/0/args/1"},
	"part of an argument":          {"shop/charts/cache/templates/statefulset.yaml", "StatefulSet", "release-name-cache", "/spec/template/spec/containers/0/args/2", "900 1"},
	"a label from a global":        {"shop/charts/cache/templates/statefulset.yaml", "StatefulSet", "release-name-cache", "/metadata/labels/team"},
	"a port":                       {"shop/templates/service.yaml", "Service", "release-name-shop", "/spec/ports/0/port"},
	"a port that is computed":      {"shop/templates/service.yaml", "Service", "release-name-shop", "/spec/ports/0/targetPort"},
	"a line of a configuration":    {"shop/templates/configmap.yaml", "ConfigMap", "release-name-shop", "/data/redis.conf", "maxmemory 100mb"},
	"another line of it":           {"shop/templates/configmap.yaml", "ConfigMap", "release-name-shop", "/data/redis.conf", "appendonly yes"},
	"an object of a list":          {"shop/templates/hooks.yaml", "ConfigMap", "listed", "/data/region"},
	"what no key makes":            {"shop/charts/cache/templates/statefulset.yaml", "StatefulSet", "release-name-cache", "/spec/template/spec/containers/0/image"},
	"what is missing and no key":   {"shop/charts/cache/templates/statefulset.yaml", "StatefulSet", "release-name-cache", "/spec/podManagementPolicy"},
	"an object that is not there":  {"shop/charts/cache/templates/statefulset.yaml", "StatefulSet", "nobody", "/spec/replicas"},
	"a template that is not there": {"shop/templates/nothing.yaml", "StatefulSet", "nobody", "/spec/replicas"},
}

func TestAttribute(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		chart render.Chart
		want  map[string]string
	}{
		"what the shop sets itself": {
			want: map[string]string{
				"memory of the cache":          "cache.memory at values.yaml:17:11",
				"memory of the sessions":       "sessions.memory at values.yaml:22:11",
				"memory of the backend":        "backend.redisbox.memory at values.yaml:25:13",
				"replicas of the cache":        "cache.replicas at values.yaml:19:13",
				"replicas of the sessions":     "sessions.replicas, a default, near values.yaml:20:1",
				"replicas of the backend":      "backend.redisbox.replicas, a default, near values.yaml:24:3",
				"storage class":                "global.storageClass at values.yaml:3:17",
				"size":                         "cache.size, a default, near values.yaml:16:1",
				"CPU, of a preset":             "cache.resources.limits.cpu, a default, near values.yaml:16:1",
				"a request that is missing":    "cache.resources.requests.memory, a default, near values.yaml:16:1",
				"a timeout that is computed":   "cache.replicas at values.yaml:19:13",
				"an argument":                  "cache.config.maxmemory, a default, near values.yaml:16:1",
				"part of an argument":          "cache.config.save, a default, near values.yaml:16:1",
				"a label from a global":        "cache.global.team, a default, near values.yaml:16:1",
				"a port":                       "port at values.yaml:6:7",
				"a port that is computed":      "port at values.yaml:6:7",
				"a line of a configuration":    "banner at values.yaml:14:3",
				"another line of it":           "banner at values.yaml:15:3",
				"an object of a list":          "global.region at values.yaml:4:11",
				"what no key makes":            "",
				"what is missing and no key":   "",
				"an object that is not there":  "",
				"a template that is not there": "",
			},
		},
		"what the user sets": {
			chart: render.Chart{
				Values: values("cache:\n  memory: 1Gi\n  size: 9Gi\n  resources:\n    requests: {cpu: 1}\nglobal: {team: red}\n", "cache: {memory: 2Gi}\n"),
				Set:    []string{"cache.replicas=7,port=9000"},
			},
			want: map[string]string{
				"memory of the cache":        "cache.resources.limits.memory, a default, near values-1.yaml:4:3",
				"replicas of the cache":      "cache.replicas by --set cache.replicas=7,port=9000",
				"size":                       "cache.size at values-1.yaml:3:9",
				"a request that is missing":  "cache.resources.requests.memory, a default, near values-1.yaml:5:5",
				"a label from a global":      "global.team at values-1.yaml:6:16",
				"a port":                     "port by --set cache.replicas=7,port=9000",
				"a timeout that is computed": "cache.replicas by --set cache.replicas=7,port=9000",
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.chart.Path = "testdata/charts/shop"
			if diff := cmp.Diff(test.want, attributed(t, test.chart, test.want)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// attributed asks about fields of the shop in one request, and about each again alone: the answers must be the same.
func attributed(t *testing.T, c render.Chart, fields map[string]string) map[string]string {
	t.Helper()
	s, err := new(render.Renderer).Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if len(s.Rendered().Errors) > 0 {
		t.Fatal(s.Rendered().Errors)
	}
	var names []string
	var targets []render.Target
	for name := range fields {
		field := fieldsOfTheShop[name]
		path, err := manifest.ParsePointer(field[3])
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
		targets = append(targets, render.Target{Template: field[0], Kind: field[1], Name: field[2], Path: path, Text: field[4]})
	}
	answers, err := s.Attribute(t.Context(), targets)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for i, name := range names {
		got[name] = describe(c, answers[i])
		alone, err := s.Attribute(t.Context(), targets[i:i+1])
		if err != nil {
			t.Fatal(err)
		}
		if again := describe(c, alone[0]); again != got[name] {
			t.Errorf("%s: %q together, %q alone", name, got[name], again)
		}
	}
	return got
}

func describe(c render.Chart, a render.Answer) string {
	at := fmt.Sprintf("%s:%d:%d", within(c.Path, a.File), a.Position.Line, a.Position.Column)
	switch {
	case a.Key == "":
		return ""
	case a.Flag != "":
		return a.Key + " by " + a.Flag
	case a.Default && a.File == "":
		return a.Key + ", a default"
	case a.Default:
		return a.Key + ", a default, near " + at
	default:
		return a.Key + " at " + at
	}
}

func TestAttributeInAnArchive(t *testing.T) {
	t.Parallel()
	archive := pack(t,
		[2]string{"box/Chart.yaml", "apiVersion: v2\nname: box\nversion: 1.0.0\n"},
		[2]string{"box/values.yaml", "memory: 1Gi\nreplicas: 2\n"},
		[2]string{"box/templates/a.yaml", "kind: Pod\nmetadata: {name: a}\nspec: {memory: {{ .Values.memory }}, replicas: {{ .Values.replicas }}}"})
	folder := write(t, map[string]string{"box.tgz": archive})
	s, err := new(render.Renderer).Open(t.Context(), render.Chart{Path: filepath.Join(folder, "box.tgz"), Values: values("# mine\nreplicas: 3\n")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	answers, err := s.Attribute(t.Context(), []render.Target{
		{Template: "box/templates/a.yaml", Kind: "Pod", Name: "a", Path: manifest.Path{"spec", "memory"}},
		{Template: "box/templates/a.yaml", Kind: "Pod", Name: "a", Path: manifest.Path{"spec", "replicas"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"memory, a default", "replicas at values-1.yaml:2:11"}
	got := []string{describe(render.Chart{}, answers[0]), describe(render.Chart{}, answers[1])}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestAttributeAmongSettingsThatFail has a chart that most experiments break.
func TestAttributeAmongSettingsThatFail(t *testing.T) {
	t.Parallel()
	folder := chartOf(t, map[string]string{
		"values.yaml": "mode: two\nprefix: two\nsuffix: two\nport: 80\n",
		"templates/a.yaml": `{{ if not (has .Values.mode (list "one" "two")) }}{{ fail "mode" }}{{ end }}
kind: Pod
metadata: {name: {{ .Values.prefix }}}
spec: {a: {{ .Values.suffix }}, port: {{ .Values.port }}}`,
	})
	s, err := new(render.Renderer).Open(t.Context(), render.Chart{Path: folder})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	answers, err := s.Attribute(t.Context(), []render.Target{
		{Template: "box/templates/a.yaml", Kind: "Pod", Name: "two", Path: manifest.Path{"spec", "a"}},
		{Template: "box/templates/a.yaml", Kind: "Pod", Name: "two", Path: manifest.Path{"spec", "port"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if answers[0].Key != "suffix" || answers[1].Key != "port" {
		t.Errorf("answers %+v", answers)
	}
}

func TestLeaves(t *testing.T) {
	t.Parallel()
	s, err := new(render.Renderer).Open(t.Context(), render.Chart{
		Path: "testdata/charts/shop", Values: values("cache: {size: 9Gi}\n"), Set: []string{"backend.redisbox.preset=large"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	leaves, err := s.Leaves(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for _, l := range leaves {
		fmt.Fprintf(&out, "%v  %s\n", l.Value, strings.TrimSpace(describe(render.Chart{Path: "testdata/charts/shop"}, l.Answer)))
	}
	fixture.Golden(t, "testdata/leaves.golden", out.Bytes())
}
