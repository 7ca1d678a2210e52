package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/topology"
)

// fingerprintIn returns the fingerprint of the one finding of a rule.
func fingerprintIn(t *testing.T, name, body, text string) string {
	t.Helper()
	library := load(t, map[string]string{name: body})
	verdict := evaluate(t, selected(t, library, rules.Selection{}), redisOf(t, text))
	if len(verdict.Findings) != 1 {
		t.Fatalf("got %+v", verdict)
	}
	return verdict.Findings[0].Fingerprint
}

func replace(t *testing.T, old, replacement string) string {
	t.Helper()
	if !strings.Contains(shop, old) {
		t.Fatalf("shop has no %q", old)
	}
	return strings.ReplaceAll(shop, old, replacement)
}

func TestFingerprintStays(t *testing.T) {
	t.Parallel()
	redis := `      - name: redis
        image: redis:7.2
        resources:
          limits:
            memory: 1Gi
`
	exporter := `      - name: exporter
        image: exporter:1
`
	limit, directive := finding("/nodes/0/memory/limit", "m"), finding("/nodes/0/config/maxmemory", "m")
	for name, test := range map[string]struct{ body, text string }{
		"when lines move":               {limit, "# a comment\n\n" + shop},
		"when containers change places": {limit, replace(t, redis+exporter, exporter+redis)},
		"when the value changes":        {limit, replace(t, "1Gi", "2Gi")},
		"when the message changes":      {finding("/nodes/0/memory/limit", "n"), shop},
		"when directives change places": {directive, replace(t, "    appendonly yes\n    maxmemory 1gb\n", "    maxmemory 1gb\n    appendonly yes\n")},
		"when objects change places": {
			directive, strings.Join(reversed(strings.Split(shop, "---\n")), "---\n"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := fingerprintIn(t, "one", strings.Replace(test.body, `"n"`, `"m"`, 1), shop)
			if after := fingerprintIn(t, "one", test.body, test.text); after != before {
				t.Errorf("%s became %s", before, after)
			}
			if len(before) != 16 || strings.Trim(before, "0123456789abcdef") != "" {
				t.Errorf("%q is not 16 hexadecimal digits", before)
			}
		})
	}
}

func TestFingerprintOfARenamedRule(t *testing.T) {
	t.Parallel()
	body := finding("/nodes/0/memory/limit", "m")
	before := fingerprintIn(t, "former", body, shop)
	library := mustLoad(t, files(map[string]string{"test/renamed.rego": ruleSource("test.renamed", "renamed_from: [former]", body)}))
	verdict := evaluate(t, selected(t, library, rules.Selection{}), redisOf(t, shop))
	if len(verdict.Findings) != 1 || !slices.Equal(verdict.Findings[0].Former, []string{before}) {
		t.Errorf("got %+v, want the former fingerprint %s", verdict, before)
	}
}

func reversed(list []string) []string {
	slices.Reverse(list)
	return list
}

func TestFingerprintTellsApart(t *testing.T) {
	t.Parallel()
	limit := finding("/nodes/0/memory/limit", "m")
	seen := map[string]string{}
	for name, fingerprint := range map[string]string{
		"the first":            fingerprintIn(t, "one", limit, shop),
		"another rule":         fingerprintIn(t, "two", limit, shop),
		"another field":        fingerprintIn(t, "one", finding("/nodes/0/memory/request", "m"), shop),
		"another object":       fingerprintIn(t, "one", finding("/services/0", "m"), shop),
		"another namespace":    fingerprintIn(t, "one", limit, replace(t, "namespace: shop", "namespace: blog")),
		"another name":         fingerprintIn(t, "one", limit, strings.Replace(shop, "name: redis", "name: cache", 1)),
		"another group":        fingerprintIn(t, "one", limit, replace(t, "apps/v1", "redis.dev/v1")),
		"a directive":          fingerprintIn(t, "one", finding("/nodes/0/config/maxmemory", "m"), shop),
		"another directive":    fingerprintIn(t, "one", finding("/nodes/0/config/maxmemory", "m"), replace(t, "    maxmemory 1gb\n", "    # maxmemory x\n")),
		"all of the file":      fingerprintIn(t, "one", finding("/nodes/0/config", "m"), shop),
		"outside of container": fingerprintIn(t, "one", finding("", "m"), shop),
	} {
		if other, taken := seen[fingerprint]; taken {
			t.Errorf("%s and %s share %s", name, other, fingerprint)
		}
		seen[fingerprint] = name
	}
}

// Fingerprints are stored in baselines: these values may never change.
func TestFingerprintValues(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]string{
		"/nodes/0/memory/limit":     "eace906e1107b9a4",
		"/nodes/0/config/maxmemory": "f945822e284e9390",
		"/nodes/0/data/size":        "d478c2d88f652084",
		"/services/0":               "3b2889508ce478b5",
	} {
		if got := fingerprintIn(t, "one", finding(at, "m"), shop); got != want {
			t.Errorf("%s: got %s, want %s", at, got, want)
		}
	}
}

