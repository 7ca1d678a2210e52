package manifest

import (
	"fmt"
	reference "sigs.k8s.io/yaml"
	"testing"
)

func TestTmp(t *testing.T) {
	var all []string
	for _, scalar := range referenceScalars {
		all = append(all, scalar, "k: "+scalar+" # comment\nl: 1\n", scalar+": v\n", "{"+scalar+": "+scalar+"}", "["+scalar+", "+scalar+"]")
	}
	all = append(all, referenceDocuments...)
	for _, text := range all {
		var w any
		err := reference.Unmarshal([]byte(text), &w)
		if err == nil {
			continue
		}
		wk := worker{opts: DefaultOptions(), parser: parser{maxDepth: 64}}
		root, e2 := wk.read(&document{file: &file{text: text}, end: uint32(len(text)), line: 1})
		if e2 == nil {
			fmt.Printf("ONLY WE: %q -> %v   ref: %v\n", text, root.Value(), err)
		} else {
			fmt.Printf("both: %q  %d:%v   ref: %v\n", text, e2.(*syntaxError).line, e2, err)
		}
	}
}
