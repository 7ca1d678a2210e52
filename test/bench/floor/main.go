// Command floor decodes every document of the files and folders it is given with sigs.k8s.io/yaml, as many files at a time
// as there are cores, and does nothing with them: the least that a linter does which reads YAML as most of them do.
package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"

	"sigs.k8s.io/yaml"
)

func main() {
	paths := make(chan string)
	var documents atomic.Int64
	var failed atomic.Bool
	fail := func(err error) {
		failed.Store(true)
		fmt.Fprintln(os.Stderr, "floor:", err)
	}
	var decoders sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		decoders.Go(func() {
			for path := range paths {
				count, err := decode(path)
				documents.Add(int64(count))
				if err != nil {
					fail(err)
				}
			}
		})
	}
	for _, root := range os.Args[1:] {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				paths <- path
			}
			return err
		})
		if err != nil {
			fail(err)
		}
	}
	close(paths)
	decoders.Wait()
	fmt.Println(documents.Load(), "documents")
	if failed.Load() {
		os.Exit(1)
	}
}

// decode returns how many documents of the file it has decoded.
func decode(path string) (int, error) {
	stream, err := os.ReadFile(path)
	if err != nil {
		return 0, fmt.Errorf("decode: %w", err)
	}
	stream = bytes.TrimPrefix(stream, []byte("---\n"))
	for count := 0; ; count++ {
		document, rest, more := bytes.Cut(stream, []byte("\n---\n"))
		var value any
		if err := yaml.Unmarshal(document, &value); err != nil {
			return count, fmt.Errorf("decode %s: document %d: %w", path, count+1, err)
		}
		if !more {
			return count + 1, nil
		}
		stream = rest
	}
}
