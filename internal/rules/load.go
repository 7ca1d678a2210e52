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

// LoadError is everything wrong with the rules of one Load, sorted by file and line.
type LoadError struct{ Faults []Fault }

func (e *LoadError) Error() string {
	lines := make([]string, len(e.Faults))
	for i, fault := range e.Faults {
		lines[i] = fault.String()
	}
	return strings.Join(lines, "\n")
}

// Load reads, checks and compiles the rules of all folders together. A folder holds <category>/<rule_name>.rego, and
// what rules share in lib/<name>.rego; _test.rego files, files of other types and hidden folders are left alone. Rules
// that do not hold what they promise are a *LoadError.
func Load(folders ...fs.FS) (*Library, error) {
	l := loader{
		capabilities: capabilities(),
		modules:      map[string]*ast.Module{},
		byFile:       map[string]*Rule{},
		byID:         map[string]*Rule{},
	}
	for _, folder := range folders {
		if err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
			return l.visit(folder, name, entry, err)
		}); err != nil {
			return nil, fmt.Errorf("read rules: %w", err)
		}
	}
	l.claimFormerIDs()

	library := &Library{byID: l.byID}
	if !l.broken {
		l.compile(library)
	}
	if len(l.faults) > 0 {
		slices.SortFunc(l.faults, func(a, b Fault) int {
			return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Message, b.Message))
		})
		return nil, &LoadError{slices.Compact(l.faults)}
	}
	return library, nil
}

type loader struct {
	capabilities *ast.Capabilities
	modules      map[string]*ast.Module // by file, libraries too
	byFile       map[string]*Rule
	byID         map[string]*Rule
	faults       []Fault
	// broken is set when what there is to compile would only complain about a fault that is known already.
	broken bool
}

func (l *loader) fault(file string, line int, format string, args ...any) {
	l.faults = append(l.faults, Fault{file, line, fmt.Sprintf(format, args...)})
}

func (l *loader) visit(folder fs.FS, name string, entry fs.DirEntry, err error) error {
	switch {
	case err != nil:
		return err
	case entry.IsDir():
		if name != "." && strings.HasPrefix(entry.Name(), ".") {
			return fs.SkipDir
		}
	case path.Ext(name) == ".rego" && !strings.HasSuffix(name, "_test.rego"):
		if module := l.parse(folder, name); module != nil {
			l.add(name, module)
		} else {
			l.broken = true
		}
	}
	return nil
}

// parse returns nil after a fault.
func (l *loader) parse(folder fs.FS, name string) *ast.Module {
	raw, err := readFile(folder, name)
	if err != nil {
		l.fault(name, 0, "%v", err)
		return nil
	}
	module, err := ast.ParseModuleWithOpts(name, string(raw), ast.ParserOptions{
		Capabilities:      l.capabilities,
		ProcessAnnotation: true,
		RegoVersion:       ast.RegoV1,
	})
	if err != nil {
		list := asErrors(err)
		l.opaFaults(name, list[:min(1, len(list))]) // the parser is lost after the first
		return nil
	}
	return module
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

// add checks one module by itself and takes it in.
func (l *loader) add(name string, module *ast.Module) {
	category, base, _ := strings.Cut(strings.TrimSuffix(name, ".rego"), "/")
	if !snakeCase.MatchString(category) || !snakeCase.MatchString(base) {
		l.broken = true
		l.fault(name, 0, "a rule lies in <category>/<rule_name>.rego, both names in snake_case")
		return
	}
	line := module.Package.Location.Row
	want := "redislint." + category + "." + base
	if got := strings.TrimPrefix(module.Package.Path.String(), "data."); got != want {
		l.broken = true
		l.fault(name, line, "the package is %s, but the path says %s", got, want)
		return
	}
	if _, taken := l.modules[name]; taken {
		l.broken = true
		l.fault(name, line, "the file is in two folders of rules")
		return
	}
	l.modules[name] = module

	if category == "lib" {
		l.checkLibrary(name, module)
		return
	}
	rule := &Rule{ID: strings.ReplaceAll(base, "_", "-"), Category: category, File: name}
	if other, taken := l.byID[rule.ID]; taken {
		l.fault(name, line, "the rule id %s is taken by %s", rule.ID, other.File)
		return
	}
	l.byID[rule.ID], l.byFile[name] = rule, rule
	l.describe(rule, module)
	l.checkRule(rule, module)
}

// claimFormerIDs lets renamed rules answer to their former ids.
func (l *loader) claimFormerIDs() {
	for _, file := range slices.Sorted(maps.Keys(l.byFile)) {
		rule := l.byFile[file]
		for _, former := range rule.RenamedFrom {
			if other, taken := l.byID[former]; taken {
				l.fault(rule.File, 0, "renamed_from: the rule id %s is taken by %s", former, other.File)
				continue
			}
			l.byID[former] = rule
		}
	}
}
