package manifest

import (
	"slices"
	"testing"
)

func TestPlainTextIsLocatedAsItIs(t *testing.T) {
	t.Parallel()
	o := Plain("templates/redis.yaml", "kind: {{ .Values.kind }}\nreplicas: {{ 2 }}\n")
	if got, want := o.Locate(Path{"spec"}), (Position{1, 1, 1, 25}); got != want {
		t.Errorf("a path is located at %v, want the first line %v", got, want)
	}
	if got, want := o.LocateKey(nil), (Position{1, 1, 1, 25}); got != want {
		t.Errorf("a key is located at %v, want the first line %v", got, want)
	}
	if got, want := o.LocateWithin(nil, 25, 8), (Position{2, 1, 2, 9}); got != want {
		t.Errorf("a stretch is located at %v, want %v", got, want)
	}
	if got, want := o.Lines(2, 2), []string{"replicas: {{ 2 }}"}; !slices.Equal(got, want) {
		t.Errorf("line 2 is %q, want %q", got, want)
	}
	empty := Plain("empty", "")
	if got, want := empty.Locate(nil), (Position{1, 1, 1, 1}); got != want {
		t.Errorf("empty text is located at %v, want %v", got, want)
	}
}
