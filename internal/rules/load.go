package rules

import (
	"cmp"
	"errors"
	"fmt"
	"io"
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
func Load(folders ...fs.FS) (*Library, error) { return load(folders, nil) }

func load(base []fs.FS, own []Folder) (*Library, error) {
	l := loader{
		capabilities: capabilities(),
		modules:      map[string]*ast.Module{},
		byPath:       map[string]string{},
		byFile:       map[string]*Rule{},
		byID:         map[string]*Rule{},
		own:          map[string]bool{},
	}
	for _, folder := range base {
		if err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
			return l.visit(folder, name, entry, err)
		}); err != nil {
			return nil, fmt.Errorf("read rules: %w", err)
		}
	}
	l.claimFormerIDs(false)
	for _, folder := range own {
		l.visitOwn(folder)
	}
	l.claimFormerIDs(true)

	library := &Library{byID: l.byID}
	if !l.broken {
		l.compile(library)
	}
	faults := l.sorted(l.faults)
	if slices.ContainsFunc(faults, func(f Fault) bool { return !l.own[f.File] }) || library.compiler == nil {
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

func (l *loader) visit(folder fs.FS, name string, entry fs.DirEntry, err error) error {
	switch {
	case err != nil:
		return err
	case entry.IsDir():
		if hidden(name) {
			return fs.SkipDir
		}
	case isRule(name):
		l.take(folder, name, name)
	}
	return nil
}

func hidden(name string) bool {
	base := path.Base(name)
	return base != "." && strings.HasPrefix(base, ".")
}

func isRule(name string) bool {
	return path.Ext(name) == ".rego" && !strings.HasSuffix(name, testSuffix)
}

const testSuffix = "_test.rego"

// parse returns nil after a fault.
func (l *loader) parse(folder fs.FS, name, file string) *ast.Module {
	raw, err := readFile(folder, name)
	if err != nil {
		l.spoil(file, 0, "%v", err)
		return nil
	}
	module, err := parseModule(file, raw, l.capabilities)
	if err != nil {
		list := asErrors(err)
		l.opaFaults(file, list[:min(1, len(list))]) // the parser is lost after the first
		l.broken = l.broken || !l.own[file]
		return nil
	}
	return module
}

func parseModule(file string, raw []byte, capabilities *ast.Capabilities) (*ast.Module, error) {
	return ast.ParseModuleWithOpts(file, string(raw), ast.ParserOptions{
		Capabilities:      capabilities,
		ProcessAnnotation: true,
		RegoVersion:       ast.RegoV1,
	})
}

func readFile(folder fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(folder, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file") // opening a named pipe would wait forever
	}
	file, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // opened for reading
	raw, err := io.ReadAll(io.LimitReader(file, maxFileBytes+1))
	if err == nil && len(raw) > maxFileBytes {
		err = fmt.Errorf("larger than %d bytes", maxFileBytes)
	}
	return raw, err
}

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
func (l *loader) take(folder fs.FS, name, file string) {
	category, base, _ := strings.Cut(strings.TrimSuffix(name, ".rego"), "/")
	if !snakeCase.MatchString(category) || !snakeCase.MatchString(base) {
		l.spoil(file, 0, "a rule lies in <category>/<rule_name>.rego, both names in snake_case")
		return
	}
	if other, taken := l.byPath[name]; taken {
		l.broken = l.broken || !l.own[file]
		l.fault(file, l.packageLine(folder, name), "the file is in two folders of rules%s", alias(other, file))
		return
	}
	l.byPath[name] = file
	var rule *Rule
	if category != "lib" {
		rule = &Rule{ID: strings.ReplaceAll(base, "_", "-"), Category: category, File: file, Own: l.own[file]}
		if other, taken := l.byID[rule.ID]; taken {
			l.fault(file, l.packageLine(folder, name), "the rule id %s is taken by %s", rule.ID, other.File)
			return
		}
		l.byID[rule.ID], l.byFile[file] = rule, rule
	}
	module := l.parse(folder, name, file)
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
	l.describe(rule, module)
	l.checkRule(rule, module)
}

// alias names the other of two files where that says more than the one.
func alias(other, file string) string {
	if other == file {
		return ""
	}
	return ", it is " + other + " too"
}

// packageLine returns the line on which a module names its package, 0 where that cannot be read.
func (l *loader) packageLine(folder fs.FS, name string) int {
	raw, err := readFile(folder, name)
	if err != nil {
		return 0
	}
	module, err := parseModule(name, raw, l.capabilities)
	if err != nil {
		return 0
	}
	return module.Package.Location.Row
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
