package trees

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"sigs.k8s.io/yaml"
)

var namesRedis = regexp.MustCompile(`(?i)redis|valkey|keydb|sentinel`)

type object struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name      string `json:"name"`
		Namespace string `json:"namespace"`
	} `json:"metadata"`
}

func TestATreeHoldsWhatItsKindSays(t *testing.T) {
	t.Parallel()
	const size = 4_000_000
	for kind, share := range map[Kind][2]float64{Redis: {1, 1}, Mixed: {0.009, 0.05}, Mentions: {0.009, 0.05}} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "tree")
			stats, err := Write(dir, kind, size)
			if err != nil {
				t.Fatal(err)
			}
			if stats.Bytes < size || stats.Bytes > size+200_000 {
				t.Errorf("wrote %d bytes, want about %d", stats.Bytes, size)
			}
			if mean := stats.Bytes / int64(stats.Documents); mean < 3600 || mean > 4800 {
				t.Errorf("a document has %d bytes, want about 4,200", mean)
			}
			if got := float64(stats.RedisBytes) / float64(stats.Bytes); got < share[0] || got > share[1] {
				t.Errorf("%.4f of the bytes are Redis, want %v", got, share)
			}
			documents, naming := read(t, dir)
			if documents != stats.Documents {
				t.Errorf("the files hold %d documents, Write counted %d", documents, stats.Documents)
			}
			if kind == Mixed && naming > stats.RedisDocuments {
				t.Errorf("%d documents name Redis, but only %d describe one", naming, stats.RedisDocuments)
			}
			if kind == Mentions && naming < 2*stats.RedisDocuments {
				t.Errorf("only %d documents name Redis", naming)
			}
		})
	}
}

// read decodes every document below dir, asks each to be an object of its own, and counts them and those that name Redis.
func read(t *testing.T, dir string) (documents, naming int) {
	t.Helper()
	seen := make(map[object]string)
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		stream, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, document := range Documents(string(stream)) {
			documents++
			if namesRedis.MatchString(document) {
				naming++
			}
			var of object
			if err := yaml.UnmarshalStrict([]byte(document), new(any)); err != nil {
				return fmt.Errorf("%s: %w\n%s", path, err, document)
			}
			if err := yaml.Unmarshal([]byte(document), &of); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			if of.APIVersion == "" || of.Kind == "" || of.Metadata.Name == "" {
				t.Errorf("%s: not an object:\n%s", path, document)
			}
			if other, again := seen[of]; again {
				t.Errorf("%s repeats %v of %s", path, of, other)
			}
			seen[of] = path
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return documents, naming
}

func TestATreeIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	digest := func() []byte {
		dir := filepath.Join(t.TempDir(), "tree")
		if _, err := Write(dir, Mixed, 500_000); err != nil {
			t.Fatal(err)
		}
		sum := sha256.New()
		err := fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := os.ReadFile(filepath.Join(dir, path))
			fmt.Fprintf(sum, "%s %d\n%s", path, len(text), text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return sum.Sum(nil)
	}
	if first, second := digest(), digest(); !bytes.Equal(first, second) {
		t.Errorf("two trees of one kind and size differ: %x, %x", first, second)
	}
}

func TestWriteLeavesAnExistingFolderAlone(t *testing.T) {
	t.Parallel()
	if _, err := Write(t.TempDir(), Redis, 1); err == nil {
		t.Error("wrote into a folder that exists")
	}
}
