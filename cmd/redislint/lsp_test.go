package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// editor is the other end of redislint lsp.
type editor struct {
	t         testing.TB
	conn      jsonrpc2.Conn
	published chan protocol.PublishDiagnosticsParams
	ended     chan int
}

type pipe struct {
	io.Reader
	io.WriteCloser
}

// edit starts a server and says hello to it.
func edit(t testing.TB, args ...string) *editor {
	t.Helper()
	fromEditor, toServer := io.Pipe()
	fromServer, toEditor := io.Pipe()
	e := &editor{t: t, published: make(chan protocol.PublishDiagnosticsParams, 100), ended: make(chan int, 1)}
	go func() {
		code := run(t.Context(), append([]string{"lsp", "--no-config"}, args...), fromEditor, toEditor, io.Discard)
		_ = toEditor.Close() // it never fails
		e.ended <- code
	}()
	e.conn = jsonrpc2.NewConn(jsonrpc2.NewStream(pipe{fromServer, toServer}))
	e.conn.Go(context.Background(), func(ctx context.Context, reply jsonrpc2.Replier, req jsonrpc2.Request) error {
		if req.Method() == protocol.MethodTextDocumentPublishDiagnostics {
			var params protocol.PublishDiagnosticsParams
			if err := json.Unmarshal(req.Params(), &params); err != nil {
				return err
			}
			e.published <- params
		}
		return reply(ctx, nil, nil)
	})
	var hello protocol.InitializeResult
	e.call(protocol.MethodInitialize, &protocol.InitializeParams{}, &hello)
	if hello.ServerInfo == nil || hello.ServerInfo.Name != "redislint" {
		t.Fatalf("the server says it is %+v", hello.ServerInfo)
	}
	e.notify(protocol.MethodInitialized, &protocol.InitializedParams{})
	return e
}

func (e *editor) call(method string, params, result any) {
	e.t.Helper()
	ctx, cancel := context.WithTimeout(e.t.Context(), 20*time.Second)
	defer cancel()
	if _, err := e.conn.Call(ctx, method, params, result); err != nil {
		e.t.Fatalf("%s: %v", method, err)
	}
}

func (e *editor) notify(method string, params any) {
	e.t.Helper()
	if err := e.conn.Notify(e.t.Context(), method, params); err != nil {
		e.t.Fatalf("%s: %v", method, err)
	}
}

func (e *editor) open(path, text string) protocol.DocumentURI {
	at := uri.File(path)
	e.notify(protocol.MethodTextDocumentDidOpen, &protocol.DidOpenTextDocumentParams{
		TextDocument: protocol.TextDocumentItem{URI: at, LanguageID: "yaml", Version: 1, Text: text},
	})
	return at
}

func (e *editor) change(at protocol.DocumentURI, version int32, text string) {
	e.notify(protocol.MethodTextDocumentDidChange, &protocol.DidChangeTextDocumentParams{
		TextDocument: protocol.VersionedTextDocumentIdentifier{
			TextDocumentIdentifier: protocol.TextDocumentIdentifier{URI: at}, Version: version,
		},
		ContentChanges: []protocol.TextDocumentContentChangeEvent{{Text: text}},
	})
}

// shown waits for what the editor shows of one version of a document.
func (e *editor) shown(at protocol.DocumentURI, version uint32) []protocol.Diagnostic {
	e.t.Helper()
	timeout := time.After(20 * time.Second)
	for {
		select {
		case p := <-e.published:
			if p.URI == at && p.Version == version {
				return p.Diagnostics
			}
		case <-timeout:
			e.t.Fatalf("nothing was shown of version %d of %s", version, at)
		}
	}
}

// rulesOf are the rules of diagnostics that are no advice, by line.
func rulesOf(list []protocol.Diagnostic) []string {
	var found []string
	for _, d := range list {
		if d.Severity <= protocol.DiagnosticSeverityWarning {
			found = append(found, fmt.Sprintf("%d %v", d.Range.Start.Line+1, d.Code))
		}
	}
	return found
}

