//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

const introduction = `<!-- Written by ` + "`make evidence`" + `; the words are in test/evidence, the figures are of the day and the machine named with them. -->
# Evidence

What rules rest on, measured on a real redis-server. Each section is an experiment that can be repeated:

` + "```sh" + `
make evidence                                  # all of them, as root about half an hour
go run ./test/evidence -run sentinels          # one; the others' figures stay
go run ./test/evidence -quick                  # whether they work; prints, and writes nothing
` + "```" + `

Everything runs on one machine: on loopback or in network namespaces, without Kubernetes, without other load. Times depend on the
machine, which is named with each table, and on its 2 cores that server and clients share; what follows from them does not depend on
tenths of seconds. Three figures in a cell are the smallest, the median and the largest of the trials.

`

// The figures of an experiment stand between such lines, in a section whose other words come from the experiment.
const (
	begin = "<!-- figures of %s -->\n"
	end   = "<!-- end of the figures -->\n"
)

var measured = regexp.MustCompile(`(?s)<!-- figures of (\w+) -->\n(.*?)<!-- end of the figures -->\n`)

// insert puts the figures of an experiment into the document, which may not exist yet.
func insert(path, name, figures string) error {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	known := figuresOf(string(text))
	known[name] = figures
	return os.WriteFile(path, []byte(document(known, pages(path))), 0o644)
}

// pages tells which rules have a page beside the document at path; a rule that has none yet is not cited.
func pages(path string) func(rule string) bool {
	return func(rule string) bool {
		_, err := os.Stat(filepath.Join(filepath.Dir(path), "rules", rule+".md"))
		return err == nil
	}
}

// figuresOf returns the figures that a document holds, by experiment.
func figuresOf(document string) map[string]string {
	known := make(map[string]string)
	for _, match := range measured.FindAllStringSubmatch(document, -1) {
		known[match[1]] = match[2]
	}
	return known
}

// document writes all sections, with the figures that are known, and links to the rules that exist.
func document(known map[string]string, exists func(rule string) bool) string {
	links := func(rules []string) string {
		var links []string
		for _, rule := range rules {
			if exists(rule) {
				links = append(links, fmt.Sprintf("[%s](rules/%s.md)", rule, rule))
			}
		}
		return strings.Join(links, ", ")
	}
	var b strings.Builder
	b.WriteString(introduction)
	b.WriteString("| experiment | asks | rules |\n|---|---|---|\n")
	for _, e := range experiments {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", e.name, e.name, e.question, links(e.rules()))
	}
	for _, e := range experiments {
		heading := string(unicode.ToUpper(rune(e.name[0]))) + e.name[1:]
		fmt.Fprintf(&b, "\n## %s\n\n**%s** %s\n\nWhat follows:\n\n", heading, e.question, e.setup)
		for _, c := range e.claims {
			b.WriteString("- " + c.text)
			if rules := links(c.rules); rules != "" {
				b.WriteString(" (" + rules + ")")
			}
			b.WriteString("\n")
		}
		figures, measured := known[e.name]
		if !measured {
			figures = "Not run yet.\n"
		}
		fmt.Fprintf(&b, "\n"+begin+"%s"+end, e.name, figures)
	}
	return b.String()
}

// rules returns the rules of all claims, each once.
func (e experiment) rules() []string {
	var rules []string
	for _, c := range e.claims {
		for _, rule := range c.rules {
			if !slices.Contains(rules, rule) {
				rules = append(rules, rule)
			}
		}
	}
	return rules
}

// figures writes what an experiment has measured, on which day and beside which load of other work.
func figures(ctx context.Context, e experiment, r *result, day time.Time, load string) (string, error) {
	where, err := machine(ctx)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, t := range r.tables {
		if t.caption != "" {
			fmt.Fprintf(&b, "%s\n\n", t.caption)
		}
		b.WriteString("| " + strings.Join(t.columns, " | ") + " |\n|" + strings.Repeat("---|", len(t.columns)) + "\n")
		for _, row := range t.rows {
			for _, cell := range row {
				b.WriteString("| " + strings.ReplaceAll(cell, "|", `\|`) + " ")
			}
			b.WriteString("|\n")
		}
		b.WriteString("\n")
	}
	refuted := r.refuted()
	for _, c := range e.claims {
		for _, key := range refuted {
			if c.key == key {
				fmt.Fprintf(&b, "**Not so in this run:** %s\n\n", c.text)
			}
		}
	}
	fmt.Fprintf(&b, "%s, %s; load average before: %s.\n", day.Format("2 January 2006"), where, load)
	return b.String(), nil
}

var (
	version     = regexp.MustCompile(`v=(\S+) .*malloc=([a-z]+)`)
	memoryTotal = regexp.MustCompile(`MemTotal: +(\d+) kB`)
	kernel      = regexp.MustCompile(`^\d+\.\d+`)
)

// machine describes the server and the machine, without their names.
func machine(ctx context.Context) (string, error) {
	printed, err := exec.CommandContext(ctx, "redis-server", "--version").Output()
	if err != nil {
		return "", err
	}
	match := version.FindSubmatch(printed)
	if match == nil {
		return "", fmt.Errorf("redis-server --version prints %q", printed)
	}
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return "", err
	}
	total := memoryTotal.FindSubmatch(text)
	if total == nil {
		return "", errors.New("read /proc/meminfo: no MemTotal")
	}
	kib, err := strconv.Atoi(string(total[1]))
	if err != nil {
		return "", fmt.Errorf("read /proc/meminfo: %w", err)
	}
	release, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("Redis %s (%s), %d cores, %d GiB of memory, Linux %s",
		match[1], match[2], runtime.NumCPU(), (kib+1<<19)>>20, kernel.Find(release)), nil
}

// loadAverage is that of the last minute.
func loadAverage() string {
	text, _ := os.ReadFile("/proc/loadavg") // not everywhere
	average, _, _ := strings.Cut(string(text), " ")
	return average
}
