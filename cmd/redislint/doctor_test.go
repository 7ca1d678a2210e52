package main

import (
	"bytes"
	"testing"

	"github.com/redislint/redislint/internal/fixture"
)

func TestDoctor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args   []string
		golden string
	}{
		"of a cluster without a webhook":          {nil, "doctor.txt"},
		"of a cluster without a webhook, quietly": {[]string{"--quiet"}, "doctor-quiet.txt"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			args := append([]string{"doctor", "--kubeconfig", running{}.start(t, "testdata/cluster.yaml")}, c.args...)
			if code := run(t.Context(), args, nil, &out, &errs); code != exitFindings || errs.Len() > 0 {
				t.Errorf("exit code %d, want %d\n%s", code, exitFindings, errs.String())
			}
			fixture.Golden(t, "testdata/"+c.golden, out.Bytes())
		})
	}
}
