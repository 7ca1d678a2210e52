//go:build unix

package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

var spellings = experiment{
	name:     "spellings",
	question: "Which spellings stop a server, and which mean something else?",
	setup:    "One start for each line of a configuration: whether the server starts, and what CONFIG GET answers for the directive. The line comes on standard input, as a file would hold it.",
	claims: []claim{
		{
			key: "units", rules: []string{"config-invalid"},
			text: "The units of Kubernetes, fractions, percentages, comments behind a value and placeholders that nobody filled in stop the server.",
		},
		{
			key: "silent", rules: []string{"config-invalid", "quantity-suspicious"},
			text: "Some are accepted and mean something else: `1g` is 1,000,000,000 bytes, an empty value and a number that overflows are no limit at all.",
		},
		{
			key: "password", rules: []string{"auth-disabled"},
			text: "An empty password, and a default user with `nopass`, leave the server open, whatever `requirepass` says.",
		},
	},
	measure: measureSpellings,
}

// refusal stands for a server that does not start.
const refusal = "does not start"

// spelling is a configuration, and what the server makes of its last directive.
type spelling struct {
	text  string
	means string
	claim string
}

var spelled = []spelling{
	{"maxmemory 1gb", "1073741824", ""},
	{"maxmemory 1g", "1000000000", "silent"},
	{"maxmemory 512m", "512000000", "silent"},
	{"maxmemory 1Gi", refusal, "units"},
	{"maxmemory 512Mi", refusal, "units"},
	{"maxmemory 1.5gb", refusal, "units"},
	{"maxmemory 1tb", refusal, "units"},
	{"maxmemory 75%", refusal, "units"},
	{"maxmemory 1 gb", refusal, "units"},
	{"maxmemory 1gb # three quarters", refusal, "units"},
	{"maxmemory $(MAXMEMORY)", refusal, "units"},
	{`maxmemory ""`, "0", "silent"},
	{"maxmemory gb", "0", "silent"},
	{"maxmemory 17179869184gb", "0", "silent"},
	{"maxmemory 100mb\nmaxmemory 200mb", "209715200", "silent"},
	{"maxmemory=1gb", refusal, "units"},
	{"maxmemory: 1gb", refusal, "units"},
	{"appendonly true", refusal, "units"},
	{"timeout 5s", refusal, "units"},
	{"maxclients 10k", refusal, "units"},
	{"save 900 1\nsave 300 10", "900 1 300 10", ""},
	{"save 900 1\nsave \"\"", "", ""},
	{"requirepass secret", "NOAUTH", "password"},
	{`requirepass ""`, "PONG", "password"},
	{"requirepass secret\nuser default on nopass ~* &* +@all", "PONG", "password"},
}

func measureSpellings(ctx context.Context, l *lab, r *result) error {
	list := spelled
	if l.quick {
		list = []spelling{spelled[1], spelled[3], spelled[11], spelled[24]}
	}
	t := r.table("", "written", "the server", "")
	for _, written := range list {
		s, err := l.server("-")
		if err != nil {
			return err
		}
		s.input = written.text + "\n"
		if err := s.launch(); err != nil {
			return err
		}
		if _, settled := until(ctx, 30*time.Second, func() bool { return s.dead() || !strings.HasPrefix(s.ask("PING"), noAnswer) }); !settled {
			return fmt.Errorf("%q: the server neither starts nor ends", written.text)
		}
		means, note := refusal, ""
		if s.dead() {
			note = s.complaint()
		} else {
			lines := strings.Split(written.text, "\n")
			directive, _, _ := strings.Cut(lines[len(lines)-1], " ")
			if written.claim == "password" {
				means, _, _ = strings.Cut(s.ask("PING"), " ")
				note = "to PING without a password"
			} else {
				_, means, _ = strings.Cut(s.ask("CONFIG", "GET", directive), "\n")
			}
		}
		s.kill()
		t.row("`"+strings.ReplaceAll(written.text, "\n", "`, `")+"`", map[bool]string{true: refusal, false: "`" + means + "`"}[means == refusal], note)
		if written.claim != "" {
			r.judge(written.claim, means == written.means)
		} else if means != written.means {
			return fmt.Errorf("%q means %q, not %q", written.text, means, written.means)
		}
	}
	return ctx.Err()
}

// complaint returns what the server says of a configuration that it does not take.
func (s *server) complaint() string {
	lines := strings.Split(strings.TrimSpace(s.log()), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ">>> ") && i+1 < len(lines) {
			return strings.TrimSpace(lines[i+1])
		}
	}
	return s.lastWords()
}
