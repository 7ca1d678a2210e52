package rules

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// fingerprint names a finding by its rule, object, container and field, but no line, no file and no value: 16
// hexadecimal digits.
func fingerprint(rule *Rule, place topology.Origin, container string) string {
	object := place.Object
	parts := []string{rule.ID, object.Group(), object.Kind, object.Namespace, object.Name, container}
	parts = append(parts, namedPath(object.Root, place.Path)...)
	if place.Length > 0 {
		parts = append(parts, directive(object.Root.At(place.Path), place.Offset, place.Length))
	}
	return digest(parts...)
}

// former are the fingerprints that the same finding has under the ids that its rule had before.
func former(rule *Rule, place topology.Origin, container string) []string {
	var all []string
	for _, id := range rule.RenamedFrom {
		all = append(all, fingerprint(&Rule{ID: id}, place, container))
	}
	return all
}

func digest(parts ...string) string {
	hash := sha256.New()
	var size [8]byte
	for _, part := range parts {
		binary.BigEndian.PutUint64(size[:], uint64(len(part))) // keeps "a"+"bc" and "ab"+"c" apart
		hash.Write(size[:])
		hash.Write([]byte(part))
	}
	return hex.EncodeToString(hash.Sum(nil)[:8])
}

// Distinguish gives findings that share a fingerprint, such as two bad entries of a list without names, or one place
// found for two Redis, different ones: the first keeps it, the next are counted. It is to be called once, on all the
// findings of a run, and does not depend on their order.
func Distinguish(findings []Finding) {
	byFingerprint := map[string][]*Finding{}
	for i := range findings {
		byFingerprint[findings[i].Fingerprint] = append(byFingerprint[findings[i].Fingerprint], &findings[i])
	}
	for shared, same := range byFingerprint {
		slices.SortFunc(same, func(a, b *Finding) int { return compare(*a, *b) })
		for i, finding := range same[1:] {
			finding.Fingerprint = digest(shared, strconv.Itoa(i+2))
			for k, former := range finding.Former {
				finding.Former[k] = digest(former, strconv.Itoa(i+2))
			}
		}
	}
}

// namedPath replaces the index of a list item in a path by the item's name, where it has one.
func namedPath(node *manifest.Node, path manifest.Path) []string {
	named := make([]string, len(path))
	for i, segment := range path {
		named[i] = segment
		if node.Kind() == manifest.Seq {
			named[i] = itemName(node, segment)
		}
		node = node.At(manifest.Path{segment})
	}
	return named
}

func itemName(list *manifest.Node, segment string) string {
	item := list.At(manifest.Path{segment})
	if name, ok := item.Get("name").Str(); ok {
		return "name=" + name
	}
	if name, ok := item.Get("metadata", "name").Str(); ok { // a claim template
		return "name=" + name
	}
	if word, ok := item.Str(); ok { // a word of a command line: the option it is, or belongs to
		i, _ := strconv.Atoi(segment)
		for _, word := range []string{word, list.Index(i - 1).Text()} {
			if strings.HasPrefix(word, "-") {
				option, _, _ := strings.Cut(word, "=")
				option, _, _ = strings.Cut(option, " ")
				return "option=" + option
			}
		}
	}
	return segment
}

// directive names what stands in a stretch of text by the first word of its line, in lower case: maxmemory. An option
// of a command line is named by itself: --maxmemory. Sentinel's directives take a second word: sentinel monitor.
func directive(node *manifest.Node, offset, length int) string {
	text, _ := node.Str()
	if offset < 0 || length < 0 || offset+length > len(text) {
		return ""
	}
	stretch := text[offset : offset+length]
	if !strings.HasPrefix(stretch, "--") {
		stretch = text[strings.LastIndexByte(text[:offset], '\n')+1 : offset+length]
	}
	words := strings.Fields(strings.ToLower(stretch))
	switch {
	case len(words) == 0:
		return ""
	case len(words) > 1 && words[0] == "sentinel":
		return words[0] + " " + words[1]
	}
	return words[0]
}
