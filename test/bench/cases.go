package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/redislint/redislint/test/bench/trees"
)

// testCase is one input that programs are measured on.
type testCase struct {
	name   string // as in the tables: "one file", "redis 50 MB"
	tree   trees.Kind
	mb     int // what the tree was asked to have; 0 for the single file
	path   string
	files  []string // below path, for a program that takes no folder
	stats  trees.Stats
	others bool // whether others than redislint run too
}

// of returns the programs that run on the case. Clients of Redis are no matter for the peers, which judge every object alike.
func (c testCase) of(programs []program) []program {
	return slices.DeleteFunc(slices.Clone(programs), func(p program) bool { return p.name != redislint && !c.others || p.peer && c.tree == trees.Mentions })
}

// generate writes the plan's trees below dir, anew.
func generate(dir string, p plan) ([]testCase, error) {
	if err := os.RemoveAll(dir); err != nil {
		return nil, fmt.Errorf("remove the last trees: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	var cases []testCase
	for _, tree := range p.trees {
		kind := trees.Kind(tree)
		switch kind {
		case "one":
			path := filepath.Join(dir, "one.yaml")
			text, err := trees.One()
			if err != nil {
				return nil, err
			}
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				return nil, err
			}
			stats := trees.Stats{Files: 1, Documents: len(trees.Documents(text)), Bytes: int64(len(text))}
			cases = append(cases, testCase{name: "one file", path: path, files: []string{path}, stats: stats, others: true})
		case trees.Redis, trees.Mixed, trees.Mentions:
			for _, mb := range p.sizes {
				if kind == trees.Mentions && mb != p.compared {
					continue
				}
				c := testCase{name: fmt.Sprintf("%s %d MB", tree, mb), tree: kind, mb: mb, others: mb == p.compared}
				c.path = filepath.Join(dir, fmt.Sprintf("%s-%d", tree, mb))
				var err error
				if c.stats, err = trees.Write(c.path, kind, int64(mb)*1_000_000); err != nil {
					return nil, err
				}
				if c.files, err = filesBelow(c.path); err != nil {
					return nil, err
				}
				cases = append(cases, c)
			}
		default:
			return nil, fmt.Errorf("there is no tree %q: one, redis, mixed or mentions", tree)
		}
	}
	return cases, nil
}

func filesBelow(dir string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, path)
		}
		return err
	})
	return files, err
}
