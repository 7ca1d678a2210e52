package source

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// discover reads YAML as one file.
func discover(t *testing.T, yaml string) Discovery {
	t.Helper()
	set := manifest.Decode([]manifest.Input{{Name: "test.yaml", Data: []byte(yaml)}}, manifest.Options{Sign: Sign})
	for _, e := range set.Errors {
		t.Fatalf("line %d: %s", e.Line, e.Message)
	}
	return Discover(set)
}

// one is the only Redis of the YAML.
func one(t *testing.T, yaml string) *topology.Redis {
	t.Helper()
	found := discover(t, yaml)
	if len(found.Redis) != 1 {
		t.Fatalf("found %d Redis, want 1", len(found.Redis))
	}
	return found.Redis[0]
}

// facts compares parts of the encoded model, by JSON pointer, with JSON texts.
// The text "unknown" means that the model leaves the part out.
func facts(t *testing.T, r *topology.Redis, want map[string]string) {
	t.Helper()
	model := r.Encode()
	for pointer, text := range want {
		got := "unknown"
		if value, ok := lookUp(model, pointer); ok {
			b, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			got = string(b)
		}
		if got != text {
			t.Errorf("%s is %s, want %s", pointer, got, text)
		}
	}
}

func lookUp(value any, pointer string) (any, bool) {
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		switch v := value.(type) {
		case map[string]any:
			next, ok := v[token]
			if !ok {
				return nil, false
			}
			value = next
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i >= len(v) {
				return nil, false
			}
			value = v[i]
		default:
			return nil, false
		}
	}
	return value, true
}

// lines compares the lines that parts of the model were written on.
func lines(t *testing.T, r *topology.Redis, want map[string]int) {
	t.Helper()
	for pointer, line := range want {
		origin, err := r.Place(pointer)
		if err != nil {
			t.Errorf("place of %s: %v", pointer, err)
			continue
		}
		if got := origin.Position().Line; got != line {
			t.Errorf("%s was written on line %d, want %d", pointer, got, line)
		}
	}
}
