package main

import "testing"

func TestCalledAs(t *testing.T) {
	t.Parallel()
	for program, want := range map[string]string{
		"redislint":                            "redislint",
		"/usr/local/bin/redislint":             "redislint",
		"/tmp/other":                           "redislint",
		"/home/me/.krew/bin/kubectl-redislint": "kubectl redislint",
		`C:\krew\bin\kubectl-redislint.exe`:    "kubectl redislint",
		"kubectl-":                             "redislint",
		"":                                     "redislint",
	} {
		if got := calledAs(program); got != want {
			t.Errorf("%q: got %q, want %q", program, got, want)
		}
	}
}