// The index of a list item says nothing where a name does, nor the place of a directive in its text.
func TestFingerprintOfListItems(t *testing.T) {
	t.Parallel()
	const before = `kind: Pod
metadata: {name: redis}
spec:
  args: [--port, "6379", --maxmemory, "1gb", "--save="]
  script: |
    sentinel monitor a 10.0.0.1 6379 2
    sentinel down-after-milliseconds a 1
    redis-server --maxmemory 1gb --save ""
  volumes:
  - name: data
    size: 1
  - name: logs
  ports:
  - containerPort: 1
  claims:
  - metadata: {name: data}
`
	const after = `kind: Pod
metadata: {name: redis}
spec:
  claims:
  - metadata: {name: first}
  - metadata: {name: data}
  ports:
  - containerPort: 1
  volumes:
  - name: logs
  - name: data
    size: 2
  script: |
    # first
    redis-server --save "" --maxmemory 2gb
    sentinel down-after-milliseconds a 1
    sentinel  Monitor a 10.0.0.1 6379 2
  args: [--maxmemory, "2gb", "--save=x", --port, "6379"]
`
	find := func(t *testing.T, text, path, stretch string) string {
		t.Helper()
		set := manifest.Decode([]manifest.Input{{Name: "x.yaml", Data: []byte(text)}}, manifest.DefaultOptions())
		if len(set.Objects) != 1 {
			t.Fatalf("got %+v", set)
		}
		origin := topology.Origin{Object: set.Objects[0], Path: strings.Split(path, "/")}
		if stretch != "" {
			whole, _ := origin.Object.Root.At(origin.Path).Str()
			origin = origin.Within(strings.Index(strings.ToLower(whole), stretch), len(stretch))
		}
		library := load(t, map[string]string{"one": finding("", "m")})
		redis := &topology.Redis{Name: "redis", Origin: origin}
		return evaluate(t, selected(t, library, rules.Selection{}), redis).Findings[0].Fingerprint
	}
	for name, test := range map[string]struct{ path, stretch, movedPath, movedStretch string }{
		"an item with a name":          {"spec/volumes/0/size", "", "spec/volumes/1/size", ""},
		"a claim template":             {"spec/claims/0", "", "spec/claims/1", ""},
		"an item without a name":       {"spec/ports/0", "", "spec/ports/0", ""},
		"an option":                    {"spec/args/2", "", "spec/args/0", ""},
		"an option's value":            {"spec/args/3", "", "spec/args/1", ""},
		"an option with its value":     {"spec/args/4", "", "spec/args/2", ""},
		"a directive in two words":     {"spec/script", "sentinel monitor a", "spec/script", "sentinel  monitor a"},
		"a directive's value":          {"spec/script", "10.0.0.1", "spec/script", "10.0.0.1"},
		"an option inside of a script": {"spec/script", "--maxmemory 1gb", "spec/script", "--maxmemory 2gb"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if was, is := find(t, before, test.path, test.stretch), find(t, after, test.movedPath, test.movedStretch); was != is {
				t.Errorf("%s became %s", was, is)
			}
		})
	}
	apart := map[string]bool{}
	for _, place := range [][2]string{
		{"spec/volumes/0", ""},
		{"spec/volumes/1", ""},
		{"spec/args/0", ""},
		{"spec/args/2", ""},
		{"spec/script", "sentinel monitor"},
		{"spec/script", "sentinel down"},
		{"spec/script", "--max"},
		{"spec/script", "--save"},
	} {
		apart[find(t, before, place[0], place[1])] = true
	}
	if len(apart) != 8 {
		t.Errorf("8 places have %d fingerprints", len(apart))
	}
}

func TestDistinguish(t *testing.T) {
	t.Parallel()
	library := load(t, map[string]string{
		"one": `findings contains {"at": "", "message": message} if some message in ["a", "b", "c"]`,
		"two": finding("", "m"),
	})
	findings := evaluate(t, selected(t, library, rules.Selection{}), redisOf(t, shop)).Findings
	if len(findings) != 4 || findings[0].Fingerprint != findings[2].Fingerprint {
		t.Fatalf("got %+v, want four findings, three of them with one fingerprint", findings)
	}
	first := findings[0].Fingerprint
	other := slices.Clone(findings)
	slices.Reverse(other)
	rules.Distinguish(findings)
	rules.Distinguish(other)
	rules.Sort(other)
	distinct := map[string]bool{}
	for i := range findings {
		distinct[findings[i].Fingerprint] = true
		if findings[i].Fingerprint != other[i].Fingerprint {
			t.Errorf("%s depends on the order", findings[i].Message)
		}
	}
	if len(distinct) != 4 || findings[0].Fingerprint != first {
		t.Errorf("got %+v, want four fingerprints, the first unchanged", findings)
	}
}
