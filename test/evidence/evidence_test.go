//go:build unix

package main

import (
	"flag"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/fixture"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/policies"
)

func TestMain(m *testing.M) {
	os.Exit(isolate(func() int {
		flag.Parse()
		// Servers wait most of the time: there can be more experiments than cores.
		if err := flag.Set("test.parallel", strconv.Itoa(len(experiments))); err != nil {
			panic(err)
		}
		return m.Run()
	}))
}

// With little data, one trial and short times: whether they still say what the document says, not how fast. On a machine
// with other work some do not, so they run when they are asked for: EVIDENCE=1 go test ./test/evidence.
func TestExperiments(t *testing.T) {
	t.Parallel()
	if os.Getenv("EVIDENCE") == "" {
		t.Skip("EVIDENCE is not set: experiments need a quiet machine")
	}
	for _, e := range experiments {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			if reason := e.lacks(); reason != "" {
				if os.Getenv("CI") != "" {
					t.Fatal("not run: " + reason)
				}
				t.Skip("not run: " + reason)
			}
			r, err := e.run(t.Context(), true)
			if err != nil {
				t.Fatal(err)
			}
			if len(r.verdicts) == 0 {
				t.Error("no claim was judged")
			}
			if refuted := r.refuted(); len(refuted) > 0 {
				figures, err := figures(t.Context(), e, r, time.Now(), "")
				t.Errorf("not so: %s (%v)\n%s", strings.Join(refuted, ", "), err, figures)
			}
			if len(r.tables) == 0 {
				t.Error("nothing was measured")
			}
			for _, table := range r.tables {
				if len(table.rows) == 0 {
					t.Errorf("the table %q of %s is empty", table.caption, strings.Join(table.columns, ", "))
				}
				for _, row := range table.rows {
					if len(row) != len(table.columns) {
						t.Errorf("a row has %d cells for the columns %s: %s", len(row), strings.Join(table.columns, ", "), strings.Join(row, " | "))
					}
				}
			}
		})
	}
}

const path = "../../docs/evidence.md"

// UPDATE=1 writes the words anew; the figures stay.
func TestDocumentHasTheWordsOfTheExperiments(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	known := figuresOf(string(text))
	for _, e := range experiments {
		if known[e.name] == "" {
			t.Errorf("%s was never measured: go run ./test/evidence -run %s", e.name, e.name)
		}
	}
	fixture.Golden(t, path, []byte(document(known, pages(path))))
}

// These rules are not written yet. Others that do not exist are mistakes.
var awaited = []string{
	"auth-disabled", "cluster-too-few-masters", "cluster-without-replicas", "data-not-on-volume", "liveness-restarts-on-full-disk",
	"min-replicas-deadlock", "quantity-suspicious", "readiness-accepts-errors", "replicas-colocated", "replication-without-persistence",
}

func TestRulesAndExperimentsCiteEachOther(t *testing.T) {
	t.Parallel()
	library, err := rules.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	const address = "https://github.com/redislint/redislint/blob/main/docs/evidence.md#"
	cites := make(map[string][]string) // experiments, by rule
	for _, rule := range library.Rules() {
		cites[rule.ID] = []string{}
		for _, reference := range rule.References {
			if name, ok := strings.CutPrefix(reference.URL, address); ok {
				cites[rule.ID] = append(cites[rule.ID], name)
			} else if strings.Contains(reference.URL, "docs/evidence.md") {
				t.Errorf("%s cites %s, not %s<experiment>", rule.ID, reference.URL, address)
			}
		}
	}
	for rule, names := range cites {
		for _, name := range names {
			i := slices.IndexFunc(experiments, func(e experiment) bool { return e.name == name })
			if i < 0 || !slices.Contains(experiments[i].rules(), rule) {
				t.Errorf("%s cites the experiment %s, which claims nothing for it", rule, name)
			}
		}
	}
	for _, e := range experiments {
		for _, rule := range e.rules() {
			names, exists := cites[rule]
			switch {
			case !exists && !slices.Contains(awaited, rule):
				t.Errorf("the experiment %s names %s, which is no rule", e.name, rule)
			case exists && !slices.Contains(names, e.name):
				t.Errorf("%s rests on the experiment %s: its related_resources lack %s%s", rule, e.name, address, e.name)
			}
		}
	}
}

