package rules_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/topology"
)

// ofWaivers says all that there is to know of a waiver.
const ofWaivers = `findings contains {"at": sprintf("/waivers/%d", [i]), "message": message} if {
	some i, w in input.waivers
	message := sprintf("%s known=%v nearest=%s reason=%s until=%s expired=%v dated=%v forbidden=%v used=%v", [
		w.rule, w.known, w.nearest, w.reason, w.until, w.expired, w.dated, w.forbidden, object.get(w, "used", "unknown"),
	])
}`

// waivable has a rule that finds something in shop, one that finds nothing, one that fails, and the judge of waivers.
func waivable(t testing.TB) *rules.Library {
	t.Helper()
	sources := map[string]string{}
	for name, body := range map[string]string{
		"found": finding("/nodes/0/replicas", "m"), "silent": silent, "broken": `findings contains {"at": 1} if input.name`,
		"said": ofWaivers,
	} {
		sources["test/"+name+".rego"] = ruleSource("test."+name, "", body)
	}
	return mustLoad(t, files(sources))
}

// annotated is shop with annotations of its StatefulSet, which begin on line 6.
func annotated(annotations ...string) string {
	return strings.Replace(shop, "  name: redis\n",
		"  name: redis\n  annotations:\n    ignore.redislint.dev/"+strings.Join(annotations, "\n    ignore.redislint.dev/")+"\n", 1)
}

// conclude returns what is said about the waivers of Redis, as "place: message".
func conclude(t testing.TB, selection rules.Selection, list ...*topology.Redis) []string {
	t.Helper()
	selection.Now = func() time.Time { return time.Date(2027, 1, 31, 12, 0, 0, 0, time.UTC) }
	evaluator := selected(t, waivable(t), selection)
	var met []rules.Met
	for _, redis := range list {
		met = append(met, evaluate(t, evaluator, redis).Met)
	}
	verdict, err := evaluator.Conclude(t.Context(), met, true)
	if err != nil || len(verdict.Undecided) > 0 {
		t.Fatal(err, verdict.Undecided)
	}
	var said []string
	for _, f := range verdict.Findings {
		message := f.Message
		for _, usual := range []string{" until=", " nearest=", " known=true", " expired=false", " dated=true", " forbidden=false"} {
			message = strings.Replace(message, usual+" ", " ", 1)
		}
		said = append(said, fmt.Sprintf("%s:%d:%d %s: %s", f.Place.File(), f.Position.Line, f.Position.Column, f.Redis, message))
	}
	return said
}

// redisFrom models the Redis of a text, and of objects beside it.
func redisFrom(t testing.TB, text string) *topology.Redis {
	t.Helper()
	redis := redisOf(t, text)
	redis.Objects = []*manifest.Object{redis.Origin.Object, redis.Services[0].Origin.Object}
	return redis
}

