package manifest

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// parser turns the text of one document after another into Nodes. Its buffers are reused.
type parser struct {
	maxDepth int

	text     string
	lines    []uint32 // offsets at which yaml.v3's lines start
	place    place
	anchors  map[*yaml.Node]*anchored
	expanded size
	nodes    int

	literals []literal // lifted out of the text
	rest     []byte    // the text without them
	value    []byte    // of the literal that is being read
	interned map[string]string
}

// place remembers the last position looked up, since nodes come in source order.
type place struct{ line, column, offset int }

// anchored is a subtree that aliases may share.
type anchored struct {
	node   Node
	height int
	size   size
	ready  bool
}

// size is what a subtree comes to when every alias in it is written out.
type size struct{ nodes, bytes int }

// Expansion is bounded somewhat above what sigs.k8s.io/yaml accepts (about 400,000 nodes, or a tenth of a large
// document), so that subtrees shared by aliases cannot grow without limit in whoever walks them.
const (
	maxExpandedNodes = 500_000  // plus twice the nodes written
	maxExpandedBytes = 64 << 20 // plus twice the bytes written
)

// parse reads the one document of a text. A complete document that other content follows comes with an error.
func (p *parser) parse(text string) (root *Node, err error) {
	if root, err = p.parseJSON(text); errors.Is(err, errNotJSON) {
		return p.parseYAML(text)
	}
	return root, err
}

func (p *parser) parseYAML(text string) (*Node, error) {
	if root := p.parseLifted(text); root != nil {
		return root, nil
	}
	return p.parseWhole(text)
}

// parseWhole reads a text as it is.
func (p *parser) parseWhole(text string) (*Node, error) {
	p.literals = p.literals[:0]
	doc, problem := decodeYAML(strings.NewReader(text))
	var root *Node
	if doc != nil {
		var err error
		if root, err = p.convertDocument(text, doc); err != nil {
			return nil, err
		}
	}
	if problem != nil {
		return root, p.describe(text, problem)
	}
	return root, nil
}

// errSecondDocument is met where YAML sees a line break that split does not, such as a lone carriage return.
var errSecondDocument = errors.New("another document follows, with no line of its own for ---")

// decodeYAML reads the one document of a text. A complete document that other content follows comes with an error.
func decodeYAML(text io.Reader) (doc *yaml.Node, err error) {
	// yaml.v3 panics in states it believes impossible.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: the parser gave up: %v", r)
		}
	}()
	decoder := yaml.NewDecoder(text)
	var first, second yaml.Node
	if err := decoder.Decode(&first); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	doc = &first
	if err := decoder.Decode(&second); err == nil {
		return doc, errSecondDocument
	} else if !errors.Is(err, io.EOF) {
		return doc, err
	}
	return doc, nil
}

func (p *parser) convertDocument(text string, doc *yaml.Node) (*Node, error) {
	if len(doc.Content) == 0 {
		return nil, nil
	}
	p.text = text
	p.indexLines()
	p.place = place{line: 1, column: 1}
	p.anchors = nil
	p.expanded = size{}
	p.nodes = 0
	root := new(Node)
	_, err := p.convert(doc.Content[0], root, 0)
	p.text = ""
	p.anchors = nil
	if err != nil {
		return nil, err
	}
	return root, nil
}

// convert writes one yaml.Node to n and returns the height of its tree.
func (p *parser) convert(y *yaml.Node, n *Node, depth int) (height int, err error) {
	p.nodes++
	p.expanded.nodes++
	var a *anchored
	if y.Anchor != "" && y.Kind != yaml.AliasNode {
		a = new(anchored)
		if p.anchors == nil {
			p.anchors = make(map[*yaml.Node]*anchored)
		}
		p.anchors[y] = a
	}
	before := p.expanded
	switch y.Kind {
	case yaml.ScalarNode:
		err = p.convertScalar(y, n)
	case yaml.SequenceNode:
		height, err = p.convertSequence(y, n, depth)
	case yaml.MappingNode:
		height, err = p.convertMapping(y, n, depth)
	case yaml.AliasNode:
		height, err = p.convertAlias(y, n, depth)
	default:
		err = p.fail(y, "unexpected YAML node")
	}
	if err != nil {
		return 0, err
	}
	if a != nil {
		*a = anchored{node: *n, height: height, ready: true, size: size{
			nodes: p.expanded.nodes - before.nodes + 1,
			bytes: p.expanded.bytes - before.bytes,
		}}
	}
	return height, nil
}

