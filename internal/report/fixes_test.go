package report

import (
	"bytes"
	"testing"

	"github.com/redislint/redislint/internal/fixture"
)

func TestFixes(t *testing.T) {
	t.Parallel()
	findings := sample(t).Findings
	const brings = "its fix would bring replicas-colocated"
	for name, fixing := range map[string]Fixing{
		"fixes.txt": {
			Found: 6, Files: 1,
			Fixed: []Fixed{
				{Finding: findings[5]},
				{Finding: findings[4], Note: "claims that exist stay as they are"},
			},
			Left: []Left{
				{Finding: findings[0], Reason: findings[0].Rule.Remediation},
				{Finding: findings[2], Reason: brings},
				{Finding: findings[3], Reason: brings},
			},
		},
		"fixes_planned.txt": {Found: 1, Files: 1, Planned: true, Fixed: []Fixed{{Finding: findings[5]}}},
		"fixes_one.txt":     {Found: 1, Left: []Left{{Finding: findings[2], Reason: "\x1b[31m" + brings}}},
		"fixes_none.txt":    {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			if err := Fixes(&out, fixing, TextOptions{Width: 100}); err != nil {
				t.Fatal(err)
			}
			fixture.Golden(t, "testdata/"+name, out.Bytes())
		})
	}
}
