package redisconf

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWithIsMerge: on a configuration that is shared, directives mean what they mean in one that is merged whole.
func TestWithIsMerge(t *testing.T) {
	t.Parallel()
	for sentence, layers := range map[string][]string{
		"nothing":                     {"", ""},
		"nothing on top":              {"maxmemory 1gb\nsave 60 1", ""},
		"nothing below":               {"", "maxmemory 1gb"},
		"the last one wins":           {"maxmemory 1gb\nport 1", "maxmemory 2gb"},
		"save accumulates":            {"save 900 1", "save 60 1"},
		"save clears":                 {"save 900 1", "save \"\"\nsave 60 1"},
		"a hole below":                {"maxmemory 1gb\ninclude x", "save 60 1"},
		"a hole on top":               {"maxmemory 1gb\nsave 60 1", "include x"},
		"a hole between":              {"include x\nmaxmemory 1gb", "appendonly yes"},
		"a fault below":               {"maxmemory 1gib\nappendonly \"", "port 0"},
		"a command renamed twice":     {"rename-command FLUSHALL \"\"\nrename-command KEYS K", "rename-command flushall x"},
		"a user twice":                {"user a on", "user a off"},
		"a master twice":              {"sentinel monitor m h 6379 2\nsentinel down-after-milliseconds m 5", "sentinel monitor m h 6379 2"},
		"buffers of each class":       {"client-output-buffer-limit replica 1gb 1gb 1", "client-output-buffer-limit normal 0 0 0 replica 2gb 1gb 1"},
		"refused together":            {"cluster-enabled yes", "replicaof a 1"},
		"three layers":                {"maxmemory 1gb\nsave 1 1", "include x\nport 7", "maxmemory 2gb\nsave 2 2"},
		"three layers, the first one": {"cluster-enabled yes\nuser a on", "", "user a on"},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			var parsed [][]Directive
			for _, text := range layers {
				parsed = append(parsed, Parse(text, nil).Directives)
			}
			want := told(Merge(parsed...))
			base := Merge(parsed[0])
			told(base)
			on := base
			for _, layer := range parsed[1:] {
				on = on.With(layer)
			}
			for name, c := range map[string]*Config{"at once": base.With(parsed[1:]...), "one by one": on, "once more": base.With(parsed[1:]...)} {
				if diff := cmp.Diff(want, told(c)); diff != "" {
					t.Errorf("%s (-merged +shared):\n%s", name, diff)
				}
			}
			if diff := cmp.Diff(told(Merge(parsed[0])), told(base)); diff != "" {
				t.Errorf("the base was changed:\n%s", diff)
			}
		})
	}
}

// told is all that a configuration tells, in each mode.
func told(c *Config) map[string]any {
	all := map[string]any{"complete": c.Complete(), "directives": append([]Directive{}, c.Directives()...), "unknown": c.Unknown()}
	for mode, name := range []string{"any", "data", "sentinel"} {
		c.Mode = Mode(mode)
		for _, p := range c.Problems() {
			all["problems "+name] = append(append([]string{}, asked(all["problems "+name])...), p.Directive.Written+": "+p.Reason)
		}
	}
	c.Mode = AnyMode
	points, ok, last := c.Saves()
	all["saves"] = []any{points, ok, last}
	bytes, ok, d := c.OutputBufferLimit("replica")
	all["buffer"] = []any{bytes, ok, d}
	for name := range strings.FieldsSeq("maxmemory port cluster-enabled appendonly replicaof") {
		value, ok, d := c.Text(name)
		all[name] = []any{value, ok, d, c.All(name)}
	}
	return all
}

func asked(list any) []string {
	texts, _ := list.([]string)
	return texts
}
