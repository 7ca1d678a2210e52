package want_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/want"
)

func TestParse(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		content string
		want    []want.Finding
		err     string
	}{
		"an empty fixture expects nothing": {},
		"a trailing comment means its own line": {
			content: "spec:\n  replicas: 2 # want sentinel-too-few\n",
			want:    []want.Finding{{2, "sentinel-too-few"}},
		},
		"one comment may name several rules": {
			content: "replicas: 2 # want b a",
			want:    []want.Finding{{1, "a"}, {1, "b"}},
		},
		"a rule named twice is expected twice": {
			content: "replicas: 2 # want a a",
			want:    []want.Finding{{1, "a"}, {1, "a"}},
		},
		"a comment alone on a line means the next line": {
			content: "redis.conf: |\n  # want config-invalid\n  maxmemory 1Gi\n",
			want:    []want.Finding{{3, "config-invalid"}},
		},
		"comments alone on lines add up with each other and with a trailing one": {
			content: "# want a\n# want b\nreplicas: 2 # want c\n",
			want:    []want.Finding{{3, "a"}, {3, "b"}, {3, "c"}},
		},
		"a comment directly under --- means the line below it": {
			content: "---\n# want a\nkind: StatefulSet\n",
			want:    []want.Finding{{3, "a"}},
		},
		"carriage returns and trailing blanks do not matter": {
			content: "a: 1 # want a \t\r\n# want b\r\nb: 2\r\n",
			want:    []want.Finding{{1, "a"}, {3, "b"}},
		},
		"another comment before it is part of the line": {
			content: "# as in the guide # want a\n",
			want:    []want.Finding{{1, "a"}},
		},
		"a # inside a word starts no comment":                  {content: "url: redis://x#want-it\n"},
		"an ordinary comment expects nothing":                  {content: "# unwanted here\n"},
		"a missing space is a mistake":                         {content: "a: 1 #want a\n", err: "line 1: "},
		"an upper-case letter is a mistake":                    {content: "a: 1 # Want a\n", err: "line 1: "},
		"a colon is a mistake":                                 {content: "\na: 1 # want: a\n", err: "line 2: "},
		"a comma is a mistake":                                 {content: "a: 1 # want a, b\n", err: "line 1: "},
		"no rule is a mistake":                                 {content: "a: 1 # want\n", err: "line 1: "},
		"a snake_case rule is a mistake":                       {content: "a: 1 # want sentinel_too_few\n", err: "line 1: "},
		"a comment alone above an empty line is a mistake":     {content: "# want a\n\nb: 1\n", err: "line 2: "},
		"a comment alone at the end of the file is a mistake":  {content: "b: 1\n# want a\n", err: "line 2: "},
		"a comment that says wants is a mistake, not a remark": {content: "# wants a\nb: 1\n", err: "line 1: "},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := want.Parse([]byte(test.content))
			if (err != nil) != (test.err != "") || err != nil && !strings.HasPrefix(err.Error(), test.err) {
				t.Fatalf("error %v, want one that begins %q", err, test.err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	a, b := want.Finding{Line: 3, Rule: "a"}, want.Finding{Line: 12, Rule: "b"}
	tests := map[string]struct {
		want, got []want.Finding
		diff      string
	}{
		"nothing and nothing are the same": {},
		"order does not matter":            {want: []want.Finding{a, b}, got: []want.Finding{b, a}},
		"a missing finding is named":       {want: []want.Finding{a}, diff: "line 3: a: wanted, not found\n"},
		"an extra finding is named":        {got: []want.Finding{a}, diff: "line 3: a: found, not wanted\n"},
		"each repetition counts": {
			want: []want.Finding{a}, got: []want.Finding{a, a, a},
			diff: "line 3: a: found, not wanted\nline 3: a: found, not wanted\n",
		},
		"lines are in numeric order": {
			want: []want.Finding{b}, got: []want.Finding{a},
			diff: "line 3: a: found, not wanted\nline 12: b: wanted, not found\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.diff, want.Diff(test.want, test.got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
