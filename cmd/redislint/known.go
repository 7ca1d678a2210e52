package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/redislint/redislint/internal/baseline"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
)

// knownFlags say which findings are known, so that only others fail.
type knownFlags struct {
	baseline string
	write    bool
	newFrom  string
}

func (k *knownFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&k.baseline, "baseline", "", "`file` of known findings, which do not fail")
	flags.BoolVar(&k.write, "write-baseline", false, "write the file of --baseline, with what is found now")
	flags.StringVar(&k.newFrom, "new-from", "", "report only what is new since HEAD began to differ from a Git `revision`: main")
}

// read reads the baseline, so that a faulty one is told before any work. It is nil when none was asked for.
func (k *knownFlags) read(paths []string) (*baseline.Baseline, error) {
	switch {
	case k.write && k.baseline == "":
		return nil, errors.New("--write-baseline takes --baseline, the file to write")
	case k.write && k.newFrom != "":
		return nil, errors.New("--write-baseline and --new-from: one of them has to go")
	case k.newFrom != "" && slices.Contains(paths, "-"):
		return nil, errors.New("--new-from is for the files of a repository, and standard input has no past")
	case k.baseline == "":
		return nil, nil
	}
	known, err := baseline.Read(k.baseline)
	switch {
	case err == nil, !errors.Is(err, fs.ErrNotExist):
		return known, err
	case k.write:
		return &baseline.Baseline{}, nil
	}
	return nil, fmt.Errorf("%w; --write-baseline makes one", err)
}

// settle tells what is known from what is new: it marks what the baseline has, leaves out what is not new, and writes the
// baseline if asked to.
func (k *knownFlags) settle(cmd *cobra.Command, i *inputs, j *judged, paths []string, known *baseline.Baseline) error {
	if known != nil {
		if err := k.mark(i, j, paths, known); err != nil {
			return err
		}
	}
	if k.newFrom != "" {
		return k.subtract(cmd, i, j, paths)
	}
	return nil
}

func (k *knownFlags) mark(i *inputs, j *judged, paths []string, known *baseline.Baseline) error {
	judged := k.judged(i, j, paths)
	findings := j.result.Findings
	if !k.write {
		known.Mark(findings)
		if stale := known.Stale(findings, judged); len(stale) > 0 {
			j.note(k.baseline, fmt.Sprintf("%s; --write-baseline drops %s", gone(stale), pronoun(len(stale))))
		}
		return nil
	}
	if len(j.result.Errors)+len(j.result.Undecided) > 0 {
		j.note(k.baseline, "not written, as not everything could be judged")
		known.Mark(findings)
		return nil
	}
	next, change := known.Renew(findings, judged, k.place)
	if err := next.Write(k.baseline); err != nil {
		return err
	}
	next.Mark(findings)
	j.note(k.baseline, fmt.Sprintf("written with %s, %d of them new, %d dropped", countOf(len(next.Entries), "finding"), change.Added, change.Dropped))
	return nil
}

// judged returns whether the run would have found an entry's finding if it were still there: it looked at the folder that
// the finding was in, with its rule, and has judged everything.
func (k *knownFlags) judged(i *inputs, j *judged, paths []string) func(baseline.Entry) bool {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	if len(j.result.Errors)+len(j.result.Undecided) > 0 || i.charts.unit.value == "file" || i.charts.known != "" {
		return func(baseline.Entry) bool { return false }
	}
	var folders []string
	for _, path := range paths {
		// What a file alone lacks may be in another file.
		if isFolder(path) {
			folders = append(folders, k.place(path))
		}
	}
	evaluated := map[string]bool{}
	for _, rule := range j.evaluator.Rules() {
		evaluated[rule.ID] = true
	}
	return func(e baseline.Entry) bool {
		_, exists := j.chosen.library.Rule(e.Rule)
		return (evaluated[e.Rule] || !exists) && slices.ContainsFunc(folders, func(folder string) bool {
			below, err := filepath.Rel(folder, e.File)
			return err == nil && filepath.IsLocal(below)
		})
	}
}

// place is a file relative to the baseline's folder; what was no file stays as it is.
func (k *knownFlags) place(file string) string {
	if file == manifest.Stdin || file == "" {
		return file
	}
	folder, err := filepath.Abs(filepath.Dir(k.baseline))
	absolute, other := filepath.Abs(filepath.FromSlash(file))
	if err != nil || other != nil {
		return file
	}
	below, err := filepath.Rel(folder, absolute)
	if err != nil {
		return file
	}
	return filepath.ToSlash(below)
}

// note adds something to tell beside the findings.
func (j *judged) note(file, message string) {
	j.result.Notices = append(j.result.Notices, manifest.Notice{File: filepath.ToSlash(file), Message: message})
}

// gone names entries of a baseline whose findings are.
func gone(stale []baseline.Entry) string {
	const few = 3
	var names []string
	for _, e := range stale[:min(len(stale), few)] {
		names = append(names, e.String())
	}
	list := strings.Join(names, ", ")
	if more := len(stale) - len(names); more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	verb := "are"
	if len(stale) == 1 {
		verb = "is"
	}
	return fmt.Sprintf("%s %s not found any more: %s", countOf(len(stale), "finding"), verb, list)
}

func pronoun(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

func countOf(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// leaveOut drops what is known and returns how much that is. What is suppressed stays, as it is shown and does not fail.
func leaveOut(findings []rules.Finding, known baseline.Known) (left []rules.Finding, dropped int) {
	left = slices.DeleteFunc(findings, func(f rules.Finding) bool { return f.Suppressed == nil && known.Has(f) })
	return left, len(findings) - len(left)
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
