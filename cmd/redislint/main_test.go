package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }
func (b broken) Read([]byte) (int, error)  { panic("no such luck") }

func TestRunFails(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		args   []string
		stdin  io.Reader
		stdout io.Writer
		stderr string // what it starts with
	}{
		"on a full disk": {
			args: []string{"rules"}, stdout: broken{syscall.ENOSPC},
			stderr: "redislint: write output: no space left on device\n",
		},
		"in silence when nobody reads on": {
			args: []string{"rules"}, stdout: broken{syscall.EPIPE},
			stderr: "",
		},
		"with a trace on a panic": {
			args: []string{"lint", "-"}, stdin: broken{}, stdout: io.Discard,
			stderr: "redislint: internal failure: no such luck\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stderr bytes.Buffer
			if code := run(t.Context(), test.args, test.stdin, test.stdout, &stderr); code != exitFailure {
				t.Errorf("exit code %d, want %d", code, exitFailure)
			}
			if got := stderr.String(); !strings.HasPrefix(got, test.stderr) || test.stderr == "" && got != "" {
				t.Errorf("standard error\n got %q\nwant %q first", got, test.stderr)
			}
		})
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	seconds := make(chan time.Time)
	told := startProgress(&out, "reading", seconds)
	seconds <- time.Time{}
	seconds <- time.Time{} // the first line has been written
	told.now("judging")
	seconds <- time.Time{}
	told.end()
	told.end()
	lines := strings.Split(out.String(), "\r\x1b[K")
	want := []string{"", "redislint: reading, 1 s", lines[2], "redislint: judging, 3 s", ""}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestProgressOfAShortRunIsSilent(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	told := startProgress(&out, "reading", nil)
	told.end()
	if out.Len() > 0 {
		t.Errorf("got %q", out.String())
	}
	var nobody *progress
	nobody.now("judging")
	nobody.end()
}

func TestColored(t *testing.T) {
	tests := map[string]struct {
		color         string
		terminal      bool
		noColor, term string
		want          bool
	}{
		"a terminal":               {"auto", true, "", "xterm", true},
		"a file":                   {"auto", false, "", "xterm", false},
		"a terminal with NO_COLOR": {"auto", true, "1", "xterm", false},
		"a dumb terminal":          {"auto", true, "", "dumb", false},
		"always, with NO_COLOR":    {"always", false, "1", "dumb", true},
		"never, on a terminal":     {"never", true, "", "xterm", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Setenv("NO_COLOR", test.noColor)
			t.Setenv("TERM", test.term)
			s := screen{terminal: test.terminal, color: &choice{value: test.color}}
			if got := s.colored(); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestScreenIsNoWiderThanIsEasyToRead(t *testing.T) {
	t.Setenv("COLUMNS", "300")
	s := screenOf(os.Stdout)
	s.color = &choice{value: "auto"}
	if got := s.options().Width; got != widest {
		t.Errorf("got %d columns, want %d", got, widest)
	}
}

func TestDescribeBuild(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		info debug.BuildInfo
		want string
	}{
		"a release": {
			debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Version: "v1.2.0"}},
			"redislint v1.2.0 (go1.26.8)",
		},
		"a work tree": {
			debug.BuildInfo{GoVersion: "go1.26.8", Settings: []debug.BuildSetting{
				{Key: "vcs.revision", Value: "0123456789abcdef0123456789abcdef01234567"},
				{Key: "vcs.modified", Value: "true"},
			}},
			"redislint (devel) (0123456789ab, modified, go1.26.8)",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := describeBuild(&test.info); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestPartsOfAnError(t *testing.T) {
	t.Parallel()
	one, two := errors.New("one"), errors.New("two")
	if got := parts(errors.Join(one, two)); !slices.Equal(got, []error{one, two}) {
		t.Errorf("got %v", got)
	}
	if got := parts(one); !slices.Equal(got, []error{one}) {
		t.Errorf("got %v", got)
	}
}
