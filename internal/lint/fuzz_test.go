package lint_test

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/redislint/redislint/internal/fixture"
	"github.com/redislint/redislint/internal/lint"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/report"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/source"
	"github.com/redislint/redislint/policies"
)

const store = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis, namespace: shop}
spec:
  serviceName: redis
  replicas: 2
  selector: {matchLabels: {app: redis}}
  template:
    metadata: {labels: {app: redis}}
    spec:
      containers:
      - name: redis
        image: redis:7.2
        args: [redis-server, /etc/redis/redis.conf, --maxmemory, 1gb]
        livenessProbe: {exec: {command: [redis-cli, ping]}, timeoutSeconds: 1, failureThreshold: 1}
        resources: {requests: {memory: 1Gi}, limits: {memory: 1Gi}}
        volumeMounts: [{name: data, mountPath: /data}, {name: config, mountPath: /etc/redis}]
      - name: sentinel
        image: redis:7.2
        command: [redis-sentinel, /etc/redis/sentinel.conf]
      volumes: [{name: config, configMap: {name: redis}}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {storageClassName: nfs, resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: redis, namespace: shop}
data:
  redis.conf: |
    appendonly yes
    maxmemory 1Gi
  sentinel.conf: |
    sentinel monitor mymaster redis-0.redis 6379 2
---
apiVersion: v1
kind: Service
metadata: {name: redis, namespace: shop}
spec: {selector: {app: redis}, ports: [{port: 6379}]}
`

const cluster = `{"apiVersion":"redis.redis.opstreelabs.in/v1beta2","kind":"RedisCluster","metadata":{"name":"c"},
"spec":{"clusterSize":3,"kubernetesConfig":{"resources":{"limits":{"memory":"1Gi"},"requests":{"memory":"512Mi"}}}}}`

// FuzzLint lints arbitrary bytes: nothing panics, findings lie inside the input, and the text about it holds nothing
// that a terminal would obey.
func FuzzLint(f *testing.F) {
	for _, seed := range []string{
		"", "redis", store, cluster,
		strings.Replace(store, "name: redis,", `name: "\e]0;redis\a\r\n::error::\u202e",`, 1),
		strings.Replace(store, "memory: 1Gi", "memory: 1e-1000000000", 1),
		strings.Replace(store, "storage: 1Gi", "storage: 2E6024865272343", 1),
		strings.Replace(store, "{memory: 1Gi}, limits: {memory: 1Gi}", "{memory: 2E6024865272343}", 1),
		strings.Replace(store, "replicas: 2", "replicas: 9223372036854775808", 1),
		strings.ReplaceAll(store, "\n", "\r\n"),
		"\ufeff" + store,
		"kind: List\napiVersion: v1\nitems:\n- " + cluster + "\n- " + cluster,
		strings.Replace(store, "maxmemory 1Gi", "\"maxmemory\t\xff", 1),
		// What fixes would write is beyond 2^63.
		strings.NewReplacer("maxmemory 1Gi", "maxmemory 9999999999g", "--maxmemory, 1gb", "--save, ''").Replace(store),
		strings.NewReplacer("maxmemory 1Gi", "maxmemory 99999999999999999999mb", "--maxmemory, 1gb", "--save, 3600 1").Replace(store),
	} {
		f.Add([]byte(seed))
	}
	evaluator, texts := fixtures(f)
	for _, text := range texts {
		if len(text) <= 1<<10 { // of larger ones mutations seldom change what matters, and take long
			f.Add([]byte(text))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		sound(t, evaluator, data)
	})
}

// FuzzValue writes another value behind a key of a fixture or an example, in YAML or in a redis.conf: more of what it
// tries reaches the rules than of arbitrary bytes. What it fails on is printed, to be a seed of FuzzLint: fixtures come and
// go.
func FuzzValue(f *testing.F) {
	evaluator, texts := fixtures(f)
	for i, value := range []string{
		"", "0", "1", "-1", "1.5", "1e30", "9223372036854775807", "18446744073709551616", "null", "[]", "{}", "yes", "true",
		"8Ei", "1n", "500m", "1000000000m", "1000g", "9999999999g", "99999999999999999999mb", "8589934591gb", "150%", "-5%",
		"'\x1b[31m'", `"\n"`, "\u202e", "\xff", "$(X)", "${X}", "{{ .x }}", "None", "Recreate", "redis-server", "sh", "*", "&a", "|",
	} {
		for k := range uint(8) {
			f.Add(uint(i)*31+k*47, uint(i)*7+k*13, value)
		}
	}
	f.Fuzz(func(t *testing.T, which, where uint, value string) {
		text := texts[which%uint(len(texts))]
		values := valueOf.FindAllStringSubmatchIndex(text, -1)
		at := values[where%uint(len(values))]
		text = text[:at[2]] + value + text[at[3]:]
		if sound(t, evaluator, []byte(text)); t.Failed() {
			t.Logf("%q", text)
		}
	})
}

var valueOf = regexp.MustCompile(`[A-Za-z][A-Za-z0-9._-]*:? +([^\s,{}\[\]]+)`)

// fixtures returns all rules, the fixtures, and what the rules' examples have wrong.
func fixtures(f *testing.F) (*rules.Evaluator, []string) {
	f.Helper()
	library, err := rules.Load(policies.FS)
	if err != nil {
		f.Fatal(err)
	}
	evaluator, err := library.Select(rules.Selection{})
	if err != nil {
		f.Fatal(err)
	}
	var texts []string
	for _, path := range fixture.Files(f, "../../fixtures") {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		texts = append(texts, string(data))
	}
	for _, rule := range library.Rules() {
		texts = append(texts, rule.Examples().Bad)
	}
	return evaluator, texts
}

// sound lints a file: all rules decide, and findings and text are as FuzzLint wants them.
func sound(t *testing.T, evaluator *rules.Evaluator, data []byte) {
	t.Helper()
	set := manifest.Decode([]manifest.Input{{Name: "in.yaml", Data: data}}, manifest.Options{Sign: source.Sign})
	result, err := lint.Run(t.Context(), set, evaluator)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range result.Undecided {
		t.Errorf("%s is undecided: %s", u.Rule, u.Reason)
	}
	lines := strings.Split(strings.TrimPrefix(string(data), "\ufeff"), "\n")
	for _, finding := range result.Findings {
		if err := inside(finding.Position, lines); err != nil {
			t.Errorf("%s: %v", finding.Rule.ID, err)
		}
		for _, related := range finding.Related {
			if err := inside(related.Position, lines); err != nil {
				t.Errorf("%s, related: %v", finding.Rule.ID, err)
			}
		}
	}
	var text bytes.Buffer
	if err := report.Text(&text, report.Report{Findings: result.Findings, Errors: result.Errors}, report.TextOptions{}); err != nil {
		t.Fatal(err)
	}
	if i := bytes.IndexFunc(text.Bytes(), func(r rune) bool {
		return r != '\n' && (unicode.In(r, unicode.Cc, unicode.Cf) || r == utf8.RuneError)
	}); i >= 0 {
		t.Errorf("the text holds a control character at byte %d:\n%q", i, text.String())
	}
}

// inside reports whether a position lies in a file of these lines.
func inside(p manifest.Position, lines []string) error {
	if p.Line < 1 || p.EndLine < p.Line || p.EndLine > len(lines) {
		return fmt.Errorf("%+v is not among %d lines", p, len(lines))
	}
	if p.EndLine == p.Line && p.EndColumn < p.Column {
		return fmt.Errorf("%+v ends before it starts", p)
	}
	for line, column := range map[int]int{p.Line: p.Column, p.EndLine: p.EndColumn} {
		if column < 1 || column > utf8.RuneCountInString(lines[line-1])+1 {
			return fmt.Errorf("%+v is not within line %q", p, lines[line-1])
		}
	}
	return nil
}
