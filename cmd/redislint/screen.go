package main

import (
	"io"
	"os"
	"strconv"

	"golang.org/x/term"

	"github.com/redislint/redislint/internal/report"
)

// widest is how long a line may be that is still easy to read.
const widest = 120

// screen is what redislint writes to, as far as it matters to how text looks.
type screen struct {
	terminal bool
	width    int // 0 when unknown
	color    *choice
}

func screenOf(w io.Writer) screen {
	var s screen
	if file, ok := w.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		s.terminal = true
		s.width, _, _ = term.GetSize(int(file.Fd()))
	}
	if columns, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && columns > 0 {
		s.width = columns
	}
	return s
}

func (s screen) options() report.TextOptions {
	return report.TextOptions{Color: s.colored(), Width: min(s.width, widest)}
}

func (s screen) colored() bool {
	switch s.color.value {
	case "always":
		return true
	case "never":
		return false
	default:
		return s.terminal && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	}
}