func (p *parser) convertSequence(y *yaml.Node, n *Node, depth int) (height int, err error) {
	*n = Node{kind: Seq, at: p.contentOffset(y)}
	if depth++; depth > p.maxDepth {
		return 0, p.tooDeep(y)
	}
	if len(y.Content) == 0 {
		return 1, nil
	}
	n.branch = &branch{values: make([]Node, len(y.Content))}
	for i, item := range y.Content {
		h, err := p.convert(item, &n.branch.values[i], depth)
		if err != nil {
			return 0, err
		}
		height = max(height, h)
	}
	return height + 1, nil
}

func (p *parser) convertMapping(y *yaml.Node, n *Node, depth int) (height int, err error) {
	*n = Node{kind: Map, at: p.contentOffset(y)}
	if depth++; depth > p.maxDepth {
		return 0, p.tooDeep(y)
	}
	if len(y.Content) == 0 {
		return 1, nil
	}
	fields := newFields(len(y.Content) / 2)
	for i := 0; i+1 < len(y.Content); i += 2 {
		k, v := y.Content[i], y.Content[i+1]
		if p.isMerge(k) {
			h, err := p.merge(v, fields, depth)
			if err != nil {
				return 0, err
			}
			height = max(height, h)
			continue
		}
		name, at, err := p.convertKey(k)
		if err != nil {
			return 0, err
		}
		h, err := p.convert(v, fields.set(name, at), depth)
		if err != nil {
			return 0, err
		}
		height = max(height, h)
	}
	n.branch = fields.branch()
	return height + 1, nil
}

func (p *parser) convertKey(k *yaml.Node) (name string, at uint32, err error) {
	p.expanded.nodes++
	at = p.contentOffset(k)
	target := k
	if k.Kind == yaml.AliasNode {
		target = k.Alias
	}
	if target.Kind != yaml.ScalarNode {
		return "", 0, p.fail(k, "a map key must be a scalar")
	}
	if k.Anchor != "" {
		// The key may be aliased as a value, unless it is one that only a key can have, such as .inf; then it is not ready.
		var n Node
		_, _ = p.convert(k, &n, 0)
	}
	tag, quoted := p.scalarTag(target)
	name, err = mapKey(tag, target.Value, quoted)
	if err != nil {
		return "", 0, p.fail(k, err.Error())
	}
	p.expanded.bytes += len(name)
	return p.share(name, at), at, p.bounded(k)
}

func (p *parser) convertScalar(y *yaml.Node, n *Node) error {
	tag, quoted := p.scalarTag(y)
	at := p.contentOffset(y)
	s, err := resolveScalar(tag, p.whole(y, at), quoted)
	if err != nil {
		return p.fail(y, err.Error())
	}
	if s.kind == String {
		s.text = p.share(s.text, at)
	}
	*n = Node{kind: s.kind, text: s.text, at: at}
	p.expanded.bytes += len(s.text)
	return p.bounded(y)
}

// scalarTag returns the tag a scalar was written with, if any, and whether it is a string whatever its text.
func (p *parser) scalarTag(y *yaml.Node) (tag string, quoted bool) {
	switch {
	case y.Style&yaml.TaggedStyle != 0:
		return y.Tag, false
	case y.Style&quotedStyles != 0:
		return "", true
	default:
		// yaml.v3 drops the tag "!", which makes a string of a plain scalar.
		return "", p.hasBareTag(y)
	}
}

func (p *parser) convertAlias(y *yaml.Node, n *Node, depth int) (height int, err error) {
	a := p.anchors[y.Alias]
	if a == nil || !a.ready {
		return 0, p.fail(y, fmt.Sprintf("anchor %s contains itself or has no value", quoteShort(y.Value)))
	}
	if depth+a.height > p.maxDepth {
		return 0, p.tooDeep(y)
	}
	*n = a.node
	n.at = p.offset(y.Line, y.Column)
	p.expanded.nodes += a.size.nodes
	p.expanded.bytes += a.size.bytes
	return a.height, p.bounded(y)
}

func (p *parser) bounded(y *yaml.Node) error {
	if p.expanded.nodes > maxExpandedNodes+2*p.nodes || p.expanded.bytes > maxExpandedBytes+2*len(p.text) {
		return p.fail(y, "aliases expand to too much")
	}
	return nil
}

func (p *parser) fail(y *yaml.Node, message string) error {
	return errorAt(p.text, int(p.offset(y.Line, y.Column)), message)
}

func (p *parser) tooDeep(y *yaml.Node) error { return p.fail(y, tooDeep(p.maxDepth)) }

// share returns the part of the source that reads the same, so that the value needs no memory of its own.
func (p *parser) share(value string, at uint32) string {
	start := int(at)
	if start < len(p.text) && (p.text[start] == '"' || p.text[start] == '\'') {
		start++
	}
	if end := start + len(value); end <= len(p.text) && p.text[start:end] == value {
		return p.text[start:end]
	}
	return value
}
