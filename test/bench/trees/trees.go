// Package trees writes folders of Kubernetes manifests in the shape of a GitOps repository, the same bytes for the same
// kind and size on every machine. It knows what such repositories hold, not what any linter says of it.
package trees

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// A Kind says what the documents of a tree describe.
type Kind string

// The kinds of tree.
const (
	Redis    Kind = "redis"    // Redis alone
	Mixed    Kind = "mixed"    // one hundredth of the bytes is Redis, nothing else says so
	Mentions Kind = "mentions" // as Mixed, but every third application is a client that names Redis in its settings
)

// Stats counts what was written.
type Stats struct {
	Files, Documents, RedisDocuments int
	Bytes, RedisBytes                int64
}

// Write fills dir, which must not exist, with a tree of at least size bytes; the last application may exceed it.
func Write(dir string, kind Kind, size int64) (Stats, error) {
	if _, err := os.Stat(dir); err == nil {
		return Stats{}, fmt.Errorf("write tree: %s exists", dir)
	}
	w := &writer{dir: dir, random: rand.New(rand.NewPCG(6379, 26379))} //nolint:gosec // the same tree every time is the point
	w.texts = newTexts(w.random)
	for app := 0; w.stats.Bytes < size; app++ {
		set := w.texts.other
		redis := kind == Redis || w.stats.RedisBytes*100 < w.stats.Bytes
		if redis {
			set = w.texts.redis
		}
		if err := w.app(app, set, redis, kind == Mentions && app%3 == 0); err != nil {
			return w.stats, fmt.Errorf("write tree: %w", err)
		}
	}
	return w.stats, nil
}

// One is a single file of nine documents: a Redis with Sentinels as a chart renders it.
func One() (string, error) {
	texts := newTexts(rand.New(rand.NewPCG(6379, 26379))) //nolint:gosec // as in Write
	return texts.execute("bitnami-sentinel.tmpl", app{Name: "shop", Namespace: "shop", Team: "shop"})
}

type writer struct {
	dir    string
	random *rand.Rand
	texts  *texts
	stats  Stats
}

// app writes one application into a folder of its own: half of them one document a file, half as one stream.
func (w *writer) app(number int, set []string, redis, mentions bool) error {
	team := teams[number/24%len(teams)]
	data := app{
		Name:      fmt.Sprintf("%s-%05d", purposes[w.random.IntN(len(purposes))], number),
		Namespace: fmt.Sprintf("%s-%03d", team, number/12),
		Team:      team,
		Number:    number,
		Mentions:  mentions,
	}
	text, err := w.texts.execute(set[w.random.IntN(len(set))], data)
	if err != nil {
		return err
	}
	dir := filepath.Join(w.dir, "clusters", regions[number/240%len(regions)], data.Namespace, data.Name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	documents := Documents(text)
	w.stats.Documents += len(documents)
	w.stats.Bytes += int64(len(text))
	if redis {
		w.stats.RedisDocuments += len(documents)
		w.stats.RedisBytes += int64(len(text))
	}
	if number%2 == 0 {
		return w.file(filepath.Join(dir, "release.yaml"), text)
	}
	for i, document := range documents {
		if err := w.file(filepath.Join(dir, fmt.Sprintf("%02d-%s.yaml", i, kindOf(document))), document); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) file(path, text string) error {
	w.stats.Files++
	return os.WriteFile(path, []byte(text), 0o644)
}

// Documents splits a YAML stream at its separator lines.
func Documents(stream string) []string {
	return strings.Split(strings.TrimPrefix(stream, "---\n"), "\n---\n")
}

// kindOf returns the kind of a document in lower case, for its file's name.
func kindOf(document string) string {
	lines := bufio.NewScanner(strings.NewReader(document))
	for lines.Scan() {
		if kind, found := strings.CutPrefix(lines.Text(), "kind: "); found {
			return strings.ToLower(kind)
		}
	}
	return "object"
}
