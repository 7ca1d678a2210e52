package source

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/redislint/redislint/internal/redisconf"
)

// probeMemo remembers what probe commands do. The releases of one chart run
// the same scripts, and following a script is the dearest part of reading a
// workload.
type probeMemo struct {
	mu   sync.Mutex
	seen map[string][]rehearsed
}

// rehearsed is the result of a command together with the files that it opened:
// it holds wherever those files read the same.
type rehearsed struct {
	opened []openedFile
	probe  redisconf.Probe
}

type openedFile struct {
	path, text string
	ok         bool
}

// maxRehearsed bounds how many sets of files are compared for one command.
const maxRehearsed = 16

// probe is what the command does in a container with the environment, whose
// files open reads.
func (m *probeMemo) probe(argv []redisconf.Word, env map[string]string, open func(string) (string, bool)) redisconf.Probe {
	key := commandKey(argv, env)
	m.mu.Lock()
	known := m.seen[key]
	m.mu.Unlock()
	for _, r := range known {
		if !slices.ContainsFunc(r.opened, func(f openedFile) bool {
			text, ok := open(f.path)
			return text != f.text || ok != f.ok
		}) {
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

func commandKey(argv []redisconf.Word, env map[string]string) string {
	var b strings.Builder
	for _, w := range argv {
		b.WriteString(w.Value)
		b.WriteByte(0)
	}
	for _, name := range slices.Sorted(maps.Keys(env)) {
		b.WriteByte(1)
		b.WriteString(name)
		b.WriteByte('=')
		b.WriteString(env[name])
	}
	return b.String()
}
