package rules

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/open-policy-agent/opa/v1/ast"
)

// parsed is a file of Rego: a module, or why it is none.
type parsed struct {
	module *ast.Module
	err    error
	unread bool // err is of reading
	// whole parses the file again, with the examples that were left out; nil where none were.
	whole func() parsed
}

// packageLine returns the line on which a module names its package, 0 where that cannot be read.
func (p parsed) packageLine() int {
	if p.module == nil {
		return 0
	}
	return p.module.Package.Location.Row
}

// parseAll parses files of a folder on all cores: that is half of what it takes to load rules.
func (l *loader) parseAll(folder fs.FS, names []string) []parsed {
	list := make([]parsed, len(names))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(names)) {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(names)); i = next.Add(1) - 1 {
				list[i] = l.parse(folder, names[i], names[i])
			}
		})
	}
	wg.Wait()
	return list
}

// parse parses a file, which errors call by another name than its path in the folder. It may be called concurrently.
func (l *loader) parse(folder fs.FS, name, file string) parsed {
	raw, err := readFile(folder, name)
	if err != nil {
		return parsed{err: err, unread: true}
	}
	whole := func() parsed {
		module, err := parseModule(file, raw, l.capabilities)
		return parsed{module: module, err: err}
	}
	if !l.accepted {
		return whole()
	}
	module, err := parseModule(file, withoutExamples(raw), l.capabilities)
	return parsed{module: module, err: err, whole: whole}
}

// withoutExamples leaves the examples of METADATA out, and their lines empty. Most of a rule's file is examples, and few who load
// it will look at them.
func withoutExamples(raw []byte) []byte {
	const begin, within = "#   examples:", "#    "
	i := bytes.Index(raw, []byte("\n"+begin+"\n"))
	if i < 0 {
		return raw
	}
	kept := append(make([]byte, 0, len(raw)), raw[:i+1]...)
	rest := raw[i+1:]
	for line := range bytes.Lines(rest) {
		if text := string(bytes.TrimRight(line, "\n")); text != begin && text != "#" && !strings.HasPrefix(text, within) {
			break
		}
		kept = append(kept, "#\n"...)
		rest = rest[len(line):]
	}
	return append(kept, rest...)
}

// moduleOf returns nil after a fault.
func (l *loader) moduleOf(file string, p parsed) *ast.Module {
	switch {
	case p.unread:
		l.spoil(file, 0, "%v", p.err)
		return nil
	case p.err != nil:
		list := asErrors(p.err)
		l.opaFaults(file, list[:min(1, len(list))]) // the parser is lost after the first
		l.broken = l.broken || !l.own[file]
		return nil
	}
	return p.module
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
