package render_test

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/render"
)

func TestErrorsNameTheirPlace(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		files map[string]string
		chart render.Chart // its path is that of the files
		want  []string
	}{
		"no Chart.yaml": {
			files: map[string]string{"Chart.yaml": "-> nowhere"},
			want:  []string{"Chart.yaml: no such file or directory"},
		},
		"a Chart.yaml that is not YAML": {
			files: map[string]string{"Chart.yaml": "name: box\nversion: [\n"},
			want:  []string{"Chart.yaml:2: not valid YAML: did not find expected node content"},
		},
		"a Chart.yaml without a version": {
			files: map[string]string{"Chart.yaml": "apiVersion: v2\nname: box\n"},
			want:  []string{"Chart.yaml: validation: chart.metadata.version is required"},
		},
		"a library": {
			files: map[string]string{"Chart.yaml": "apiVersion: v2\nname: box\nversion: 1.0.0\ntype: library\n"},
			want:  []string{"Chart.yaml: library charts are not installable"},
		},
		"a subchart that is none": {
			files: map[string]string{"charts/sub/values.yaml": "a: 1\n"},
			want:  []string{"charts/sub/Chart.yaml: Chart.yaml file is missing"},
		},
		"values.yaml that is a list": {
			files: map[string]string{"values.yaml": "- a\n"},
			want:  []string{"values.yaml:1: values are a list, not a mapping"},
		},
		"values that are not YAML": {
			chart: render.Chart{Values: values("a: 1\nb: [\n")},
			want:  []string{"values-1.yaml:2: not valid YAML: did not find expected node content"},
		},
		"values that are a string": {
			chart: render.Chart{Values: values("a: 1\n", "nothing\n")},
			want:  []string{"values-2.yaml:1: values are a string, not a mapping"},
		},
		"a --set that cannot be read": {
			chart: render.Chart{Set: []string{"a[=1"}},
			want:  []string{"--set a[=1: error parsing index: EOF"},
		},
		"a --kube-version that is none": {
			chart: render.Chart{KubeVersion: "new"},
			want:  []string{`--kube-version: not a version of Kubernetes: "new"`},
		},
		"another Kubernetes": {
			files: map[string]string{"Chart.yaml": "apiVersion: v2\nname: box\nversion: 1.0.0\nkubeVersion: <1.20.0\n"},
			want:  []string{"Chart.yaml: chart requires kubeVersion <1.20.0, which Kubernetes v1.37.0 does not satisfy"},
		},
		"a template that does not parse": {
			files: map[string]string{"templates/a.yaml": "a: 1\nb: {{ if }}\n"},
			want:  []string{"templates/a.yaml:2: missing value for if"},
		},
		"a template that fails": {
			files: map[string]string{"templates/a.yaml": "a: 1\nb: {{ .Values.a.b.c }}\n"},
			want:  []string{`templates/a.yaml:2: executing "box/templates/a.yaml" at <.Values.a.b.c>: nil pointer evaluating interface {}.b`},
		},
		"a template that fails in another one": {
			files: map[string]string{
				"templates/_b.tpl": "{{ define \"b\" }}\n{{ fail \"b\\n is\\tno good\" }}{{ end }}",
				"templates/a.yaml": "{{ include \"b\" . }}\n",
			},
			want: []string{"templates/a.yaml:1: b is no good"},
		},
		"a required value": {
			files: map[string]string{"templates/a.yaml": `{{ required "a is needed" .Values.a }}`},
			want:  []string{"templates/a.yaml:1: a is needed"},
		},
		"notes that refuse": {
			files: map[string]string{"templates/NOTES.txt": `{{ fail "not these values" }}`},
			want:  []string{"templates/NOTES.txt:1: not these values"},
		},
		"a template of a subchart": {
			files: map[string]string{
				"Chart.yaml":                  "apiVersion: v2\nname: box\nversion: 1.0.0\ndependencies: [{name: sub, version: 1.x, alias: other}]\n",
				"charts/sub-1/Chart.yaml":     "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
				"charts/sub-1/templates/a.md": "\n\n{{ fail \"no\" }}",
			},
			want: []string{"charts/sub-1/templates/a.md:3: no"},
		},
		"a value that the schema does not allow": {
			files: map[string]string{"values.yaml": "a:\n  b: 5\n", "values.schema.json": `{"properties": {"a": {"properties": {"b": {"type": "string"}}}}}`},
			want:  []string{`values.yaml:2: a.b does not meet <folder>/values.schema.json: type: 5 has type "integer", want "string"`},
		},
		"a value that an old schema does not allow": {
			files: map[string]string{"values.schema.json": `{"$schema": "http://json-schema.org/draft-04/schema#", "properties": {"a": {"minimum": 5, "exclusiveMinimum": true}}}`},
			chart: render.Chart{Set: []string{"a=5"}},
			want:  []string{"values.schema.json: a does not meet <folder>/values.schema.json: exclusiveMinimum: 5/1 is less than or equal to 5.000000"},
		},
		"a value of a subchart that its schema does not allow": {
			files: map[string]string{
				"charts/sub/Chart.yaml":         "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
				"charts/sub/values.schema.json": `{"required": ["size"]}`,
			},
			chart: render.Chart{Values: values("sub:\n  sizes: 1\n")},
			want:  []string{`values-1.yaml:1: sub does not meet <folder>/charts/sub/values.schema.json: required: missing properties: ["size"]`},
		},
		"a subchart's values that are no mapping": {
			files: map[string]string{"values.yaml": "sub: 5\n", "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n"},
			want:  []string{": sub is a number, and must be a mapping: it holds the values of the chart sub"},
		},
		"a dependency that is missing, and was needed": {
			files: map[string]string{
				"Chart.yaml":       "apiVersion: v2\nname: box\nversion: 1.0.0\ndependencies: [{name: common, version: 2.x}]\n",
				"templates/a.yaml": `{{ include "common.names" . }}`,
			},
			want: []string{`templates/a.yaml:1: executing "box/templates/a.yaml" at <include "common.names" .>: error calling include: ` +
				`template: no template "common.names" associated with template "gotpl"; missing from charts/: common 2.x`},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.chart.Path = chartOf(t, test.files)
			if diff := cmp.Diff(test.want, errorsOf(test.chart.Path, chart(t, test.chart))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFilesOfTheUserThatCannotBeRead(t *testing.T) {
	t.Parallel()
	tests := map[string]render.Chart{
		"values":     {Values: []manifest.Input{{Name: "nowhere.yaml"}}},
		"--set-file": {SetFile: []string{"a=nowhere.yaml"}},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.Path = chartOf(t, nil)
			_, err := new(render.Renderer).Chart(t.Context(), c)
			missing, ok := errors.AsType[*manifest.PathError](err)
			if !ok || missing.Path != "nowhere.yaml" || !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestFlagsHaveHelmsPrecedence(t *testing.T) {
	t.Parallel()
	elsewhere := write(t, map[string]string{"text": "from a file", "values.yaml": "c: file\nd: file\ne: file\nf: file\ng: file\nlist: [1, 2]\n"})
	folder := chartOf(t, map[string]string{
		"values.yaml":      "a: default\nb: default\nlist: [0]\nmap: {x: 1}\n",
		"templates/a.yaml": "{{ .Values | toJson }} {{ .Release.Name }} {{ .Release.Namespace }} {{ .Capabilities.KubeVersion }} {{ .Capabilities.APIVersions.Has \"a/v1\" }}",
		"crds/crd.yaml":    "kind: CustomResourceDefinition",
	})
	got := chart(t, render.Chart{
		Path: folder,
		Values: []manifest.Input{
			{Name: "first", Data: []byte("b: first\nc: first\nmap: {z: 2}\n")},
			{Name: filepath.Join(elsewhere, "values.yaml")},
		},
		SetJSON:    []string{`d={"json":[1]}`, `e="json"`},
		Set:        []string{"e=set,f=5,list[1]=set"},
		SetString:  []string{"f=5"},
		SetFile:    []string{"g=" + filepath.Join(elsewhere, "text")},
		SetLiteral: []string{"h=a,b=c"},

		ReleaseName: "r", Namespace: "n", KubeVersion: "1.31", APIVersions: []string{"a/v1"}, IncludeCRDs: true,
	})
	want := "---\n# Source: box/crds/crd.yaml\nkind: CustomResourceDefinition\n" +
		"---\n# Source: box/templates/a.yaml\n" +
		`{"a":"default","b":"first","c":"file","d":{"json":[1]},"e":"set","f":"5","g":"from a file","h":"a,b=c","list":[1,"set"],"map":{"x":1,"z":2}}` +
		" r n v1.31 true\n"
	if diff := cmp.Diff(want, text(got.Documents)); diff != "" {
		t.Errorf("%v (-want +got):\n%s", got.Errors, diff)
	}
}

func TestWhatIsMissingIsLeftOut(t *testing.T) {
	t.Parallel()
	folder := chartOf(t, map[string]string{
		"Chart.yaml": `apiVersion: v2
name: box
version: 1.0.0
dependencies:
  - {name: inner, version: 1.x}
  - {name: redis, version: ~20.0, repository: "oci://registry/bitnamicharts", alias: cache, condition: cache.enabled}
`,
		"values.yaml":             "cache: {enabled: true}\ninner: {redis: {enabled: false}}\n",
		"templates/a.yaml":        "a: 1",
		"charts/inner/Chart.yaml": "apiVersion: v1\nname: inner\nversion: 1.0.0\n",
		"charts/inner/requirements.yaml": `dependencies:
  - {name: redis, version: 19.0.0, condition: redis.enabled}
`,
	})
	got := chart(t, render.Chart{Path: folder})
	for i := range got.Missing {
		got.Missing[i].File = within(folder, got.Missing[i].File)
	}
	want := []render.Dependency{
		{
			Name: "redis", Version: "~20.0", Repository: "oci://registry/bitnamicharts", Keys: []string{"cache"}, Enabled: true,
			File: "Chart.yaml", Path: manifest.Path{"dependencies", "1"},
		},
		{
			Name: "redis", Version: "19.0.0", Keys: []string{"inner", "redis"},
			File: "charts/inner/requirements.yaml", Path: manifest.Path{"dependencies", "0"},
		},
	}
	if diff := cmp.Diff(want, got.Missing); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.Name != "box" || got.Version != "1.0.0" || len(got.Errors) > 0 || text(got.Documents) != "---\n# Source: box/templates/a.yaml\na: 1\n" {
		t.Errorf("got %+v", got)
	}
}

func TestLinksWithinTheRootAreFollowed(t *testing.T) {
	t.Parallel()
	folder := write(t, map[string]string{
		"charts/box/Chart.yaml":        "apiVersion: v2\nname: box\nversion: 1.0.0\n",
		"charts/box/templates/a.yaml":  "->../../../shared/a.yaml",
		"charts/box/charts/sub":        "->../../sub",
		"charts/sub/Chart.yaml":        "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
		"charts/sub/templates/b.yaml":  "b: {{ .Release.Name }}",
		"shared/a.yaml":                "a: 1",
		"charts/box/templates/c.yaml~": "->nowhere",
		"charts/box/.helmignore":       "*~\n",
	})
	got := chart(t, render.Chart{Path: filepath.Join(folder, "charts", "box"), Root: folder})
	want := "---\n# Source: box/charts/sub/templates/b.yaml\nb: release-name\n---\n# Source: box/templates/a.yaml\na: 1\n"
	if diff := cmp.Diff(want, text(got.Documents)); diff != "" {
		t.Errorf("%v (-want +got):\n%s", got.Errors, diff)
	}
	if file := within(folder, got.Documents[0].File); file != "charts/box/charts/sub/templates/b.yaml" {
		t.Errorf("file %s", file)
	}
}

func TestAChartOutsideItsRootIsRefused(t *testing.T) {
	t.Parallel()
	folder := chartOf(t, nil)
	got := errorsOf(folder, chart(t, render.Chart{Path: folder, Root: t.TempDir()}))
	if len(got) != 1 || !strings.Contains(got[0], " is not in ") {
		t.Errorf("errors %q", got)
	}
}

func TestChartsAreNamedAsTheUserNamesThem(t *testing.T) {
	folder := write(t, map[string]string{"a/box/Chart.yaml": "apiVersion: v2\nname: box\nversion: 1.0.0\n", "a/box/templates/a.yaml": "{{ fail \"no\" }}"})
	t.Chdir(filepath.Join(folder, "a"))
	for path, want := range map[string]string{"box": "box/templates/a.yaml", "./box/": "box/templates/a.yaml", "../a/box": "../a/box/templates/a.yaml"} {
		if got := chart(t, render.Chart{Path: path}).Errors; len(got) != 1 || got[0].File != want {
			t.Errorf("%s: %v", path, got)
		}
	}
	t.Chdir("box")
	if got := chart(t, render.Chart{Path: "."}).Errors; len(got) != 1 || got[0].File != "templates/a.yaml" {
		t.Errorf("%v", got)
	}
}

func TestSession(t *testing.T) {
	t.Parallel()
	folder := chartOf(t, map[string]string{
		"values.yaml":      "a: 1\nlist: [x, {k: 2}]\nextra: true\n",
		"templates/a.yaml": "a: {{ .Values.a }}\n---\nb: 1",
		"templates/b.yaml": "list: {{ .Values.list | toJson }}",
		"templates/c.yaml": "{{ if .Values.extra }}c: 1{{ end }}",
	})
	s, err := new(render.Renderer).Open(t.Context(), render.Chart{Path: folder})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if want := "---\n# Source: box/templates/a.yaml\na: 1\n"; !strings.HasPrefix(text(s.Rendered().Documents), want) {
		t.Errorf("rendered %q", text(s.Rendered().Documents))
	}
	variations, err := s.Vary(t.Context(), []render.Change{
		{},
		{Settings: []render.Setting{{Keys: []string{"a"}, Value: 2}}},
		{Settings: []render.Setting{{Keys: []string{"list", "1", "k"}, Value: "z"}, {Keys: []string{"extra"}, Value: nil}}},
		{Settings: []render.Setting{{Keys: []string{"new", "key"}, Value: "z"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range variations {
		got = append(got, text(v.Documents))
	}
	want := []string{
		"",
		"---\n# Source: box/templates/a.yaml\na: 2\n",
		"---\n# Source: box/templates/b.yaml\nlist: [\"x\",{\"k\":\"z\"}]\n---\n# Source: box/templates/c.yaml\n\n",
		"",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSessionOfABrokenChartKnowsNothing(t *testing.T) {
	t.Parallel()
	s, err := new(render.Renderer).Open(t.Context(), render.Chart{Path: chartOf(t, map[string]string{"templates/a": "{{ fail \"no\" }}"})})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	answers, err := s.Attribute(t.Context(), []render.Target{{Template: "box/templates/a.yaml", Kind: "Pod", Path: manifest.Path{"a"}}})
	if err != nil || len(answers) != 1 || answers[0].Key != "" {
		t.Errorf("answers %v, error %v", answers, err)
	}
	var nobody *render.Session
	nobody.Close()
}

func TestAnEndedContextEndsTheChild(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	folder := chartOf(t, map[string]string{"templates/a.yaml": `{{ range until 1000000 }}{{ range until 1000000 }}{{ end }}{{ end }}`})
	cancel()
	if _, err := new(render.Renderer).Chart(ctx, render.Chart{Path: folder}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
