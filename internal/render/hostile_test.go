package render_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redislint/redislint/internal/render"
)

// aliasBomb is YAML that a few lines expand to gigabytes.
func aliasBomb() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := range 10 {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 10), ", "))
	}
	return b.String()
}

func TestWhatIsHostileEndsInAnError(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		files map[string]string
		want  string // part of the error
	}{
		"a string of gigabytes":     {map[string]string{"templates/a.yaml": `a: {{ repeat 2000000000 "abcdefgh" }}`}, "needs more than 256 MiB of memory, in box/templates/a.yaml"},
		"a list of gigabytes":       {map[string]string{"templates/a.yaml": `a: {{ until 2000000000 }}`}, "needs more than 256 MiB of memory, in box/templates/a.yaml"},
		"more output than is read":  {map[string]string{"templates/a.yaml": `a: {{ repeat 1000000 "abcdefgh" }}`}, "makes more than 4 MiB of manifests"},
		"include without end":       {map[string]string{"templates/a.yaml": "{{ define \"a\" }}{{ include \"a\" . }}{{ end }}\na: {{ include \"a\" . }}"}, "templates/a.yaml:2: executing"},
		"template without end":      {map[string]string{"templates/a.yaml": `{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}`}, "exceeded maximum template depth"},
		"tpl without end":           {map[string]string{"templates/a.yaml": `a: {{ tpl .Values.a . }}`, "values.yaml": `a: "{{ tpl .Values.a . }}"`}, "tpl nests deeper than 100 levels"},
		"values that are a bomb":    {map[string]string{"values.yaml": aliasBomb()}, "values.yaml"},
		"a chart that is a bomb":    {map[string]string{"Chart.yaml": aliasBomb()}, "Chart.yaml"},
		"values with deep nesting":  {map[string]string{"values.yaml": strings.Repeat("[", 100_000)}, "values.yaml"},
		"a file of 100 MB":          {map[string]string{"data": strings.Repeat("x", 6<<20)}, "data: file is larger than 5 MiB"},
		"a link out of the chart":   {map[string]string{"templates/a.yaml": "->/etc/passwd"}, "templates/a.yaml: symbolic link leads out of the folder"},
		"a relative link out":       {map[string]string{"files": "->../../../../../../etc"}, "files: symbolic link leads out of the folder"},
		"a lock that is a link":     {map[string]string{"Chart.lock": "->/dev/zero"}, "Chart.lock: symbolic link leads out of the folder"},
		"a folder in itself":        {map[string]string{"a/b/c": "->../.."}, "a/b/c: symbolic link leads to a folder that it is in"},
		"a link to nothing":         {map[string]string{"a": "->b"}, "a: no such file or directory"},
		"a schema without end":      {map[string]string{"values.schema.json": `{"$ref": "#/definitions/a", "definitions": {"a": {"$ref": "#/definitions/a"}}}`}, "values.schema.json"},
		"a schema that reads files": {map[string]string{"values.schema.json": `{"$ref": "file:///dev/zero"}`}, "values.schema.json: not a JSON schema"},
		"a function that panics":    {map[string]string{"templates/a.yaml": `{{ "x" | substr 5 1 }}`}, "templates/a.yaml:1: executing"},
		"an archive of an archive":  {map[string]string{"charts/a.tgz": "no archive"}, "charts/a.tgz: not a chart's archive"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := chartOf(t, test.files)
			rendered, err := small().Chart(t.Context(), render.Chart{Path: folder})
			if err != nil {
				t.Fatal(err)
			}
			if len(rendered.Documents) > 0 {
				t.Errorf("%d documents, want none", len(rendered.Documents))
			}
			if got := errorsOf(folder, rendered); len(got) != 1 || !strings.Contains(got[0], test.want) {
				t.Errorf("errors\n got %q\nwant one with %q", got, test.want)
			}
		})
	}
}

func TestTimeIsUp(t *testing.T) {
	t.Parallel()
	folder := chartOf(t, map[string]string{"templates/a.yaml": `{{ range until 1000000 }}{{ range until 1000000 }}{{ end }}{{ end }}`})
	r := render.Renderer{Limits: render.Limits{Time: 100 * time.Millisecond}}
	rendered, err := r.Chart(t.Context(), render.Chart{Path: folder})
	if err != nil {
		t.Fatal(err)
	}
	got := errorsOf(folder, rendered)
	if len(got) != 1 || !strings.Contains(got[0], "takes longer than 100ms") {
		t.Errorf("errors %q", got)
	}
}

