package manifest

import (
	"slices"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
)

func TestNode(t *testing.T) {
	t.Parallel()
	n := only(t, "kind: A\ni: 0x1F\nf: 1.50\nb: yes\ns: '12'\nz: ~\nm: {w: 1, x: [a, {k: v}]}\nbig: 18446744073709551615\nround: 1e3\n").Root
	type facts struct {
		Kind  string
		Text  string
		Value any
		Len   int
	}
	for path, want := range map[string]facts{
		"/i":       {"int", "31", int64(31), 0},
		"/f":       {"float", "1.5", 1.5, 0},
		"/b":       {"bool", "true", true, 0},
		"/s":       {"string", "12", "12", 0},
		"/z":       {"null", "", nil, 0},
		"/m":       {"map", "", map[string]any{"w": int64(1), "x": []any{"a", map[string]any{"k": "v"}}}, 2},
		"/m/x":     {"seq", "", []any{"a", map[string]any{"k": "v"}}, 2},
		"/m/x/1/k": {"string", "v", "v", 0},
		"/m/x/2":   {"absent", "", nil, 0},
		"/m/x/01":  {"absent", "", nil, 0},
		"/m/x/-1":  {"absent", "", nil, 0},
		"/s/0":     {"absent", "", nil, 0},
		"/big":     {"float", "18446744073709551615", 18446744073709551615.0, 0},
		"/round":   {"int", "1000", int64(1000), 0},
	} {
		p, err := ParsePointer(path)
		if err != nil {
			t.Fatal(err)
		}
		v := n.At(p)
		if diff := cmp.Diff(want, facts{v.Kind().String(), v.Text(), v.Value(), v.Len()}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	var keys []string
	for k := range n.Get("m").Fields() {
		keys = append(keys, k)
	}
	if !slices.Equal(keys, []string{"w", "x"}) {
		t.Errorf("fields %v, want source order", keys)
	}
	if s, ok := n.Get("m", "x").Index(1).Get("k").Str(); s != "v" || !ok {
		t.Errorf("m.x[1].k is %q, %v", s, ok)
	}
	if i, ok := n.Get("i").Int(); i != 31 || !ok {
		t.Errorf("i is %d, %v", i, ok)
	}
	if b, ok := n.Get("b").Bool(); !b || !ok {
		t.Errorf("b is %v, %v", b, ok)
	}
}

func TestAbsentNodeAnswersEverything(t *testing.T) {
	t.Parallel()
	var n *Node
	for range n.Fields() {
		t.Error("a field")
	}
	for range n.Items() {
		t.Error("an item")
	}
	_, isString := n.Str()
	_, isInt := n.Int()
	_, isBool := n.Bool()
	if isString || isInt || isBool || n.Kind() != Absent || n.Get("a", "b") != nil || n.Index(0) != nil || n.Len() != 0 ||
		n.Text() != "" || n.Value() != nil || n.At(Path{"a"}) != nil || n.At(nil) != nil {
		t.Error("an absent node has something")
	}
}

func TestNodeIsSmall(t *testing.T) {
	t.Parallel()
	if size := unsafe.Sizeof(Node{}); size > 32 {
		t.Errorf("%d bytes", size)
	}
}

func TestPointer(t *testing.T) {
	t.Parallel()
	for pointer, path := range map[string]Path{
		"":                nil,
		"/":               {""},
		"/a/0/b":          {"a", "0", "b"},
		"/m~1n/~01/~0/~1": {"m/n", "~1", "~", "/"},
		"/redis.conf":     {"redis.conf"},
	} {
		got, err := ParsePointer(pointer)
		if err != nil || !slices.Equal(got, path) {
			t.Errorf("ParsePointer(%q) = %q, %v", pointer, got, err)
		}
		if path.Pointer() != pointer {
			t.Errorf("%q.Pointer() = %q, want %q", path, path.Pointer(), pointer)
		}
	}
	for _, pointer := range []string{"a", "/~", "/~2", "/a~", "/~0~"} {
		if _, err := ParsePointer(pointer); err == nil {
			t.Errorf("ParsePointer(%q) gives no error", pointer)
		}
	}
}
