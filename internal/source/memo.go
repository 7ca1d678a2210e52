package source

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/redislint/redislint/internal/redisconf"
)

// probeMemo remembers what probe commands do. The releases of one chart run
// the same scripts, and following a script is the dearest part of reading a
// workload.
type probeMemo struct {
	mu   sync.Mutex
	seen map[string][]rehearsed
}

// rehearsed is the result of a command together with the files that it opened
// and the variables that these or the command name: it holds wherever they are
// the same.
type rehearsed struct {
	opened    []openedFile
	variables []variable
	probe     redisconf.Probe
}

type openedFile struct {
	path, text string
	ok         bool
}

type variable struct {
	name, value string
	set         bool
}

// maxRehearsed bounds how many results are compared for one command.
const maxRehearsed = 16

// probe is what the command does in a container with the environment, whose
// files open reads.
func (m *probeMemo) probe(argv []redisconf.Word, env map[string]string, open func(string) (string, bool)) redisconf.Probe {
	key := strings.Join(values(argv), "\x00")
	m.mu.Lock()
	known := m.seen[key]
	m.mu.Unlock()
	for _, r := range known {
		if r.holds(env, open) {
			return r.probe
		}
	}
	var r rehearsed
	shell := redisconf.Shell{Env: env, Open: func(path string) (string, bool) {
		text, ok := open(path)
		r.opened = append(r.opened, openedFile{path, text, ok})
		return text, ok
	}}
	r.probe = shell.Probe(argv)
	r.variables = variables(argv, r.opened, env)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.seen == nil {
		m.seen = map[string][]rehearsed{}
	}
	if len(m.seen[key]) < maxRehearsed {
		m.seen[key] = append(m.seen[key], r)
	}
	return r.probe
}

func (r rehearsed) holds(env map[string]string, open func(string) (string, bool)) bool {
	for _, v := range r.variables {
		if value, set := env[v.name]; value != v.value || set != v.set {
			return false
		}
	}
	for _, f := range r.opened {
		if text, ok := open(f.path); text != f.text || ok != f.ok {
			return false
		}
	}
	return true
}

func values(argv []redisconf.Word) []string {
	all := make([]string, len(argv))
	for i, w := range argv {
		all[i] = w.Value
	}
	return all
}

// variables are the variables that the texts can read: every name in them, or
// the whole environment where a name is put together at run time.
func variables(argv []redisconf.Word, opened []openedFile, env map[string]string) []variable {
	texts := values(argv)
	for _, f := range opened {
		texts = append(texts, f.text)
	}
	names := map[string]bool{}
	for _, text := range texts {
		if strings.Contains(text, "${!") || strings.Contains(text, "eval") {
			for name := range env {
				names[name] = true
			}
		}
		for name := range strings.FieldsFuncSeq(text, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			names[name] = true
		}
	}
	all := make([]variable, 0, len(names))
	for _, name := range slices.Sorted(maps.Keys(names)) {
		value, set := env[name]
		all = append(all, variable{name, value, set})
	}
	return all
}
