package source

import (
	"path"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
)

// files finds files of a set by name and keeps what was read of them.
type files struct {
	sorted []string
	byBase map[string][]string // by the last segment
	read   map[string][]*manifest.Object
}

// documents are those of a file, whatever they hold.
func (x *index) documents(name string) []*manifest.Object {
	documents, known := x.files.read[name]
	if !known {
		if x.files.read == nil {
			x.files.read = map[string][]*manifest.Object{}
		}
		documents = x.set.Read(name)
		x.files.read[name] = documents
	}
	return documents
}

// document is the first document of a file, all that helm reads of it; nil when
// there is none.
func (x *index) document(name string) *manifest.Object {
	if documents := x.documents(name); len(documents) > 0 {
		return documents[0]
	}
	return nil
}

// listFiles makes sure that the files are listed.
func (x *index) listFiles() {
	if x.files.byBase != nil {
		return
	}
	for name := range x.set.Files() {
		x.files.sorted = append(x.files.sorted, name)
	}
	slices.Sort(x.files.sorted)
	x.files.sorted = slices.Compact(x.files.sorted)
	x.files.byBase = map[string][]string{}
	for _, name := range x.files.sorted {
		base := path.Base(name)
		x.files.byBase[base] = append(x.files.byBase[base], name)
	}
}

// filesBelow returns the files in a folder and below it.
func (x *index) filesBelow(folder string) []string {
	x.listFiles()
	if folder == "." {
		return x.files.sorted
	}
	first, _ := slices.BinarySearch(x.files.sorted, folder+"/")
	after, _ := slices.BinarySearch(x.files.sorted, folder+"0") // "0" comes next to "/"
	return x.files.sorted[first:after]
}

// hasFile reports whether the set has a file.
func (x *index) hasFile(name string) bool {
	x.listFiles()
	return slices.Contains(x.files.byBase[path.Base(name)], name)
}

// fileAt returns the file that a path in a repository means, whose root may lie
// above or below the folder that was read: the one that agrees with most of the
// path, and then the one nearest to from. One segment alone is too little.
func (x *index) fileAt(repositoryPath string, from *manifest.Object) (string, bool) {
	wanted := strings.Split(strings.TrimPrefix(path.Clean("/"+repositoryPath), "/"), "/")
	x.listFiles()
	best, bestAgreed, bestShared := "", 0, 0
	for _, name := range x.files.byBase[wanted[len(wanted)-1]] {
		have := strings.Split(name, "/")
		agreed := 0
		for agreed < min(len(wanted), len(have)) && wanted[len(wanted)-1-agreed] == have[len(have)-1-agreed] {
			agreed++
		}
		if agreed < len(wanted) && (agreed < len(have) || agreed < 2) {
			continue
		}
		if shared := sharedPath(name, from.File); agreed > bestAgreed || agreed == bestAgreed && shared > bestShared {
			best, bestAgreed, bestShared = name, agreed, shared
		}
	}
	return best, bestAgreed > 0
}

// beside is the name of a file that another one names relative to its folder.
func beside(file, name string) string { return path.Join(path.Dir(file), name) }
