package render

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"
)

// maxRequest bounds what is sent to a child: values files and the files of --set-file.
const maxRequest = 256 << 20

// process is a child that answers one request after another.
type process struct {
	limits Limits
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
	stderr *lastWords
	ended  sync.Once
	err    error // of Wait

	mutex  sync.Mutex
	reaped bool // its id may be another's by now
}

// start runs a child.
func (r *Renderer) start() (*process, error) {
	executable := r.Executable
	if executable == "" {
		var err error
		if executable, err = os.Executable(); err != nil {
			return nil, fmt.Errorf("find the program to render with: %w", err)
		}
	}
	p, err := spawn(executable, r.Limits.withDefaults(), isolated())
	if err != nil && isolated() != nil && refused(err) {
		neverIsolated.Store(true)
		p, err = spawn(executable, r.Limits.withDefaults(), nil)
	}
	if err != nil {
		return nil, fmt.Errorf("start the renderer: %w", err)
	}
	return p, nil
}

func spawn(executable string, limits Limits, isolation *isolation) (*process, error) {
	p := &process{limits: limits, stderr: &lastWords{}}
	p.cmd = exec.Command(executable, ChildArgument)
	p.cmd.Env = environment(limits)
	p.cmd.Stderr = p.stderr
	p.cmd.SysProcAttr = attributes(isolation)
	stdin, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.stdin, p.stdout = stdin, bufio.NewReader(stdout)
	return p, p.cmd.Start()
}

// Names of the variables that are all of a child's environment, beside those of Go's runtime.
const (
	memoryVariable = "REDISLINT_RENDER_MEMORY"
	timeVariable   = "REDISLINT_RENDER_TIME"
	outputVariable = "REDISLINT_RENDER_OUTPUT"
)

func environment(l Limits) []string {
	return []string{
		memoryVariable + "=" + strconv.FormatInt(l.Memory, 10),
		timeVariable + "=" + l.Time.String(),
		outputVariable + "=" + strconv.FormatInt(l.Output, 10),
		"GOMAXPROCS=2",
		// A chart needs tens of megabytes. Garbage is collected only when the cap comes near.
		"GOGC=off",
		"GOMEMLIMIT=" + strconv.FormatInt(l.Memory/2, 10),
		"GOTRACEBACK=none",
	}
}

// ask sends a request and waits for the answer. An error that is a *death is what was rendered's doing.
func (p *process) ask(ctx context.Context, question request) (*response, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, p.limits.Time, errTime)
	defer cancel()
	stop := context.AfterFunc(ctx, p.kill)
	defer stop()
	answer := new(response)
	err := writeFrame(p.stdin, question, maxRequest)
	if errors.Is(err, errTooLong) {
		return nil, fmt.Errorf("values and files to set are larger than %s", size(maxRequest))
	}
	if err == nil {
		// Base64 takes four bytes for three.
		err = readFrame(p.stdout, answer, p.limits.Output/3*4+1<<20)
	}
	if err == nil {
		return answer, nil
	}
	p.kill()
	p.wait()
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errTime):
		return nil, &death{at: p.stderr.stage(), message: tooSlow(p.limits)}
	case cause != nil:
		return nil, cause
	case errors.Is(err, errTooLong):
		return nil, &death{message: tooLong(p.limits)}
	}
	return nil, p.diagnose()
}

// errTime is the cause of a context that ended because an answer took too long.
var errTime = errors.New("time is up")

// close ends the child.
func (p *process) close() {
	_ = p.stdin.Close()
	p.kill()
	p.wait()
}

func (p *process) kill() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if !p.reaped {
		killGroup(p.cmd)
	}
}

func (p *process) wait() {
	p.ended.Do(func() {
		// The pipe of standard error stays open as long as the child's children live, and it has none.
		p.cmd.WaitDelay = time.Second
		p.err = p.cmd.Wait()
		p.mutex.Lock()
		defer p.mutex.Unlock()
		p.reaped = true
	})
}

// size writes bytes as a person would.
func size(bytes int64) string {
	if bytes >= 1<<20 {
		return strconv.FormatInt(bytes>>20, 10) + " MiB"
	}
	return strconv.FormatInt(bytes, 10) + " bytes"
}