// pack makes an archive of entries, each a name and a text.
func pack(t *testing.T, entries ...[2]string) string {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	tape := tar.NewWriter(zip)
	for _, e := range entries {
		if err := tape.WriteHeader(&tar.Header{Name: e[0], Mode: 0o600, Size: int64(len(e[1]))}); err != nil {
			t.Fatal(err)
		}
		if _, err := tape.Write([]byte(e[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := tape.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestArchives(t *testing.T) {
	t.Parallel()
	meta := [2]string{"box/Chart.yaml", "apiVersion: v2\nname: box\nversion: 1.0.0\n"}
	tests := map[string]struct {
		archive string
		want    string // of the error; "" for none
	}{
		"are rendered":                    {pack(t, meta, [2]string{"box/templates/a.yaml", "a: {{ .Values.a }}"}, [2]string{"box/values.yaml", "a: 1"}), ""},
		"with an error name its file":     {pack(t, meta, [2]string{"box/templates/a.yaml", "\na: {{ fail \"no\" }}"}), "box.tgz/templates/a.yaml:2: no"},
		"that lead out are refused":       {pack(t, meta, [2]string{"box/../../../etc/x", "x"}), "parent directory"},
		"with absolute paths are refused": {pack(t, meta, [2]string{"box//etc/x", "x"}), "box.tgz: not a chart's archive"},
		"that unpack to much are refused": {pack(t, meta, [2]string{"box/zeros", strings.Repeat("\x00", 6<<20)}), "larger than the maximum file size"},
		"that are text are refused":       {"not an archive", "box.tgz: not a chart's archive"},
		"without a chart are refused":     {pack(t, [2]string{"box/values.yaml", "a: 1"}), "Chart.yaml file is missing"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := write(t, map[string]string{"box.tgz": test.archive})
			rendered := chart(t, render.Chart{Path: filepath.Join(folder, "box.tgz")})
			got := strings.Join(errorsOf(folder, rendered), "\n")
			if test.want == "" && (got != "" || text(rendered.Documents) != "---\n# Source: box/templates/a.yaml\na: 1\n") {
				t.Errorf("errors %q, documents %q", got, text(rendered.Documents))
			}
			if !strings.Contains(got, test.want) {
				t.Errorf("errors %q, want %q", got, test.want)
			}
		})
	}
}

// TestNothingIsFetched has a server that nobody may reach.
func TestNothingIsFetched(t *testing.T) {
	t.Parallel()
	var visits atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		visits.Add(1)
		fmt.Fprint(w, `{}`)
	}))
	t.Cleanup(server.Close)

	folder := chartOf(t, map[string]string{
		"values.schema.json": `{"$ref": "` + server.URL + `/schema.json"}`,
		"templates/a.yaml":   `a: {{ getHostByName "localhost" | quote }}`,
	})
	if got := errorsOf(folder, chart(t, render.Chart{Path: folder})); len(got) != 1 || !strings.Contains(got[0], "cannot resolve remote schemas") {
		t.Errorf("errors %q", got)
	}

	folder = write(t, map[string]string{
		"kustomization.yaml": "resources:\n- " + server.URL + "/a.yaml\n- a.yaml\nopenapi: {path: " + server.URL + "/openapi.json}\n",
		"a.yaml":             "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
	})
	rendered, err := new(render.Renderer).Kustomize(t.Context(), render.Kustomization{Path: folder})
	if err != nil {
		t.Fatal(err)
	}
	if got := errorsOf(folder, rendered); len(got) != 2 || !strings.Contains(got[0], "is remote and is not fetched") {
		t.Errorf("errors %q", got)
	}
	if n := visits.Load(); n > 0 {
		t.Errorf("%d visits", n)
	}
}

func TestTheEnvironmentIsEmpty(t *testing.T) {
	t.Setenv("SECRET_OF_THE_PARENT", "visible")
	folder := chartOf(t, map[string]string{"templates/a.yaml": `a: {{ env "SECRET_OF_THE_PARENT" }}`})
	got := errorsOf(folder, chart(t, render.Chart{Path: folder}))
	if len(got) != 1 || !strings.Contains(got[0], `function "env" not defined`) {
		t.Errorf("errors %q", got)
	}
}

func TestAProgramThatCannotBeStartedIsAnError(t *testing.T) {
	t.Parallel()
	r := render.Renderer{Executable: filepath.Join(t.TempDir(), "nothing")}
	if _, err := r.Chart(t.Context(), render.Chart{Path: "box"}); err == nil {
		t.Error("no error")
	}
}
