package ci

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pretender is a redislint of a made-up release: it tells how it was called, and finds three things.
const pretender = `#!/usr/bin/env bash
printf '%s\n' "$@" >"$RUNNER_TEMP/arguments"
env | grep ^REDISLINT_ | sort >"$RUNNER_TEMP/variables"
for word; do
	case $word in
	sarif=*) echo '{}' >"${word#sarif=}" ;;
	json=*) printf '{\n  "findings": [\n    {\n      "message": "\\"error\\": 9,"\n    }\n  ],\n  "summary": {\n    "files": 4,\n    "error": 2,\n    "warning": 1,\n    "info": 0,\n    "suppressed": 8\n  }\n}\n' >"${word#json=}" ;;
	esac
done
exit 1
`

func archive(t *testing.T, content string) []byte {
	t.Helper()
	var packed bytes.Buffer
	zipped := gzip.NewWriter(&packed)
	files := tar.NewWriter(zipped)
	if err := files.WriteHeader(&tar.Header{Name: "redislint", Mode: 0o755, Size: int64(len(content))}); err != nil {
		t.Fatal(err)
	}
	if _, err := files.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := files.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

// release serves files below /v0.1.0/.
func release(t *testing.T, files map[string][]byte) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, ok := files[strings.TrimPrefix(r.URL.Path, "/v0.1.0/")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(content)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// runner runs the steps of the action as GitHub does, and returns what they printed and the folder of the job.
func runner(t *testing.T, downloads string, inputs map[string]string) (output, work string, failed error) {
	t.Helper()
	var a action
	decode(t, "action.yml", &a)
	work = t.TempDir()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	path, out := filepath.Join(work, "path"), filepath.Join(work, "output")
	for _, file := range []string{path, out} {
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	expression := regexp.MustCompile(`\$\{\{ inputs\.([a-z-]+) \}\}`)
	for _, step := range a.Runs.Steps {
		added, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		paths := append(slices.Collect(strings.Lines(string(added))), os.Getenv("PATH"))
		for i := range paths {
			paths[i] = strings.TrimSuffix(paths[i], "\n")
		}
		script := filepath.Join(work, "step.sh")
		if err := os.WriteFile(script, []byte(step.Run), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", script)
		cmd.Dir = work
		cmd.Env = []string{
			"PATH=" + strings.Join(paths, string(filepath.ListSeparator)), "HOME=" + work, "DOWNLOADS=" + downloads,
			"GITHUB_ACTION_PATH=" + root, "GITHUB_PATH=" + path, "GITHUB_OUTPUT=" + out, "RUNNER_TEMP=" + work,
			"RUNNER_OS=Linux", "RUNNER_ARCH=X64", "no_proxy=127.0.0.1",
		}
		for name, value := range step.Env {
			value = expression.ReplaceAllStringFunc(value, func(match string) string {
				input := expression.FindStringSubmatch(match)[1]
				if given, ok := inputs[input]; ok {
					return given
				}
				return a.Inputs[input].Default
			})
			cmd.Env = append(cmd.Env, name+"="+value)
		}
		printed, err := cmd.CombinedOutput()
		output += string(printed)
		if err != nil {
			return output, work, err
		}
	}
	return output, work, nil
}

func lines(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

func TestActionInstallsAndLints(t *testing.T) {
	t.Parallel()
	packed := archive(t, pretender)
	url := release(t, map[string][]byte{
		"redislint_0.1.0_linux_amd64.tar.gz": packed,
		"checksums.txt": fmt.Appendf(nil, "%064d  redislint_0.1.0_linux_arm64.tar.gz\n%x  redislint_0.1.0_linux_amd64.tar.gz\n",
			0, sha256.Sum256(packed)),
	})
	// What is put into a script, or split, or expanded, would leave traces.
	evil := "$(touch evil); `touch evil` \"'\\ *.sh"
	output, work, err := runner(t, url, map[string]string{
		"paths": "deploy\n" + evil + "\r\n\n-x", "args": "--set\na=" + evil, "fail-on": "warning", "baseline": evil, "sarif-file": "out.sarif",
	})
	if code := exitCode(err); code != 1 {
		t.Fatalf("%v\n%s", err, output)
	}
	arguments := lines(t, filepath.Join(work, "arguments"))
	counted := slices.IndexFunc(arguments, func(word string) bool { return strings.HasPrefix(word, "json=") })
	if counted < 0 {
		t.Fatalf("%q", arguments)
	}
	want := []string{
		"lint", "--output", "github", "--output", "sarif=out.sarif", "--output", arguments[counted],
		"--set", "a=" + evil, "--", "deploy", evil, "-x",
	}
	if diff := cmp.Diff(want, arguments); diff != "" {
		t.Error(diff)
	}
	wantVariables := []string{
		"REDISLINT_BASELINE=" + evil, "REDISLINT_CONFIG=", "REDISLINT_FAIL_ON=warning", "REDISLINT_NEW_FROM=",
	}
	if diff := cmp.Diff(wantVariables, lines(t, filepath.Join(work, "variables"))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"sarif-file=out.sarif", "findings=3"}, lines(t, filepath.Join(work, "output"))); diff != "" {
		t.Error(diff)
	}
	if _, err := os.Stat(filepath.Join(work, "evil")); err == nil {
		t.Error("an input was run")
	}
	if _, err := os.Stat(filepath.Join(work, "out.sarif")); err != nil {
		t.Error(err)
	}
}

func exitCode(err error) int {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	return -1
}

func TestActionRefuses(t *testing.T) {
	t.Parallel()
	packed := archive(t, pretender)
	const name = "redislint_0.1.0_linux_amd64.tar.gz"
	sum := fmt.Sprintf("%x", sha256.Sum256(packed))
	sound := map[string][]byte{name: packed, "checksums.txt": []byte(sum + "  " + name + "\n")}
	with := func(file, content string) map[string][]byte {
		files := maps.Clone(sound)
		files[file] = []byte(content)
		return files
	}
	without := func(file string) map[string][]byte {
		files := maps.Clone(sound)
		delete(files, file)
		return files
	}
	for what, test := range map[string]struct {
		files  map[string][]byte
		inputs map[string]string
		want   string
	}{
		"another archive than the release's": {
			with(name, string(archive(t, pretender+"# changed\n"))), nil, name + " is not what checksums.txt of v0.1.0 says; it is not installed",
		},
		"checksums of other archives": {
			with("checksums.txt", sum+"  x"+name+"\n"), nil, "checksums.txt of v0.1.0 has no checksum of " + name,
		},
		"a checksum that is none":  {with("checksums.txt", "x  "+name+"\n"), nil, "has no checksum of"},
		"no checksums":             {without("checksums.txt"), nil, "/v0.1.0/checksums.txt cannot be downloaded"},
		"no archive":               {without(name), nil, "/v0.1.0/" + name + " cannot be downloaded"},
		"no release":               {sound, map[string]string{"version": "latest"}, "version has to be that of a release, as in v0.1.0"},
		"a version that is a path": {sound, map[string]string{"version": "v0.1.0/../../evil"}, "version has to be that of a release"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			output, work, err := runner(t, release(t, test.files), test.inputs)
			if code := exitCode(err); code != 2 {
				t.Errorf("%v", err)
			}
			if !strings.Contains(output, "::error title=redislint::") || !strings.Contains(output, test.want) {
				t.Errorf("got %s\nwant %s", output, test.want)
			}
			if added, err := os.ReadFile(filepath.Join(work, "path")); err != nil || len(added) > 0 {
				t.Errorf("it is on the PATH: %s, %v", added, err)
			}
		})
	}
}

// The formats that the script asks for are those of the redislint beside it, and so is the summary that it counts in.
func TestActionRunsRedislint(t *testing.T) {
	t.Parallel()
	need(t, "bash")
	s := newShell(t, t.TempDir())
	s.write(t, "shop/redis.yaml", strings.Replace(statefulSet, "requests: {memory: 2Gi}", "requests: {memory: 1Gi}", 1))
	s.write(t, "shop/config.yaml", configMap("2gb"))
	output := filepath.Join(s.folder, "output")
	s.env = append(s.env, "PATHS=shop", "SARIF_FILE=out.sarif", "RUNNER_TEMP="+s.folder, "GITHUB_OUTPUT="+output,
		"ARGS=--only=memory-request-below-limit,maxmemory-too-high\n--no-config")
	script, err := filepath.Abs(filepath.Join("..", "..", "deploy", "action", "lint.sh"))
	if err != nil {
		t.Fatal(err)
	}
	printed, err := s.try(t, "bash", script)
	if exitCode(err) != 1 || !strings.Contains(printed, "::error file=shop/redis.yaml,line=15,") {
		t.Errorf("%v\n%s", err, printed)
	}
	if diff := cmp.Diff([]string{"sarif-file=out.sarif", "findings=2"}, lines(t, output)); diff != "" {
		t.Error(diff)
	}
	var log struct{ Version string }
	text, err := os.ReadFile(filepath.Join(s.folder, "out.sarif"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &log); err != nil || log.Version != "2.1.0" {
		t.Errorf("%v, version %q", err, log.Version)
	}
}

// The script of the template runs as GitLab runs it: in sh, with the inputs as variables.
func TestTemplateRunsRedislint(t *testing.T) {
	t.Parallel()
	var spec template
	var jobs map[string]struct{ Script []string }
	decode(t, "templates/redislint.yml", &spec, &jobs)
	s := newShell(t, t.TempDir())
	s.write(t, "shop/redis.yaml", strings.Replace(statefulSet, "requests: {memory: 2Gi}", "requests: {memory: 1Gi}", 1))
	s.env = append(s.env, "PATHS=shop *.md", "REDISLINT_FAIL_ON=error", "REDISLINT_CONFIG=", "REDISLINT_NEW_FROM=")
	s.write(t, "evil.md", "")
	for _, job := range jobs {
		if out, err := s.try(t, "sh", "-ec", strings.Join(job.Script, "\n")); exitCode(err) != 2 || !strings.Contains(out, "*.md") {
			t.Errorf("a pattern was expanded: %v\n%s", err, out)
		}
		s.env = append(s.env, "PATHS=shop")
		out, err := s.try(t, "sh", "-ec", strings.Join(job.Script, "\n"))
		if exitCode(err) != 1 || !strings.Contains(out, "error  memory-request-below-limit") {
			t.Errorf("%v\n%s", err, out)
		}
		for _, name := range []string{"gl-code-quality-report.json", "redislint-junit.xml"} {
			if info, err := os.Stat(filepath.Join(s.folder, name)); err != nil || info.Size() == 0 {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
