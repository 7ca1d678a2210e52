package report

import (
	"fmt"
	"io"
	"strings"
)

// Examination is what was found of the parts of something that is installed.
type Examination struct {
	Name  string // of what was examined, and where
	Parts []Part
	// Requests is how many it took.
	Requests int
}

// Part is one part, how it is and what to do about it.
type Part struct {
	Level   string // ok, warn, fail or unknown
	Subject string
	Message string
	Remedy  string // "" where nothing is to be done
}

// Text writes the examination for a person, a part on a line. Quiet leaves out what is ok.
func (e Examination) Text(w io.Writer, opts TextOptions) error {
	p := newPage(w, opts)
	marks := map[string]style{"ok": p.good, "warn": p.odd, "fail": p.bad, "unknown": p.note}
	const level, subject = 9, 15
	margin := span{nil, strings.Repeat(" ", level+subject)}
	counts := map[string]int{}
	for _, part := range e.Parts {
		counts[part.Level]++
		if opts.Quiet && part.Level == "ok" {
			continue
		}
		p.hang(part.Message, nil, barColumn, span{marks[part.Level], pad(part.Level, level)}, span{p.strong, pad(part.Subject, subject)})
		if part.Remedy != "" {
			p.hang(part.Remedy, nil, barColumn, margin, span{p.good, "fix: "})
		}
	}
	if !opts.Quiet {
		p.blank()
		var words []string
		for _, level := range []string{"ok", "warn", "fail", "unknown"} {
			if n := counts[level]; n > 0 {
				words = append(words, fmt.Sprintf("%d %s", n, level))
			}
		}
		p.hang(fmt.Sprintf("%s · %s", strings.Join(words, ", "), plural(e.Requests, "request")), nil, barColumn, span{p.strong, e.Name + ": "})
	}
	return p.flush()
}

func pad(word string, width int) string { return word + strings.Repeat(" ", max(1, width-len(word))) }
