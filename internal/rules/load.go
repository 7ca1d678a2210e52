package rules

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// maxFileBytes is far above any rule that a person wrote.
const maxFileBytes = 1 << 20

// Fault is one reason why rules do not load.
type Fault struct {
	File    string // slash-separated path in its folder
	Line    int    // 1-based; 0 for the whole file
	Message string
}

func (f Fault) String() string {
	if f.Line == 0 {
		return f.File + ": " + f.Message
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Message)
}

func (f Fault) Error() string { return f.String() }

// LoadError is everything wrong with the rules of one Load, sorted by file and line.
type LoadError struct{ Faults []Fault }

func (e *LoadError) Error() string {
	lines := make([]string, len(e.Faults))
	for i, fault := range e.Faults {
		lines[i] = fault.String()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the faults one by one.
func (e *LoadError) Unwrap() []error {
	list := make([]error, len(e.Faults))
	for i, fault := range e.Faults {
		list[i] = fault
	}
	return list
}

// Load reads, checks and compiles the rules of all folders together. A folder holds <category>/<rule_name>.rego, and
// what rules share in lib/<name>.rego; _test.rego files, files of other types and hidden folders are left alone. Rules
// that do not hold what they promise are a *LoadError.
func Load(folders ...fs.FS) (*Library, error) { return load(folders, nil, false) }

func load(base []fs.FS, own []Folder, accepted bool) (*Library, error) {
	l := loader{
		capabilities: capabilities(),
		accepted:     accepted && len(own) == 0,
		modules:      map[string]*ast.Module{},
		byPath:       map[string]string{},
		byFile:       map[string]*Rule{},
		byID:         map[string]*Rule{},
		own:          map[string]bool{},
	}
	for _, folder := range base {
		names, err := rulesIn(folder)
		if err != nil {
			return nil, fmt.Errorf("read rules: %w", err)
		}
		for i, parsed := range l.parseAll(folder, names) {
			l.take(names[i], names[i], parsed)
		}
	}
	l.claimFormerIDs(false)
	for _, folder := range own {
		l.visitOwn(folder)
	}
	l.claimFormerIDs(true)

	library := &Library{byID: l.byID}
	switch {
	case l.broken:
	case l.accepted:
		l.compileAccepted(library)
	default:
		l.compile(library)
	}
	faults := l.sorted(l.faults)
	if slices.ContainsFunc(faults, func(f Fault) bool { return !l.own[f.File] }) || library.queries == nil {
		return nil, &LoadError{faults}
	}
	l.setAside(library, faults)
	return library, nil
}

type loader struct {
	capabilities *ast.Capabilities
	modules      map[string]*ast.Module // by file, libraries too
	byPath       map[string]string      // file by the path in its folder
	byFile       map[string]*Rule
	byID         map[string]*Rule
	own          map[string]bool // files of a team's own
	accepted     bool            // Load has accepted all that there is
	faults       []Fault
	// broken is set when what there is to compile would only complain about a fault that is known already.
	broken bool
}

func (l *loader) fault(file string, line int, format string, args ...any) {
	l.faults = append(l.faults, Fault{file, line, fmt.Sprintf(format, args...)})
}

// spoil leaves a file out of what is compiled.
func (l *loader) spoil(file string, line int, format string, args ...any) {
	l.fault(file, line, format, args...)
	delete(l.modules, file)
	l.broken = l.broken || !l.own[file]
}

// sorted returns each fault once, by file and line.
func (l *loader) sorted(faults []Fault) []Fault {
	slices.SortFunc(faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(faults)
}

// rulesIn returns the paths of a folder's rules and libraries.
func rulesIn(folder fs.FS) (names []string, err error) {
	err = fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && hidden(name):
			return fs.SkipDir
		case !entry.IsDir() && isRule(name):
			names = append(names, name)
		}
		return nil
	})
	return names, err
}

func hidden(name string) bool {
	base := path.Base(name)
	return base != "." && strings.HasPrefix(base, ".")
}

func isRule(name string) bool {
	return path.Ext(name) == ".rego" && !strings.HasSuffix(name, testSuffix)
}

const testSuffix = "_test.rego"

// asErrors returns the single errors of OPA's parser or compiler.
func asErrors(err error) ast.Errors {
	var list ast.Errors
	var single *ast.Error
	switch {
	case errors.As(err, &list):
		return list
	case errors.As(err, &single):
		return ast.Errors{single}
	default:
		return ast.Errors{{Message: err.Error()}}
	}
}

// opaFaults takes over what OPA says about a file, or about the files it names.
func (l *loader) opaFaults(file string, list ast.Errors) {
	const width = 200 // of a quoted source line, which may be anything
	for _, e := range list {
		message := []string{e.Message}
		if e.Details != nil {
			for _, line := range e.Details.Lines() {
				message = append(message, fmt.Sprintf("%.*s", width, line))
			}
		}
		where, line := file, 0
		if e.Location != nil {
			where, line = cmp.Or(e.Location.File, file), e.Location.Row
		}
		l.fault(where, line, "%s", strings.Join(message, "\n\t"))
	}
}

var snakeCase = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// take reads and checks one module by itself, and takes it in. Its name is the path in the folder, and its file what a
// user calls it.
func (l *loader) take(name, file string, parsed parsed) {
	category, base, _ := strings.Cut(strings.TrimSuffix(name, ".rego"), "/")
	if !snakeCase.MatchString(category) || !snakeCase.MatchString(base) {
		l.spoil(file, 0, "a rule lies in <category>/<rule_name>.rego, both names in snake_case")
		return
	}
	if other, taken := l.byPath[name]; taken {
		l.broken = l.broken || !l.own[file]
		l.fault(file, parsed.packageLine(), "the file is in two folders of rules%s", alias(other, file))
		return
	}
	l.byPath[name] = file
	var rule *Rule
	if category != "lib" {
		rule = &Rule{ID: strings.ReplaceAll(base, "_", "-"), Category: category, File: file, Own: l.own[file]}
		if other, taken := l.byID[rule.ID]; taken {
			l.fault(file, parsed.packageLine(), "the rule id %s is taken by %s", rule.ID, other.File)
			return
		}
		l.byID[rule.ID], l.byFile[file] = rule, rule
	}
	module := l.moduleOf(file, parsed)
	if module == nil {
		return
	}
	want := "redislint." + category + "." + base
	if got := strings.TrimPrefix(module.Package.Path.String(), "data."); got != want {
		l.spoil(file, module.Package.Location.Row, "the package is %s, but the path says %s", got, want)
		return
	}
	l.modules[file] = module
	if rule == nil {
		l.checkLibrary(file, module)
		return
	}
	l.describe(rule, module, parsed)
	l.checkRule(rule, module)
}

// alias names the other of two files where that says more than the one.
func alias(other, file string) string {
	if other == file {
		return ""
	}
	return ", it is " + other + " too"
}

// claimFormerIDs lets renamed rules, a team's own or those of the base, answer to their former ids.
func (l *loader) claimFormerIDs(own bool) {
	for _, file := range slices.Sorted(maps.Keys(l.byFile)) {
		rule := l.byFile[file]
		if rule.Own != own {
			continue
		}
		for _, former := range rule.RenamedFrom {
			if other, taken := l.byID[former]; taken {
				l.fault(rule.File, 0, "renamed_from: the rule id %s is taken by %s", former, other.File)
				continue
			}
			l.byID[former] = rule
		}
	}
}
