package fix

import (
	"cmp"
	"slices"

	"github.com/google/btree"
)

// Set is edits that can all be made. The zero value is empty.
type Set struct {
	edits  []Edit
	byFile map[string]*btree.BTreeG[stretch]
}

// stretch is where an edit is. Those of one file are apart, so that the order of their ends is that of their starts.
type stretch struct{ start, end int }

// Add adds edits, none of which overlaps another. It reports false and adds none of them when one of them cannot be made
// together with those that are there.
func (s *Set) Add(edits []Edit) bool {
	if slices.ContainsFunc(edits, s.overlaps) {
		return false
	}
	for _, e := range edits {
		tree := s.byFile[e.File]
		if tree == nil {
			const degree = 16
			tree = btree.NewG(degree, func(a, b stretch) bool { return cmp.Less(a.start, b.start) })
			if s.byFile == nil {
				s.byFile = map[string]*btree.BTreeG[stretch]{}
			}
			s.byFile[e.File] = tree
		}
		tree.ReplaceOrInsert(stretch{e.Start, e.End})
	}
	s.edits = append(s.edits, edits...)
	return true
}

// Edits are those that were added, in that order.
func (s *Set) Edits() []Edit { return s.edits }

func (s *Set) overlaps(e Edit) (overlaps bool) {
	tree := s.byFile[e.File]
	if tree == nil {
		return false
	}
	// Of those that begin before the edit ends, the last one ends last.
	tree.DescendLessOrEqual(stretch{start: e.End}, func(last stretch) bool {
		overlaps = e.Start <= last.end
		return false
	})
	return overlaps
}
