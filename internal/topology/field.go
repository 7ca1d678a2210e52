package topology

import (
	"slices"

	"github.com/redislint/redislint/internal/manifest"
)

// Origin says where a fact was written: a path in an object, or a stretch of
// the text found there (a directive in a ConfigMap's redis.conf, say). A path
// may name a key that is not there: its place is the nearest existing ancestor.
// The zero Origin means that the fact was not written anywhere.
type Origin struct {
	Object *manifest.Object
	Path   manifest.Path
	// Offset and Length, in bytes, mark the stretch inside the string at Path.
	// Length 0 means the whole value.
	Offset, Length int
}

// IsZero reports whether the origin names no object.
func (o Origin) IsZero() bool { return o.Object == nil }

// At returns the origin of a path below o's.
func (o Origin) At(path ...string) Origin {
	return Origin{Object: o.Object, Path: append(slices.Clip(o.Path), path...)}
}

// Within returns the origin of length bytes at offset in the string at o's path.
func (o Origin) Within(offset, length int) Origin {
	return Origin{Object: o.Object, Path: o.Path, Offset: o.Offset + offset, Length: length}
}

// Position is where a reader finds the origin in its file.
func (o Origin) Position() manifest.Position {
	switch {
	case o.Object == nil:
		return manifest.Position{}
	case o.Length > 0:
		return o.Object.LocateWithin(o.Path, o.Offset, o.Length)
	default:
		return o.Object.Locate(o.Path)
	}
}

// Field is one fact that may be unknown. Unknown fields are left out of the
// rules' input, where Rego's undefined keeps a rule silent.
type Field[T any] struct {
	value  T
	known  bool
	origin Origin
}

// Known returns a field with a value that was written at origin, or follows
// from what was (or was not) written there.
func Known[T any](value T, origin Origin) Field[T] {
	return Field[T]{value: value, known: true, origin: origin}
}

// Unknown returns a field whose value cannot be seen, but whose place can.
func Unknown[T any](origin Origin) Field[T] { return Field[T]{origin: origin} }

// Get returns the value, and whether it is known.
func (f Field[T]) Get() (T, bool) { return f.value, f.known }

// Is reports whether the field is known to hold v.
func Is[T comparable](f Field[T], v T) bool { return f.known && f.value == v }

// Origin is where the field was written.
func (f Field[T]) Origin() Origin { return f.origin }

// leaf lets the encoder and the schema read any Field without naming its type.
type leaf interface {
	leaf() (value any, known bool)
	zero() any
	place() Origin
}

func (f Field[T]) leaf() (any, bool) { return f.value, f.known }
func (f Field[T]) zero() any         { var zero T; return zero }
func (f Field[T]) place() Origin     { return f.origin }