const edited = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis}
spec:
  serviceName: redis
  selector: {matchLabels: {app: redis}}
  template:
    metadata: {labels: {app: redis}}
    spec:
      containers:
      - name: redis
        image: redis:7.2.5
        args: [--maxmemory 768mb, --requirepass $(PASSWORD)]
        env: [{name: PASSWORD, valueFrom: {secretKeyRef: {name: redis, key: password}}}]
        resources: {requests: {memory: 512Mi}, limits: {memory: 1Gi}}
`

func TestEditorShowsFindingsAsTheyAreTyped(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "redis.yaml")
	if err := os.WriteFile(path, []byte("what is on disk: matters not\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	e := edit(t)
	at := e.open(path, edited)
	shown := e.shown(at, 1)
	if got, want := rulesOf(shown), []string{"15 memory-request-below-limit"}; !slices.Equal(got, want) {
		t.Fatalf("shown: %q, want %q", got, want)
	}
	below := shown[slices.IndexFunc(shown, func(d protocol.Diagnostic) bool { return d.Code == "memory-request-below-limit" })]
	if want := (protocol.Range{Start: protocol.Position{Line: 14, Character: 39}, End: protocol.Position{Line: 14, Character: 44}}); below.Range != want {
		t.Errorf("at %+v, want %+v", below.Range, want)
	}
	if below.CodeDescription == nil || !strings.HasSuffix(string(below.CodeDescription.Href), "/memory-request-below-limit.md") {
		t.Errorf("its page: %+v", below.CodeDescription)
	}

	var hover protocol.Hover
	position := protocol.TextDocumentPositionParams{
		TextDocument: protocol.TextDocumentIdentifier{URI: at}, Position: protocol.Position{Line: 14, Character: 42},
	}
	e.call(protocol.MethodTextDocumentHover, &protocol.HoverParams{TextDocumentPositionParams: position}, &hover)
	if !strings.Contains(hover.Contents.Value, "**memory-request-below-limit** · error") {
		t.Errorf("hover: %q", hover.Contents.Value)
	}

	e.change(at, 2, strings.Replace(edited, "512Mi", "1Gi", 1))
	if got := rulesOf(e.shown(at, 2)); len(got) > 0 {
		t.Errorf("shown of a text that is mended: %q", got)
	}
	e.change(at, 3, "kind: StatefulSet\n  redis: [")
	if got := e.shown(at, 3); len(got) != 1 || got[0].Severity != protocol.DiagnosticSeverityError {
		t.Errorf("shown of a text that is no YAML: %+v", got)
	}
	e.notify(protocol.MethodTextDocumentDidClose, &protocol.DidCloseTextDocumentParams{TextDocument: protocol.TextDocumentIdentifier{URI: at}})
	if got := e.shown(at, 0); len(got) > 0 {
		t.Errorf("shown of a document that is closed: %+v", got)
	}
	e.call(protocol.MethodShutdown, nil, nil)
	e.notify(protocol.MethodExit, nil)
	select {
	case code := <-e.ended:
		if code != exitClean {
			t.Errorf("exit code %d", code)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the server does not end")
	}
}

// What one open document says changes what is shown of another: a limit that is lowered makes the ConfigMap's maxmemory wrong.
func TestEditorShowsWhatAnotherDocumentMakesWrong(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	config := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: redis}\ndata:\n  redis.conf: |\n    maxmemory 700mb\n"
	workload := strings.NewReplacer("args: [--maxmemory 768mb, ", "args: [/etc/redis/redis.conf, ", "512Mi", "1Gi",
		"        resources", "        volumeMounts: [{name: config, mountPath: /etc/redis}]\n        resources").Replace(edited) +
		"      volumes: [{name: config, configMap: {name: redis}}]\n"
	for name, text := range map[string]string{"config.yaml": config, "redis.yaml": workload} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	e := edit(t, "--only", "maxmemory-too-high")
	atConfig := e.open(filepath.Join(folder, "config.yaml"), config)
	if got := e.shown(atConfig, 1); len(got) > 0 {
		t.Fatalf("shown: %+v", got)
	}
	atWorkload := e.open(filepath.Join(folder, "redis.yaml"), workload)
	if got := e.shown(atWorkload, 1); len(got) > 0 {
		t.Fatalf("shown: %+v", got)
	}
	e.change(atWorkload, 2, strings.ReplaceAll(workload, "1Gi", "512Mi"))
	shown := e.shown(atConfig, 1)
	for len(shown) == 0 {
		shown = e.shown(atConfig, 1)
	}
	if shown[0].Range.Start.Line != 5 || len(shown[0].RelatedInformation) == 0 || shown[0].RelatedInformation[0].Location.URI != atWorkload {
		t.Errorf("shown: %+v", shown)
	}
}

// The edits of a fix, made by an editor, end the finding.
func TestEditorFixes(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "redis.yaml")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	e := edit(t)
	at := e.open(path, edited)
	shown := e.shown(at, 1)
	below := shown[slices.IndexFunc(shown, func(d protocol.Diagnostic) bool { return d.Code == "memory-request-below-limit" })]
	var actions []protocol.CodeAction
	e.call(protocol.MethodTextDocumentCodeAction, &protocol.CodeActionParams{
		TextDocument: protocol.TextDocumentIdentifier{URI: at}, Range: below.Range,
	}, &actions)
	i := slices.IndexFunc(actions, func(a protocol.CodeAction) bool {
		return strings.HasPrefix(a.Title, "Fix memory-request-below-limit")
	})
	if i < 0 || !actions[i].IsPreferred || len(actions[i].Edit.Changes[at]) != 1 {
		t.Fatalf("actions: %+v", actions)
	}
	change := actions[i].Edit.Changes[at][0]
	lines := strings.SplitAfter(edited, "\n")
	line := lines[change.Range.Start.Line]
	lines[change.Range.Start.Line] = line[:change.Range.Start.Character] + change.NewText + line[change.Range.End.Character:]
	e.change(at, 2, strings.Join(lines, ""))
	if got := rulesOf(e.shown(at, 2)); len(got) > 0 {
		t.Errorf("shown of what is fixed: %q", got)
	}
}

// A fix that would bring another finding is not offered, as redislint fix would not make it.
func TestEditorOffersNoFixThatBringsMore(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../fixtures/bitnami/sentinels-that-agree-on-all.yaml")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "redis.yaml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	e := edit(t)
	at := e.open(path, string(text))
	shown := e.shown(at, 1)
	offered := func(rule string) (titles []string) {
		i := slices.IndexFunc(shown, func(d protocol.Diagnostic) bool { return d.Code == rule })
		if i < 0 {
			t.Fatalf("%s is not shown", rule)
		}
		var actions []protocol.CodeAction
		e.call(protocol.MethodTextDocumentCodeAction, &protocol.CodeActionParams{
			TextDocument: protocol.TextDocumentIdentifier{URI: at}, Range: shown[i].Range,
		}, &actions)
		for _, a := range actions {
			if strings.Contains(a.Title, rule) {
				titles = append(titles, a.Title)
			}
		}
		return titles
	}
	for rule, want := range map[string]int{
		"alert-metric-unknown":  1, // with its right name, the alert would be found to be late
		"liveness-window-short": 2,
	} {
		if got := offered(rule); len(got) != want {
			t.Errorf("offered for %s: %q, want %d", rule, got, want)
		}
	}
}

func TestEditorWaivesWithAComment(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "redis.yaml")
	if err := os.WriteFile(path, []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	e := edit(t)
	at := e.open(path, edited)
	shown := e.shown(at, 1)
	below := shown[slices.IndexFunc(shown, func(d protocol.Diagnostic) bool { return d.Code == "memory-request-below-limit" })]
	var actions []protocol.CodeAction
	e.call(protocol.MethodTextDocumentCodeAction, &protocol.CodeActionParams{
		TextDocument: protocol.TextDocumentIdentifier{URI: at}, Range: below.Range,
	}, &actions)
	i := slices.IndexFunc(actions, func(a protocol.CodeAction) bool {
		return strings.HasPrefix(a.Title, "Waive memory-request-below-limit")
	})
	if i < 0 {
		t.Fatalf("actions: %+v", actions)
	}
	change := actions[i].Edit.Changes[at][0]
	lines := strings.SplitAfter(edited, "\n")
	line := int(change.Range.Start.Line)
	e.change(at, 2, strings.Join(lines[:line], "")+change.NewText+strings.Join(lines[line:], ""))
	if got := rulesOf(e.shown(at, 2)); len(got) > 0 {
		t.Errorf("shown of what is waived: %q", got)
	}
}

// typing are files of 2,000 lines, with a %d in the middle where somebody types.
func typing(tb testing.TB) map[string]string {
	fixture := func(name string) string {
		text, err := os.ReadFile(filepath.Join("../../fixtures", name))
		if err != nil {
			tb.Fatal(err)
		}
		return string(text)
	}
	// until repeats what is not to be the same twice, with what is typed after half of it.
	until := func(begin, typed string, part func(i int) string) string {
		var b strings.Builder
		b.WriteString(begin)
		for i, lines, done := 0, 0, false; lines < 2000; i++ {
			lines = strings.Count(b.String(), "\n")
			if !done && lines >= 1000 {
				b.WriteString(typed)
				done = true
			}
			b.WriteString(part(i))
		}
		return b.String()
	}
	deployment := func(i int) string {
		return "---\n" + strings.NewReplacer("redis}", fmt.Sprintf("redis-%d}", i)).Replace(edited)
	}
	values := strings.ReplaceAll(fixture("values/sentinel-that-scales.yaml"), "\n", "\n    ")
	return map[string]string{
		"Redis after Redis": until(edited, strings.Replace(deployment(5000), "memory: 1Gi", "memory: 1%dMi", 1), deployment),
		"one redis.conf": until(strings.NewReplacer("args: [", "args: [/conf/redis.conf, ", "        resources:", "        volumeMounts: [{name: conf, mountPath: /conf}]\n        resources:").Replace(edited)+
			"      volumes: [{name: conf, configMap: {name: redis}}]\n---\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: redis}\ndata:\n  redis.conf: |\n", "    maxmemory %dmb\n",
			func(i int) string { return fmt.Sprintf("    user u%d on nopass ~key%d:* +@read\n", i, i) }),
		"values of a release": until("apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: offers}\nspec:\n"+
			"  chart: {spec: {chart: redis, version: 23.1.1, sourceRef: {kind: HelmRepository, name: bitnami}}}\n  values:\n    "+values+"\n    extraDeploy:\n",
			"    commonLabels: {typed: a%d}\n    more:\n", func(i int) string {
				return fmt.Sprintf("    - {apiVersion: v1, kind: ConfigMap, metadata: {name: c%d}}\n", i)
			}),
		"whatever there may be": until(edited, "---\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: typed}\ndata: {a: x%d}\n", func(i int) string {
			if i%20 == 0 {
				return deployment(i)
			}
			return fmt.Sprintf("---\nkind: Service\napiVersion: v1\nmetadata: {name: s%d}\nspec:\n  selector: {app: s%d}\n  ports:\n  - port: 80\n", i, i)
		}),
	}
}

// BenchmarkTyping is the time from a change of a file of 2,000 lines to what the editor shows of it.
func BenchmarkTyping(b *testing.B) {
	for name, text := range typing(b) {
		b.Run(name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "redis.yaml")
			typed := func(version int32) string { return strings.Replace(text, "%d", fmt.Sprint(version), 1) }
			if err := os.WriteFile(path, []byte(typed(1)), 0o600); err != nil {
				b.Fatal(err)
			}
			e := edit(b)
			at := e.open(path, typed(1))
			if len(e.shown(at, 1)) == 0 {
				b.Fatal("nothing is found")
			}
			version := int32(1)
			for b.Loop() {
				version++
				e.change(at, version, typed(version))
				e.shown(at, uint32(version))
			}
		})
	}
}
