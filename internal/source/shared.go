package source

import (
	"slices"
	"strings"
	"sync"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/redisconf"
)

// fileMemo remembers the configuration files of ConfigMaps and Secrets. Any
// number of servers may load one; each is read once, and what was read is never
// changed.
type fileMemo struct {
	mu    sync.Mutex
	files map[fileKey]*readFile
	// bases are the files by their first directive: what a server is configured
	// with comes on top of the file that it loads.
	bases map[*redisconf.Directive]*readFile
}

type fileKey struct {
	object     *manifest.Object
	path, text string
}

type readFile struct {
	once       sync.Once
	directives []redisconf.Directive
	config     *redisconf.Config
}

// read returns the directives of a text, which are not to be changed. Texts that
// were altered on their way into a container are of that container alone.
func (m *fileMemo) read(t text) []redisconf.Directive {
	if t.tag.altered || t.tag.Object == nil {
		return redisconf.Parse(t.value, t.tag).Directives
	}
	key := fileKey{object: t.tag.Object, path: strings.Join(t.tag.Path, "\x00"), text: t.value}
	m.mu.Lock()
	if m.files == nil {
		m.files, m.bases = map[fileKey]*readFile{}, map[*redisconf.Directive]*readFile{}
	}
	f := m.files[key]
	if f == nil {
		f = &readFile{}
		m.files[key] = f
	}
	m.mu.Unlock()
	f.once.Do(func() {
		f.directives = slices.Clip(redisconf.Parse(t.value, t.tag).Directives)
		f.config = redisconf.Merge(f.directives)
		if len(f.directives) > 0 {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.bases[&f.directives[0]] = f
		}
	})
	return f.directives
}

// merge is redisconf.Merge of a file and what comes on top of it.
func (m *fileMemo) merge(layers ...[]redisconf.Directive) *redisconf.Config {
	if len(layers) > 0 && len(layers[0]) > 0 {
		m.mu.Lock()
		f := m.bases[&layers[0][0]]
		m.mu.Unlock()
		if f != nil && len(f.directives) == len(layers[0]) {
			return f.config.With(layers[1:]...)
		}
	}
	return redisconf.Merge(layers...)
}
