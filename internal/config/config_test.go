package config_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/config"
	"github.com/redislint/redislint/internal/rules"
)

// library has a rule with a parameter of each type and a former id, and one with nothing to tune.
func library(t testing.TB) *rules.Library {
	t.Helper()
	const metadata = `# METADATA
# title: A title
# description: A description
# custom:
#   severity: error
#   remediation: do something
#   examples: {bad: "kind: Pod", good: "kind: Pod"}
`
	folder := fstest.MapFS{
		"test/volume_tight.rego": {Data: []byte(metadata + `#   renamed_from: [tight-volume, volume-narrow]
#   params:
#     max: {description: d, default: 75}
#     name: {description: d, default: redis}
#     strict: {description: d, default: false}
#     kinds: {description: d, default: [Pod]}
#     ports: {description: d, default: [6379]}
package redislint.test.volume_tight

findings contains {"at": "", "message": sprintf("%v", [[
	input.params.max, input.params.name, input.params.strict, input.params.kinds, input.params.ports,
]])} if input.name
`)},
		"test/probe_missing.rego": {Data: []byte(metadata + `package redislint.test.probe_missing

findings contains {"at": "", "message": "m"} if input.name
`)},
	}
	l, err := rules.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// documents are texts of a configuration, and what is wrong with each.
var documents = map[string]struct {
	text string
	want []string // without the name of the file
	// beyond is true where a JSON Schema cannot say what is wrong.
	beyond bool
}{
	"the least": {text: "version: 1"},
	"everything": {text: `version: 1
fail-on: never
rules:
  volume-tight:
    severity: off
    admission: audit
    deletion: deny
    params: {max: 70, name: "", strict: true, kinds: [], ports: [1, 2]}
    only: [{namespaces: [shop-*, "*"], names: ["redis?"], labels: {app.kubernetes.io/name: redis, tier: ""}}]
    except: [{names: [a]}, {labels: {a: b}}]
  probe-missing: {}
storage-classes: [{name: ssd-*, medium: ssd}, {provisioner: example.com/*, medium: network}]
exclude: ["**/testdata/**", ./a, "a?.yaml", ...]
files: ["*.yaml"]
profiles: [{match: {namespaces: [a]}, profile: cache}]
waivers:
- {rule: volume-tight, kind: StatefulSet, namespace: shop-*, name: redis-*, reason: why, until: 2027-01-31}
- {rule: tight-volume, reason: "why"}
- {rule: probe-missing, reason: why, until: "2028-02-29"}
inline-waivers: {forbid: true, forbid-rules: [volume-narrow]}
policies: [rules, ../more]
`},
	"by its former name":          {text: "version: 1\nrules:\n  tight-volume: {params: {max: 1}}"},
	"whole numbers":               {text: "version: 1\nrules: {volume-tight: {params: {max: 70.0, ports: [0x10, -9007199254740991]}}}"},
	"JSON":                        {text: `{"version": 1, "exclude": ["a"], "rules": {"probe-missing": {"severity": "info"}}}`},
	"nothing":                     {text: "", want: []string{"1:1: nothing in it; version: 1 is the least"}, beyond: true},
	"nothing but comments":        {text: "# version: 1\n", want: []string{"1:1: nothing in it; version: 1 is the least"}, beyond: true},
	"no version":                  {text: "fail-on: error", want: []string{"1:1: version is missing"}},
	"another version":             {text: "version: 2", want: []string{"1:10: version 2 of the format is not known; this redislint reads version 1"}},
	"a version that is no number": {text: "version: one", want: []string{`1:10: "one" is not an integer`}},
	"a list":                      {text: "- version: 1", want: []string{"1:1: a list where a map belongs"}},
	"a word":                      {text: "off", want: []string{`1:1: "off" where a map belongs`}},
	"no map":                      {text: "~", want: []string{"1:1: no value where a map belongs"}},
	"an unknown key":              {text: "version: 1\nfail-in: error", want: []string{`2:1: unknown key "fail-in", did you mean fail-on?`}},
	"an unknown key far off":      {text: "version: 1\ncolour: red", want: []string{`2:1: unknown key "colour"`}},
	"a key that is none":          {text: "version: 1\n1: 2\n[a]: b", want: []string{`2:1: unknown key "1"`, "3:1: a list where a key belongs"}, beyond: true},
	"a key twice":                 {text: "version: 1\nfail-on: info\nfail-on: error", want: []string{`3:1: the key "fail-on" is on line 2 already`}, beyond: true},
	"a word that is not allowed":  {text: "version: 1\nfail-on: warnings", want: []string{`2:10: "warnings" is not error, warning, info or never, did you mean warning?`}},
	"a value of another type":     {text: "version: 1\nfail-on: true", want: []string{"2:10: true, not error, warning, info or never; quotes make a string of it"}},
	"a value that is missing":     {text: "version: 1\nfail-on:\n", want: []string{"2:9: no value where error, warning, info or never belongs"}},
	"a list that is missing":      {text: "version: 1\nexclude:\n", want: []string{"2:9: no value where a list belongs"}},
	"a map where a word belongs":  {text: "version: 1\nfail-on: {a: b}", want: []string{"2:10: a map where error, warning, info or never belongs"}},
	"a word where a list belongs": {text: "version: 1\nexclude: a", want: []string{`2:10: "a" where a list belongs`}},
	"an unknown rule":             {text: "version: 1\nrules:\n  volume-tigth: {}", want: []string{`3:3: unknown rule "volume-tigth", did you mean volume-tight?`}},
	"an unknown key of a rule":    {text: "version: 1\nrules:\n  probe-missing: {level: error}", want: []string{`3:19: unknown key "level"`}},
	"a rule by both its names": {
		text: "version: 1\nrules:\n  tight-volume: {}\n  volume-tight: {}\n  volume-narrow: {}",
		want: []string{"4:3: the rule volume-tight is on line 3 already", "5:3: the rule volume-tight is on line 3 already"},
	},
	"an unknown parameter": {
		text: "version: 1\nrules:\n  volume-tight:\n    params:\n      maxx: 1",
		want: []string{`5:7: rule volume-tight has no parameter "maxx", did you mean max?`},
	},
	"a parameter where there are none": {
		text: "version: 1\nrules: {probe-missing: {params: {}}}", want: []string{"2:25: rule probe-missing has no parameters"},
	},
	"parameters of other types": {
		text: "version: 1\nrules: {volume-tight: {params: {max: '1', name: 1, strict: maybe, kinds: a, ports: [1.5]}}}",
		want: []string{
			`2:38: "1" is not an integer`, "2:49: 1, not a string; quotes make a string of it", `2:60: "maybe" is not true or false`,
			`2:74: "a" where a list belongs`, `2:85: "1.5" is not an integer`,
		},
	},
	"a number too large": {
		text: "version: 1\nrules: {volume-tight: {params: {max: 9007199254740993}}}", want: []string{`2:38: "9007199254740993" is not an integer`},
	},
	"no number": {text: "version: 1\nrules: {volume-tight: {params: {max: .inf}}}", want: []string{`2:38: ".inf" is not an integer`}, beyond: true},
	"a scope of everything": {
		text: "version: 1\nrules: {probe-missing: {except: [{}]}}", want: []string{"2:34: an empty map"},
	},
	"a scope of no label": {
		text: "version: 1\nrules: {probe-missing: {except: [{labels: {}}]}}", want: []string{"2:43: an empty map"},
	},
	"labels that cannot be": {
		text: "version: 1\nrules: {probe-missing: {only: [{labels: {-a: b, c: -d, e: 1}}]}}",
		want: []string{`2:42: "-a" is not the name of a label`, `2:52: "-d" is not the value of a label`, "2:59: 1, not the value of a label; quotes make a string of it"},
	},
	"globs that cannot be": {
		text: "version: 1\nexclude: ['[a', /a, a/../b, '']\nrules: {probe-missing: {only: [{names: ['a b']}]}}",
		want: []string{
			`2:11: "[a" is not a path below this folder, with *, ** and ? as wildcards`,
			`2:17: "/a" is not a path below this folder, with *, ** and ? as wildcards`,
			`2:21: "a/../b" is not a path below this folder, with *, ** and ? as wildcards`,
			`2:29: "" is not a path below this folder, with *, ** and ? as wildcards`,
			`3:41: "a b" is not a name, with * and ? as wildcards`,
		},
	},
	"a storage class of two kinds, and of none": {
		text: "version: 1\nstorage-classes: [{name: a, provisioner: b, medium: ssd}, {medium: ssd}, {name: a}]",
		want: []string{"2:19: either name or provisioner belongs here", "2:59: either name or provisioner belongs here", "2:74: medium is missing"},
	},
	"a profile of nothing": {text: "version: 1\nprofiles: [{profile: cach}]", want: []string{"2:12: match is missing", `2:22: "cach" is not cache or store, did you mean cache?`}},
	"a waiver that is not complete": {
		text: "version: 1\nwaivers:\n- name: a\n- rule: nothing\n  reason: ' '",
		want: []string{"3:3: rule is missing", "3:3: reason is missing", `4:9: unknown rule "nothing"`, `5:11: " " is not a reason`},
	},
	"a last day that is none":      {text: "version: 1\nwaivers: [{rule: probe-missing, reason: a, until: soon}]", want: []string{`2:51: "soon" is not a day like 2027-01-31`}},
	"a last day that is not":       {text: "version: 1\nwaivers: [{rule: probe-missing, reason: a, until: 2027-02-29}]", want: []string{"2:51: the month has no day 29"}, beyond: true},
	"an alias":                     {text: "version: 1\nexclude: &a [x]\nfiles: *a", want: []string{"3:8: an alias; write the value out"}, beyond: true},
	"an alias of itself":           {text: "version: 1\nexclude: &a [*a]", want: []string{"2:14: an alias; write the value out"}, beyond: true},
	"a merge":                      {text: "version: 1\n<<: {fail-on: info}", want: []string{`2:1: unknown key "<<"`}, beyond: true},
	"a tag":                        {text: "version: !!int 1", want: []string{`1:10: a tag, "!!int"; write the value without`}, beyond: true},
	"two documents":                {text: "version: 1\n---\nversion: 1", want: []string{"2:1: not valid YAML: another document follows"}, beyond: true},
	"no YAML":                      {text: "version: 1\nrules: {", want: []string{"2:1: not valid YAML: did not find expected node content"}, beyond: true},
	"no UTF-8":                     {text: "version: 1\n# \xff", want: []string{"2:1: not valid YAML: invalid leading UTF-8 octet"}, beyond: true},
	"a name of any length":         {text: "version: 1\n" + strings.Repeat("ä", 200) + ": 1", want: []string{`2:1: unknown key "` + strings.Repeat("ä", 60) + `…"`}},
	"a name that a terminal obeys": {text: "version: 1\n\"\\e[31m\": 1", want: []string{`2:1: unknown key "\x1b[31m"`}},
	"too much":                     {text: "version: 1\n#" + strings.Repeat(" ", config.MaxBytes), want: []string{"1:1: larger than 1048576 bytes"}, beyond: true},
}

func TestParse(t *testing.T) {
	t.Parallel()
	library := library(t)
	for name, test := range documents {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := config.Parse("dir/.redislint.yaml", []byte(test.text), library)
			var got []string
			faults := new(config.Errors)
			if errors.As(err, faults) {
				for _, e := range *faults {
					got = append(got, strings.TrimPrefix(e.Error(), "dir/.redislint.yaml:"))
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if (err == nil) != (c != nil) {
				t.Errorf("%v, and an error of %v", c, err)
			}
		})
	}
}

func TestParsedValues(t *testing.T) {
	t.Parallel()
	got, err := config.Parse(".redislint.yaml", []byte(documents["everything"].text), library(t))
	if err != nil {
		t.Fatal(err)
	}
	at := func(line, column int) config.Position { return config.Position{Line: line, Column: column} }
	str := func(value string, line, column int) config.Value[string] {
		return config.Value[string]{Value: value, Position: at(line, column)}
	}
	value := func(value any, line, column int) config.Value[any] {
		return config.Value[any]{Value: value, Position: at(line, column)}
	}
	scope := func(match rules.Match, line, column int) config.Value[rules.Match] {
		return config.Value[rules.Match]{Value: match, Position: at(line, column)}
	}
	want := &config.Config{
		File:   ".redislint.yaml",
		FailOn: str("never", 2, 10),
		Rules: []config.Rule{
			{
				ID: "volume-tight", Position: at(4, 3),
				Severity: str("off", 5, 15), Admission: str("audit", 6, 16), Deletion: str("deny", 7, 15),
				Params: map[string]config.Value[any]{
					"max": value(70, 8, 19), "name": value("", 8, 29), "strict": value(true, 8, 41),
					"kinds": value([]any{}, 8, 54), "ports": value([]any{1, 2}, 8, 65),
				},
				Only: []config.Value[rules.Match]{scope(rules.Match{
					Namespaces: []string{"shop-*", "*"}, Names: []string{"redis?"},
					Labels: map[string]string{"app.kubernetes.io/name": "redis", "tier": ""},
				}, 9, 12)},
				Except: []config.Value[rules.Match]{
					scope(rules.Match{Names: []string{"a"}}, 10, 14), scope(rules.Match{Labels: map[string]string{"a": "b"}}, 10, 28),
				},
			},
			{ID: "probe-missing", Position: at(11, 3)},
		},
		StorageClasses: []config.StorageClass{
			{Position: at(12, 19), Name: str("ssd-*", 12, 26), Medium: str("ssd", 12, 41)},
			{Position: at(12, 47), Provisioner: str("example.com/*", 12, 61), Medium: str("network", 12, 84)},
		},
		Exclude: []config.Value[string]{
			str("**/testdata/**", 13, 11), str("./a", 13, 29), str("a?.yaml", 13, 34), str("...", 13, 45),
		},
		Files:    []config.Value[string]{str("*.yaml", 14, 9)},
		Profiles: []config.Profile{{Position: at(15, 12), Match: rules.Match{Namespaces: []string{"a"}}, Profile: str("cache", 15, 48)}},
		Waivers: []config.Waiver{
			{
				Position: at(17, 3), Rule: str("volume-tight", 17, 10), Kind: str("StatefulSet", 17, 30),
				Namespace: str("shop-*", 17, 54), Name: str("redis-*", 17, 68), Reason: str("why", 17, 85), Until: str("2027-01-31", 17, 97),
			},
			{Position: at(18, 3), Rule: str("volume-tight", 18, 10), Reason: str("why", 18, 32)},
			{Position: at(19, 3), Rule: str("probe-missing", 19, 10), Reason: str("why", 19, 33), Until: str("2028-02-29", 19, 45)},
		},
		Inline: config.Inline{
			Forbid: config.Value[bool]{Value: true, Position: at(20, 26)}, ForbidRules: []config.Value[string]{str("volume-tight", 20, 47)},
		},
		Policies: []config.Value[string]{str("rules", 21, 12), str("../more", 21, 19)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	selection := got.Selection()
	if diff := cmp.Diff(rules.Selection{
		Disable:  []string{"volume-tight"},
		Severity: map[string]rules.Severity{},
		Params: map[string]map[string]any{"volume-tight": {
			"max": 70, "name": "", "strict": true, "kinds": []any{}, "ports": []any{1, 2},
		}},
		Scopes: map[string]rules.Scope{"volume-tight": {
			Only: []rules.Match{want.Rules[0].Only[0].Value}, Except: []rules.Match{want.Rules[0].Except[0].Value, want.Rules[0].Except[1].Value},
		}},
		StorageClasses: []rules.StorageClass{{Name: "ssd-*", Medium: "ssd"}, {Provisioner: "example.com/*", Medium: "network"}},
		Profiles:       []rules.Profile{{Match: rules.Match{Namespaces: []string{"a"}}, Profile: "cache"}},
		Waivers: []rules.Entry{
			{Rule: "volume-tight", Kind: "StatefulSet", Namespace: "shop-*", Name: "redis-*", Reason: "why", Until: "2027-01-31"},
			{Rule: "volume-tight", Reason: "why"},
			{Rule: "probe-missing", Reason: "why", Until: "2028-02-29"},
		},
		Inline: rules.Inline{Forbidden: true, ForbiddenRules: []string{"volume-tight"}},
	}, selection); diff != "" {
		t.Error(diff)
	}
	if _, err := library(t).Select(selection); err != nil {
		t.Error(err)
	}
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                               nil,
		"version: 1":                     nil,
		"policies: [a, ../b]\nrules: {x": nil,
		"policies: [a, ../b]\nrules: 1":  {"a", "../b"},
		"policies: a":                    nil,
		"policies: [a, 1, {}]":           {"a"},
	} {
		if diff := cmp.Diff(want, config.Policies([]byte(text))); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}
