package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWritingRules does what docs/writing-rules.md tells its reader to, in the order of the page.
func TestWritingRules(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "writing-rules.md"))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	t.Chdir(folder)
	t.Setenv("CI", "")
	put := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("redis.yaml", `apiVersion: apps/v1
kind: Deployment
metadata: {name: redis}
spec:
  selector: {matchLabels: {app: redis}}
  template:
    metadata: {labels: {app: redis}}
    spec:
      containers: [{name: redis, image: "redis:7.2", resources: {limits: {memory: 100Mi}}}]
`)
	if err := os.Mkdir(".git", 0o700); err != nil { // no configuration above counts
		t.Fatal(err)
	}
	told, ran := "", 0
	for i, block := range strings.Split(string(page), "```") {
		if i%2 == 0 {
			continue
		}
		language, text, _ := strings.Cut(block, "\n")
		switch {
		case language == "yaml" && strings.HasPrefix(text, "version: 1"):
			put(".redislint.yaml", text)
		case language == "" && text != told:
			t.Errorf("the page shows\n%s\nand the command before it writes\n%s", text, told)
		case language == "sh":
			for line := range strings.Lines(text) {
				told = command(t, strings.Fields(line))
				ran++
			}
		case language == "rego":
			rule, err := os.ReadFile(filepath.Join("rules", "memory", "memory_low.rego"))
			if err != nil || !strings.Contains(string(rule), text) {
				t.Errorf("the page shows a body that redislint new rule does not write: %v", err)
			}
		}
	}
	if ran < 10 {
		t.Errorf("%d commands on the page", ran)
	}
}

// command runs a command of redislint, which has to do what it is asked. Of other programs' it makes sure that the files exist
// which they are to read.
func command(t *testing.T, words []string) string {
	t.Helper()
	if words[0] != "redislint" {
		for _, word := range words {
			if _, file, found := strings.Cut(word, ".rego="); found {
				if _, err := os.Stat(strings.Trim(file, "'")); err != nil {
					t.Errorf("%v: %v", words, err)
				}
			}
		}
		return ""
	}
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), words[1:], strings.NewReader(""), &stdout, &stderr)
	if code > exitFindings || stderr.Len() > 0 {
		t.Errorf("%v ends with %d: %s%s", words, code, stdout.String(), stderr.String())
	}
	if words[1] == "lint" && !strings.Contains(stdout.String(), "memory-low") {
		t.Errorf("%v does not find it:\n%s", words, stdout.String())
	}
	return stdout.String()
}