func TestDocumentNamesRulesThatExist(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	links := regexp.MustCompile(`\]\(rules/([a-z-]+)\.md\)`).FindAllSubmatch(text, -1)
	if len(links) == 0 {
		t.Error("the document names no rule")
	}
	for _, link := range links {
		if !pages(path)(string(link[1])) {
			t.Errorf("there is no rule %s", link[1])
		}
	}
}

func TestClaimsHaveKeysOfTheirOwn(t *testing.T) {
	t.Parallel()
	for _, e := range experiments {
		seen := make(map[string]bool)
		for _, c := range e.claims {
			if seen[c.key] || c.key == "" || len(c.rules) == 0 {
				t.Errorf("%s: the key %q comes twice, or is empty, or no rule rests on the claim", e.name, c.key)
			}
			seen[c.key] = true
		}
	}
}

func TestInsertLeavesOtherFigures(t *testing.T) {
	t.Parallel()
	document := filepath.Join(t.TempDir(), "evidence.md")
	for _, figures := range [][2]string{{"memory", "| 1 |\n"}, {"sentinels", "| 2 |\n"}, {"memory", "| 3 |\n"}} {
		if err := insert(document, figures[0], figures[1]); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	known := figuresOf(string(text))
	for _, e := range experiments {
		if strings.TrimSpace(known[e.name]) == "Not run yet." {
			delete(known, e.name)
		}
	}
	if diff := cmp.Diff(map[string]string{"memory": "| 3 |\n", "sentinels": "| 2 |\n"}, known); diff != "" {
		t.Error(diff)
	}
}

func TestReply(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ sent, reply string }{
		"a status":                      {"+OK\r\n", "OK"},
		"an error":                      {"-MISCONF Redis is full\r\n", "MISCONF Redis is full"},
		"a number":                      {":7\r\n", "7"},
		"a string":                      {"$5\r\na\r\nbc\r\n", "a\r\nbc"},
		"nothing":                       {"$-1\r\n", ""},
		"a list in a list":              {"*2\r\n$1\r\na\r\n*2\r\n:1\r\n+b\r\n", "a\n1\nb"},
		"an end too early":              {"$5\r\nab", noAnswer + "unexpected EOF"},
		"what is no reply":              {"?\r\n", noAnswer + `the reply "?"`},
		"a connection that was closed":  {"", noAnswer + "EOF"},
		"an empty line is not followed": {"\r\n", noAnswer + "an empty reply"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Close()
			go func() {
				server, err := listener.Accept()
				if err != nil {
					return
				}
				_, _ = server.Read(make([]byte, 100))
				_, _ = server.Write([]byte(c.sent))
				_ = server.Close()
			}()
			s := &server{host: "127.0.0.1", port: listener.Addr().(*net.TCPAddr).Port}
			if diff := cmp.Diff(c.reply, s.ask("PING")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSpreadAndTally(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ want, got string }{
		"no figure":         {"-", spread("%.1f", nil)},
		"one figure":        {"2.0", spread("%.1f", []float64{2})},
		"three figures":     {"1 / 2 / 9", spread("%.0f", []float64{9, 1, 2})},
		"seconds":           {"0.5 / 1.5 / 1.5", seconds("%.1f", []time.Duration{1500 * time.Millisecond, 500 * time.Millisecond})},
		"the same text":     {"OK", tally([]string{"OK", "OK"})},
		"two texts":         {"OK (1), down (2)", tally([]string{"OK", "down", "down"})},
		"a long reply":      {"MISCONF Redis is configured to save RDB snapshots, but it's …", brief("MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk")},
		"a reply of a line": {"a b", brief("a\nb\n")},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
