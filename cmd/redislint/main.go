// Command redislint judges Redis on Kubernetes before it runs.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/redislint/redislint/internal/report"
)

// Exit codes.
const (
	exitClean    = 0 // nothing found, or nothing as severe as --fail-on
	exitFindings = 1
	exitUsage    = 2 // wrong arguments or configuration
	exitFailure  = 3 // input that could not be read or judged, or a failure of redislint
)

func main() {
	waitWithGarbage()
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is redislint without the process around it. It returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	defer func() {
		if fault := recover(); fault != nil {
			// A panic that ends the process exits with 2, which blames the user.
			fmt.Fprintf(stderr, "redislint: internal failure: %v\n%s", fault, debug.Stack())
			code = exitFailure
		}
	}()
	out := bufio.NewWriterSize(stdout, 1<<16)
	root := newRoot(screenOf(stdout), screenOf(stderr))
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(out)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if failed := out.Flush(); failed != nil {
		err = failure("write output: %w", failed)
	}
	return conclude(err, stderr)
}

// waitWithGarbage lets the heap grow to 64 MiB before garbage is looked for the first time, and then goes on as always. The
// rules are some 25 MB that stay: for one file, to look through them again and again is a fifth of the CPU time.
func waitWithGarbage() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	const first, usual = 64, 4 // MiB at which the runtime begins, as told and at 100 percent
	before := debug.SetGCPercent(100 * first / usual)
	runtime.AddCleanup(new([64]byte), func(percent int) { debug.SetGCPercent(percent) }, before)
}

// exit is the error of a command that ends with a code of its own. Every other error is one of usage: it comes from
// the parsing of flags and arguments.
type exit struct {
	code int
	err  error // nil when everything has been said
}

func (e *exit) Error() string { return fmt.Sprintf("exit code %d: %v", e.code, e.err) }
func (e *exit) Unwrap() error { return e.err }

func failure(format string, args ...any) error {
	return &exit{exitFailure, fmt.Errorf(format, args...)}
}

// conclude prints an error, unless nobody is left to read it, and returns the exit code.
func conclude(err error, stderr io.Writer) int {
	if err == nil {
		return exitClean
	}
	code := exitUsage
	if e, ok := errors.AsType[*exit](err); ok {
		code, err = e.code, e.err
	}
	if err != nil && !errors.Is(err, syscall.EPIPE) {
		for _, err := range parts(err) {
			fmt.Fprintf(stderr, "redislint: %s\n", report.Visible(err.Error()))
		}
	}
	return code
}

// parts returns the errors that were joined to one.
func parts(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}
