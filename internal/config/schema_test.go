package config_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"go.yaml.in/yaml/v3"

	"github.com/redislint/redislint/internal/config"
	"github.com/redislint/redislint/internal/fixture"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/policies"
)

func TestSchemaIsPublished(t *testing.T) {
	t.Parallel()
	library, err := rules.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	schema, err := config.Schema(library)
	if err != nil {
		t.Fatal(err)
	}
	fixture.Golden(t, filepath.Join("..", "..", "docs", "config.schema.json"), schema)
}

// What the documentation shows is a configuration.
func TestTheDocumentedConfigurationIsOne(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile(filepath.Join("..", "..", "docs", "config.md"))
	if err != nil {
		t.Fatal(err)
	}
	library, err := rules.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	_, example, found := strings.Cut(string(document), "```yaml\nversion: 1\n")
	example, _, ended := strings.Cut(example, "```")
	if !found || !ended {
		t.Fatal("docs/config.md has no example of a configuration")
	}
	c, err := config.Parse("docs/config.md", []byte("version: 1\n"+example), library)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Rules)+len(c.Waivers)+len(c.StorageClasses)+len(c.Profiles)+len(c.Files)+len(c.Exclude)+len(c.Policies) != 8 {
		t.Errorf("the example does not show everything: %+v", c)
	}
}

func resolved(t testing.TB, library *rules.Library) *jsonschema.Resolved {
	t.Helper()
	text, err := config.Schema(library)
	if err != nil {
		t.Fatal(err)
	}
	var schema jsonschema.Schema
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	r, err := schema.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Editors, which have the schema, say the same as redislint.
func TestSchemaAllowsWhatTheReaderDoes(t *testing.T) {
	t.Parallel()
	library := library(t)
	schema := resolved(t, library)
	for name, test := range documents {
		if test.beyond {
			continue
		}
		var root yaml.Node
		if err := yaml.Unmarshal([]byte(test.text), &root); err != nil {
			t.Fatal(err)
		}
		value, _ := plain(root.Content[0])
		if err := schema.Validate(value); (err == nil) != (test.want == nil) {
			t.Errorf("%s: the reader says %q, the schema %v", name, test.want, err)
		}
	}
}

// plain returns a document as JSON has it. It reports false for what JSON does not have.
func plain(n *yaml.Node) (any, bool) {
	ok := n.Style&yaml.TaggedStyle == 0
	switch n.Kind {
	case yaml.MappingNode:
		values := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			_, twice := values[key.Value]
			value, fine := plain(n.Content[i+1])
			values[key.Value] = value
			ok = ok && fine && !twice && key.Kind == yaml.ScalarNode && key.Style&yaml.TaggedStyle == 0
		}
		return values, ok
	case yaml.SequenceNode:
		values := []any{}
		for _, item := range n.Content {
			value, fine := plain(item)
			values, ok = append(values, value), ok && fine
		}
		return values, ok
	case yaml.ScalarNode:
		if n.ShortTag() == "!!str" || n.ShortTag() == "!!timestamp" {
			return n.Value, ok
		}
		var value any
		if n.Decode(&value) != nil {
			return nil, false
		}
		text, err := json.Marshal(value)
		if err != nil { // infinite
			return nil, false
		}
		return value, ok && json.Unmarshal(text, &value) == nil
	default:
		return nil, false
	}
}

var noSuchDay = regexp.MustCompile(`the month has no day \d\d$`)

func FuzzParse(f *testing.F) {
	for _, test := range documents {
		if len(test.text) < 10_000 {
			f.Add(test.text)
		}
	}
	f.Add(string(config.Starter()))
	library := library(f)
	schema := resolved(f, library)
	f.Fuzz(func(t *testing.T, text string) {
		config.Policies([]byte(text))
		c, err := config.Parse("a.yaml", []byte(text), library)
		faults := new(config.Errors)
		switch {
		case err == nil:
			if _, err := library.Select(c.Selection()); err != nil {
				t.Errorf("the selection is refused: %v", err)
			}
		case !errors.As(err, faults):
			t.Fatal(err)
		}
		for _, e := range *faults {
			if e.Line < 1 || e.Column < 1 || e.Line > strings.Count(text, "\n")+strings.Count(text, "\r")+2 || e.Message == "" {
				t.Errorf("%#v", e)
			}
			if noSuchDay.MatchString(e.Message) {
				return
			}
		}
		var root yaml.Node
		if len(text) > 10_000 || yaml.Unmarshal([]byte(text), &root) != nil || len(root.Content) != 1 {
			return
		}
		for _, e := range *faults {
			if strings.HasPrefix(e.Message, "not valid YAML") {
				return
			}
		}
		value, isJSON := plain(root.Content[0])
		if !isJSON {
			return
		}
		if told := schema.Validate(value); (told == nil) != (err == nil) {
			t.Errorf("the reader says %v, the schema %v", err, told)
		}
	})
}
