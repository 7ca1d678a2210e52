package manifest

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// merge adds the fields of what a "<<" key holds. Unlike the merge key's specification, but like go-yaml v2, they
// override the fields written before it; fields written after it override them.
func (p *parser) merge(y *yaml.Node, fields *fields, depth int) (height int, err error) {
	sources := []*yaml.Node{y}
	if y.Kind == yaml.SequenceNode {
		p.expanded.nodes++
		sources = y.Content
	}
	// From the last to the first, since the first takes precedence.
	for _, source := range slices.Backward(sources) {
		mapping := source
		if source.Kind == yaml.AliasNode {
			mapping = source.Alias
		}
		if mapping.Kind != yaml.MappingNode {
			return 0, p.fail(source, "<< needs a map, or a list of maps, to merge")
		}
		var n Node
		// A merged map takes the place of its parent, hence one level less.
		h, err := p.convert(source, &n, depth-1)
		if err != nil {
			return 0, err
		}
		height = max(height, h-1)
		if n.branch == nil {
			continue
		}
		for i, k := range n.branch.keys {
			*fields.set(k.name, k.at) = n.branch.values[i]
		}
	}
	return height, nil
}

// isMerge reports whether a key merges what it holds, as go-yaml v2 decides it.
func (p *parser) isMerge(k *yaml.Node) bool {
	if k.Kind != yaml.ScalarNode || k.Value != "<<" {
		return false
	}
	// yaml.v3 gives the tag to a plain << by itself, to a quoted one only when it is written. The tag "!" makes go-yaml
	// v2 take a quoted one for a plain one; yaml.v3 drops it.
	return k.Tag == tagMerge || k.Style&quotedStyles != 0 && k.Style&yaml.TaggedStyle == 0 && p.hasBareTag(k)
}

const quotedStyles = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
