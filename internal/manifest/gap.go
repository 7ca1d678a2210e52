package manifest

// Gap is a kind of which a Set may lack objects that exist, because nobody was allowed to list them, say.
type Gap struct {
	Kind      string // "group/Kind", "/Service" in the core group
	Namespace string // "" is every one
}

// Lacks reports whether objects of the kind may exist in the namespace that the Set does not hold: that it holds none
// of them says nothing then.
func (s *Set) Lacks(kind, namespace string) bool {
	for _, g := range s.Gaps {
		if g.Kind == kind && (g.Namespace == "" || g.Namespace == namespace) {
			return true
		}
	}
	return false
}
