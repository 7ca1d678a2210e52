package render

import (
	"bytes"
	"errors"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

// death is how a child ended, when it ended before it answered.
type death struct {
	at      string // what it was doing
	message string
}

func (d *death) Error() string {
	if d.at == "" {
		return d.message
	}
	return d.message + ", in " + d.at
}

// stagePrefix begins a line of a child's standard error that says what it does next.
const stagePrefix = "@"

// lastWords keeps what a parent wants to know of a child's standard error: the last stage, and the first lines of what it
// said beside stages. Go's runtime says why it gives up.
type lastWords struct {
	mutex sync.Mutex
	line  []byte // the one that is not at its end
	at    string
	words []string
}

const (
	maxWordBytes = 300
	maxWords     = 5
)

func (w *lastWords) Write(p []byte) (int, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for rest := p; len(rest) > 0; {
		line, after, whole := bytes.Cut(rest, []byte("\n"))
		if room := maxWordBytes - len(w.line); room > 0 {
			w.line = append(w.line, line[:min(room, len(line))]...)
		}
		if whole {
			w.take(string(w.line))
			w.line = w.line[:0]
		}
		rest = after
	}
	return len(p), nil
}

func (w *lastWords) take(line string) {
	if stage, ok := strings.CutPrefix(line, stagePrefix); ok {
		if stage, err := strconv.Unquote(stage); err == nil {
			w.at = stage
		}
		return
	}
	if line = visible(line); line != "" && len(w.words) < maxWords {
		w.words = append(w.words, line)
	}
}

func (w *lastWords) stage() string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return visible(w.at)
}

func (w *lastWords) text() string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return strings.Join(append(w.words, visible(string(w.line))), "; ")
}

// visible replaces what would act on a terminal.
func visible(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, s))
}

// diagnose says why a child died that was not told to.
func (p *process) diagnose() *death {
	d := &death{at: p.stderr.stage()}
	said := p.stderr.text()
	switch {
	case strings.Contains(said, errTooLong.Error()):
		d.message = tooLong(p.limits)
	case strings.Contains(said, "stack overflow"), strings.Contains(said, "stack exceeds"):
		d.message = "recurses without end"
	case overspent(p.cmd.ProcessState):
		d.message = tooSlow(p.limits)
	case strings.Contains(said, "out of memory"), strings.Contains(said, "cannot allocate memory"), strings.Contains(said, outOfMemory),
		peak(p.cmd.ProcessState) > p.limits.Memory/2: // Go's runtime does not get over every refusal with words
		d.message = "needs more than " + size(p.limits.Memory) + " of memory"
	default:
		d.message = "the renderer died"
		if exit := new(exec.ExitError); errors.As(p.err, &exit) {
			d.message += " (" + exit.Error() + ")"
		}
		if said != "" {
			d.message += ": " + said
		}
	}
	return d
}

func tooSlow(l Limits) string { return "takes longer than " + l.Time.String() }
func tooLong(l Limits) string { return "makes more than " + size(l.Output) + " of manifests" }

// outOfMemory is what a child says that ends itself.
const outOfMemory = "more memory than it may have"
