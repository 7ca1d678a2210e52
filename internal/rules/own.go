package rules

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Folder is a folder of a team's own rules.
type Folder struct {
	Name string // stands before the paths of its files wherever they are shown; of two folders not the same
	FS   fs.FS
	// Empty says that it may hold no rules. For a person that is a folder which was moved.
	Empty bool
}

// What a folder of a team's own holds at most; far above what anybody wrote.
const (
	maxOwnFiles = 2000
	maxOwnBytes = 16 << 20
)

var errFull = errors.New("full")

// LoadOwn loads a base that Load accepts, and a team's own rules beside it. What is wrong with those leaves out the rules that
// it is in and nothing else: the library tells of it. The error is that of the base.
func LoadOwn(base fs.FS, own ...Folder) (*Library, error) { return load([]fs.FS{base}, own, true) }

// visitOwn takes in what can be read of a folder.
func (l *loader) visitOwn(folder Folder) {
	files, left := 0, int64(maxOwnBytes)
	err := fs.WalkDir(folder.FS, ".", func(name string, entry fs.DirEntry, err error) error {
		file := path.Join(folder.Name, name)
		switch {
		case err != nil:
			l.own[file] = true
			l.fault(file, 0, "%v", err)
			return nil
		case entry.IsDir() && hidden(name):
			return fs.SkipDir
		case entry.IsDir() || !isRule(name):
			return nil
		}
		l.own[file] = true
		if info, err := fs.Stat(folder.FS, name); err == nil && info.Mode().IsRegular() {
			left -= info.Size()
		}
		if files++; files > maxOwnFiles || left < 0 {
			l.fault(file, 0, "a folder of rules holds at most %d files and %d bytes", maxOwnFiles, maxOwnBytes)
			return errFull
		}
		l.take(name, file, l.parse(folder.FS, name, file))
		return nil
	})
	if err != nil && !errors.Is(err, errFull) {
		l.own[folder.Name] = true
		l.fault(folder.Name, 0, "%v", err)
	}
	if files == 0 && err == nil && !folder.Empty {
		l.own[folder.Name] = true
		l.fault(folder.Name, 0, "no rules in it: a rule lies in <category>/<rule_name>.rego")
	}
}

// dropFaulty leaves a team's own files that have a fault out of the next attempt to compile. It reports whether that may help.
func (l *loader) dropFaulty() bool {
	dropped := false
	for _, fault := range l.faults {
		if !l.own[fault.File] {
			return false
		}
		if l.modules[fault.File] != nil {
			delete(l.modules, fault.File)
			dropped = true
		}
	}
	return dropped
}

// setAside hands the faults of a team's own rules to the rules.
func (l *loader) setAside(library *Library, faults []Fault) {
	for _, fault := range faults {
		rule := l.byFile[fault.File]
		if rule == nil {
			library.faults = append(library.faults, fault)
			continue
		}
		if rule.Faults == nil {
			library.faulty = append(library.faulty, rule)
			rule.RenamedFrom = slices.DeleteFunc(rule.RenamedFrom, func(former string) bool { return l.byID[former] != rule })
		}
		rule.Faults = append(rule.Faults, fault)
	}
	slices.SortFunc(library.faulty, byCategory)
}

// Faulty returns what the selection asked for and cannot have: its faulty rules as undecided, of no Redis in particular, and
// what else is wrong with a team's own files.
func (e *Evaluator) Faulty() (undecided []Undecided, faults []Fault) {
	for _, rule := range e.faulty {
		var reasons []string
		for _, fault := range rule.Faults {
			reason, _, _ := strings.Cut(fault.String(), "\n")
			reasons = append(reasons, reason)
		}
		undecided = append(undecided, Undecided{Rule: rule.ID, Reason: strings.Join(reasons, "; ")})
	}
	return undecided, e.library.Faults()
}
