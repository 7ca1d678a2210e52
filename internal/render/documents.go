package render

import (
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// split returns the YAML documents of a text, as helm splits it: any line that begins with --- ends a document, and what
// follows it on the line begins the next.
func split(text string) []string {
	var documents []string
	start := 0
	add := func(end int) {
		if document := strings.TrimSpace(text[start:end]); document != "" {
			documents = append(documents, document)
		}
	}
	text = strings.TrimSpace(text)
	for at := 0; at < len(text); {
		if rest, found := strings.CutPrefix(text[at:], "---"); found {
			add(at)
			start = len(text) - len(strings.TrimLeft(rest, white))
			at = start // where another --- would not count
		}
		next := strings.IndexByte(text[at:], '\n')
		if next < 0 {
			break
		}
		at += next + 1
	}
	add(len(text))
	return documents
}

const white = " \t\n\f\r"

// hooks are the events that helm knows.
var hooks = []string{
	"pre-install", "post-install", "pre-delete", "post-delete", "pre-upgrade", "post-upgrade", "pre-rollback", "post-rollback",
	"test", "test-success",
}

// unknownHook reports whether helm leaves a document out, because it is the hook of an event that helm does not know.
func unknownHook(text string) bool {
	const annotation = "helm.sh/hook"
	if !strings.Contains(text, annotation) {
		return false
	}
	var head struct {
		Metadata struct {
			Annotations map[string]string `json:"annotations"`
		} `json:"metadata"`
	}
	if yaml.Unmarshal([]byte(text), &head) != nil {
		return false
	}
	events, ok := head.Metadata.Annotations[annotation]
	if !ok {
		return false
	}
	for event := range strings.SplitSeq(events, ",") {
		if !slices.Contains(hooks, strings.ToLower(strings.TrimSpace(event))) {
			return true
		}
	}
	return false
}
