package manifest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEmbed(t *testing.T) {
	t.Parallel()
	const values = "master:\n  size: 8Gi # of each\n  name: größe\nlist: [a, bc]\n"
	for name, c := range map[string]struct {
		yaml string
		want map[string]Position
	}{
		"a literal": {
			"kind: A\ntext: |\n  master:\n    size: 8Gi # of each\n    name: größe\n  list: [a, bc]\n",
			map[string]Position{
				"/master": {3, 3, 3, 9}, "/master/size": {4, 11, 4, 14}, "/master/name": {5, 11, 5, 16}, "/list/1": {6, 13, 6, 15},
				"/master/none": {3, 3, 3, 9}, "": {3, 3, 3, 9},
			},
		},
		"a string in quotes": {
			`{"kind": "A", "text": "master:\n  size: 8Gi # of each\n  name: größe\nlist: [a, bc]\n"}`,
			map[string]Position{"/master/size": {1, 41, 1, 44}, "/list/1": {1, 81, 1, 83}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := Decode([]Input{{Name: "a.yaml", Data: []byte(c.yaml)}}, Options{})
			text, _ := set.Objects[0].Root.Get("text").Str()
			if diff := cmp.Diff(values, text); diff != "" {
				t.Fatalf("text (-want +got):\n%s", diff)
			}
			o, problem := set.Embed(set.Objects[0], Path{"text"}, text)
			if problem != nil {
				t.Fatal(problem.Message)
			}
			got := map[string]Position{}
			for pointer := range c.want {
				path, err := ParsePointer(pointer)
				if err != nil {
					t.Fatal(err)
				}
				got[pointer] = o.Locate(path)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("places (-want +got):\n%s", diff)
			}
			if got := o.Lines(1, 1); len(got) != 1 || !strings.HasPrefix(c.yaml, got[0]) {
				t.Errorf("line 1 of its file is %q", got)
			}
		})
	}
}

func TestEmbedWhatIsNoDocument(t *testing.T) {
	t.Parallel()
	set := Decode([]Input{{Name: "a.yaml", Data: []byte("kind: A\nempty: |\n  # nothing\nbad: |\n  a: 1\n  b: {{ .x }}\n")}}, Options{})
	a := set.Objects[0]
	embed := func(key, text string) (*Object, *Error) {
		if text == "" {
			text, _ = a.Root.Get(key).Str()
		}
		return set.Embed(a, Path{key}, text)
	}
	if o, problem := embed("empty", ""); o != nil || problem != nil {
		t.Errorf("comments alone: got %v, %v", o, problem)
	}
	o, problem := embed("bad", "")
	if o != nil || problem == nil || problem.File != "a.yaml" || problem.Line != 6 {
		t.Errorf("a template: got %v, %+v", o, problem)
	}
	o, problem = embed("bad", "a: 1\nb: $(_____)\n")
	if problem != nil || o.Locate(Path{"b"}) != (Position{6, 6, 6, 14}) {
		t.Errorf("a stand-in: got %v, %+v", o.Locate(Path{"b"}), problem)
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	set := Decode([]Input{
		{Name: "values.yaml", Data: []byte("size: 1Gi\n---\nkind: Odd\n")},
		{Name: "broken.yaml", Data: []byte("a: 1\nb: [\n")},
	}, Options{Sign: func(raw []byte) bool { return strings.Contains(string(raw), "redis") }})
	if len(set.Objects) != 0 || set.Stats.Unread != 2 || set.Stats.Dormant != 1 {
		t.Fatalf("decoded %d objects, %+v", len(set.Objects), set.Stats)
	}
	var names []string
	for name := range set.Files() {
		names = append(names, name)
	}
	if diff := cmp.Diff([]string{"values.yaml", "broken.yaml"}, names); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	read := set.Read("values.yaml")
	if len(read) != 2 || read[0].Root.Get("size").Text() != "1Gi" || read[1].Kind != "Odd" {
		t.Errorf("read %d documents of values.yaml", len(read))
	}
	for range 2 {
		if read := set.Read("broken.yaml"); len(read) != 0 {
			t.Errorf("read %d documents of broken.yaml", len(read))
		}
	}
	if len(set.Errors) != 1 || set.Errors[0].Line != 2 || len(set.Objects) != 0 {
		t.Errorf("errors %v, %d objects", set.Errors, len(set.Objects))
	}
	if read := set.Read("none.yaml"); read != nil {
		t.Error("read a file that is not there")
	}
}