func TestConclude(t *testing.T) {
	t.Parallel()
	entry := func(rule, kind, name, until string, line int) rules.Entry {
		return rules.Entry{Rule: rule, Kind: kind, Name: name, Reason: "r", Until: until, Place: rules.Place{
			In: manifest.Plain("config.yaml", ""), Position: manifest.Position{Line: line, Column: 1},
		}}
	}
	comments := rules.Selection{Inline: rules.Inline{Comments: true}}
	commented := func(comment string) string { return strings.Replace(shop, "  replicas: 3\n", comment, 1) }
	for name, test := range map[string]struct {
		text      string
		selection rules.Selection
		want      []string
	}{
		"no waivers":  {shop, comments, nil},
		"used":        {annotated("found: r"), rules.Selection{}, []string{"redis.yaml:6:33 shop/redis: found reason=r used=true"}},
		"unused":      {annotated("silent: r"), rules.Selection{}, []string{"redis.yaml:6:34 shop/redis: silent reason=r used=false"}},
		"of no rule":  {annotated("fount: r"), rules.Selection{}, []string{"redis.yaml:6:33 shop/redis: fount known=false nearest=found reason=r used=false"}},
		"undecided":   {annotated("broken: r"), rules.Selection{}, []string{"redis.yaml:6:34 shop/redis: broken reason=r used=unknown"}},
		"not asked":   {annotated("found: r"), rules.Selection{Disable: []string{"found"}}, []string{"redis.yaml:6:33 shop/redis: found reason=r used=unknown"}},
		"of waivers":  {annotated("said: r"), rules.Selection{}, []string{"redis.yaml:6:32 shop/redis: said reason=r forbidden=true used=false"}},
		"no reason":   {annotated(`found: ""`), rules.Selection{}, []string{"redis.yaml:6:33 shop/redis: found reason= used=false"}},
		"expired":     {annotated("found: r; until=2027-01-30"), rules.Selection{}, []string{"redis.yaml:6:33 shop/redis: found reason=r until=2027-01-30 expired=true used=false"}},
		"no day":      {annotated("found: r; until=x"), rules.Selection{}, []string{"redis.yaml:6:33 shop/redis: found reason=r until=x dated=false used=false"}},
		"forbidden":   {annotated("found: r"), rules.Selection{Inline: rules.Inline{Forbidden: true}}, []string{"redis.yaml:6:33 shop/redis: found reason=r forbidden=true used=false"}},
		"partly":      {annotated("found: r"), rules.Selection{Inline: rules.Inline{ForbiddenRules: []string{"silent"}}}, []string{"redis.yaml:6:33 shop/redis: found reason=r used=true"}},
		"by its rule": {annotated("found: r"), rules.Selection{Inline: rules.Inline{ForbiddenRules: []string{"found"}}}, []string{"redis.yaml:6:33 shop/redis: found reason=r forbidden=true used=false"}},
		"outside of the rule's scope": {
			annotated("found: r"),
			rules.Selection{Scopes: map[string]rules.Scope{"found": {Except: []rules.Match{{Names: []string{"r*"}}}}}},
			[]string{"redis.yaml:6:33 shop/redis: found reason=r used=unknown"},
		},
		"a comment behind":      {commented("  replicas: 3 # redislint: ignore[found] r\n"), comments, []string{"redis.yaml:7:15 shop/redis: found reason=r used=true"}},
		"a comment above":       {commented("  # redislint: ignore[found] r; until=2027-01-31\n  replicas: 3\n"), comments, []string{"redis.yaml:7:3 shop/redis: found reason=r until=2027-01-31 used=true"}},
		"a comment elsewhere":   {commented("  replicas: 3\n  # redislint: ignore[found] r\n"), comments, []string{"redis.yaml:8:3 shop/redis: found reason=r used=false"}},
		"a comment of two":      {commented("  replicas: 3 # redislint: ignore[found, silent] r\n"), comments, []string{"redis.yaml:7:15 shop/redis: found reason=r used=true", "redis.yaml:7:15 shop/redis: silent reason=r used=false"}},
		"a comment of no rule":  {commented("  replicas: 3 # redislint: ignore found\n"), comments, []string{"redis.yaml:7:15 shop/redis:  known=false reason=ignore found used=false"}},
		"a comment not heeded":  {commented("  replicas: 3 # redislint: ignore[found] r\n"), rules.Selection{}, nil},
		"a comment forbidden":   {commented("  replicas: 3 # redislint: ignore[found] r\n"), rules.Selection{Inline: rules.Inline{Comments: true, Forbidden: true}}, []string{"redis.yaml:7:15 shop/redis: found reason=r forbidden=true used=false"}},
		"an entry, used":        {shop, rules.Selection{Waivers: []rules.Entry{entry("found", "", "re*", "", 2)}}, []string{"config.yaml:2:1 shop/redis: found reason=r used=true"}},
		"an entry, unused here": {shop, rules.Selection{Waivers: []rules.Entry{entry("silent", "", "re*", "", 2)}}, []string{"config.yaml:2:1 shop/redis: silent reason=r used=unknown"}},
		"an entry for one object, unused": {
			shop,
			rules.Selection{Waivers: []rules.Entry{entry("silent", "StatefulSet", "redis", "", 2)}},
			[]string{"config.yaml:2:1 shop/redis: silent reason=r used=false"},
		},
		"an entry, unused in all that there is": {
			shop,
			rules.Selection{Whole: true, Waivers: []rules.Entry{entry("silent", "", "re*", "", 2)}},
			[]string{"config.yaml:2:1 shop/redis: silent reason=r used=false"},
		},
		"an entry for objects that are not there":       {shop, rules.Selection{Waivers: []rules.Entry{entry("found", "Pod", "redis", "", 2)}}, []string{"config.yaml:2:1 : found reason=r used=unknown"}},
		"an entry for objects that are in nothing read": {shop, rules.Selection{Whole: true, Waivers: []rules.Entry{entry("found", "Pod", "redis", "", 2)}}, []string{"config.yaml:2:1 : found reason=r used=false"}},
		"an entry that expired":                         {shop, rules.Selection{Waivers: []rules.Entry{entry("found", "", "", "2027-01-30", 2)}}, []string{"config.yaml:2:1 shop/redis: found reason=r until=2027-01-30 expired=true used=unknown"}},
		"an entry where inline waivers are forbidden": {
			shop,
			rules.Selection{Inline: rules.Inline{Forbidden: true}, Waivers: []rules.Entry{entry("found", "", "", "", 2)}},
			[]string{"config.yaml:2:1 shop/redis: found reason=r used=true"},
		},
		"several for one finding, all used": {
			annotated("found: r"),
			rules.Selection{Waivers: []rules.Entry{entry("found", "", "", "", 2), entry("found", "", "redis", "", 3)}},
			[]string{
				"config.yaml:2:1 shop/redis: found reason=r used=true", "config.yaml:3:1 shop/redis: found reason=r used=true",
				"redis.yaml:6:33 shop/redis: found reason=r used=true",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, conclude(t, test.selection, redisFrom(t, test.text))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What is not in the input may be what a waiver is about.
func TestConcludeKnowsWhatIsUnseen(t *testing.T) {
	t.Parallel()
	redis := redisFrom(t, annotated("silent: r", "found: r"))
	redis.Unseen = []topology.Unseen{{Kind: "ConfigMap", Name: "redis"}}
	want := []string{"redis.yaml:6:34 shop/redis: silent reason=r used=unknown", "redis.yaml:7:33 shop/redis: found reason=r used=true"}
	if diff := cmp.Diff(want, conclude(t, rules.Selection{}, redis)); diff != "" {
		t.Error(diff)
	}
}

// A waiver on an object of two Redis is used when one of them has a use for it.
func TestConcludeAboutSeveralRedis(t *testing.T) {
	t.Parallel()
	service := strings.Replace(shop, "kind: Service\nmetadata:\n", "kind: Service\nmetadata:\n  annotations: {ignore.redislint.dev/found: r}\n", 1)
	used, unused := redisFrom(t, service), redisFrom(t, service)
	unused.Objects = used.Objects
	unused.Name = "other" // for which found finds nothing
	used.Nodes[0].Origin.Object, used.Nodes[0].Replicas = used.Objects[1], topology.Known(int64(3), topology.Origin{Object: used.Objects[1]})
	for name, list := range map[string][]*topology.Redis{"used first": {used, unused}, "used last": {unused, used}} {
		want := []string{"redis.yaml:39:45 shop/other: found reason=r used=true"}
		if diff := cmp.Diff(want, conclude(t, rules.Selection{}, list...)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestConcludeFindings(t *testing.T) {
	t.Parallel()
	library := waivable(t)
	evaluator := selected(t, library, rules.Selection{Severity: map[string]rules.Severity{"said": rules.Info}})
	verdict := evaluate(t, evaluator, redisFrom(t, annotated("silent: r", "found: r")))
	concluded, err := evaluator.Conclude(t.Context(), []rules.Met{verdict.Met}, false)
	if err != nil || len(concluded.Findings) != 2 {
		t.Fatal(concluded, err)
	}
	one, other := concluded.Findings[0], concluded.Findings[1]
	if one.Severity != rules.Info || one.Rule.ID != "said" || one.Object.Name != "redis" || one.Fingerprint == other.Fingerprint || one.Suppressed != nil {
		t.Errorf("%+v", one)
	}
	moved := evaluate(t, evaluator, redisFrom(t, "\n"+annotated("silent: another")))
	again, err := evaluator.Conclude(t.Context(), []rules.Met{moved.Met}, false)
	if err != nil || len(again.Findings) != 1 || again.Findings[0].Fingerprint != one.Fingerprint {
		t.Errorf("%+v, %v: the fingerprint has changed", again, err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := evaluator.Conclude(ctx, []rules.Met{verdict.Met}, false); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want a cancellation", err)
	}
	silenced := selected(t, library, rules.Selection{Disable: []string{"said"}})
	if v, err := silenced.Conclude(t.Context(), []rules.Met{verdict.Met}, false); err != nil || len(v.Findings) > 0 {
		t.Errorf("without a rule: %+v, %v", v, err)
	}
}

func TestARuleOfWaiversIsOfNothingElse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ file, body, want string }{
		"a rule": {"test/one.rego", `findings contains {"at": "", "message": "m"} if {
	some w in input.waivers
	w.rule == input.name
}`, "test/one.rego:13: input.waivers: a rule judges either waivers or a Redis"},
		"a library": {"lib/one.rego", `waivers := input.waivers`, "lib/one.rego:3: input.waivers: a library takes waivers as arguments"},
	} {
		source := "package redislint.lib.one\n\n" + test.body
		if strings.HasPrefix(test.file, "test/") {
			source = ruleSource("test.one", "", test.body)
		}
		_, err := rules.Load(files(map[string]string{test.file: source}))
		if err == nil || err.Error() != test.want {
			t.Errorf("%s: got %v, want %s", name, err, test.want)
		}
	}
}

// A pointer that leads to no waiver makes a rule undecided.
func TestConcludePointsSomewhere(t *testing.T) {
	t.Parallel()
	for _, pointer := range []string{"", "/waivers", "/waivers/7", "/waivers/-1", "/nodes/0", "waivers"} {
		body := fmt.Sprintf(`findings contains {"at": %q, "message": "m"} if count(input.waivers) > 0`, pointer)
		evaluator := selected(t, load(t, map[string]string{"one": body}), rules.Selection{})
		verdict := evaluate(t, evaluator, redisFrom(t, annotated("one: r")))
		concluded, err := evaluator.Conclude(t.Context(), []rules.Met{verdict.Met}, false)
		if err != nil || len(concluded.Findings) > 0 || len(concluded.Undecided) != 1 {
			t.Errorf("%q: %+v, %v", pointer, concluded, err)
		}
	}
}
