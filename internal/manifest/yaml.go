package manifest

import (
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// syntaxError is why a document cannot be read. Its line is 1-based within the document.
type syntaxError struct {
	line    int
	message string
}

func (e *syntaxError) Error() string { return e.message }

// parser turns the text of one document after another into Nodes. Its buffers are reused.
type parser struct {
	maxDepth int

	text     string
	lines    []uint32 // offsets at which yaml.v3's lines start
	place    place
	anchors  map[*yaml.Node]*anchored
	expanded size
	nodes    int
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

func (p *parser) parseYAML(text string) (root *Node, err error) {
	// yaml.v3 panics on states it believes impossible.
	defer func() {
		if r := recover(); r != nil {
			root, err = nil, &syntaxError{line: 1, message: fmt.Sprintf("the YAML parser gave up: %v", r)}
		}
	}()
	decoder := yaml.NewDecoder(strings.NewReader(text))
	var doc yaml.Node
	if err := decoder.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, yamlError(text, err, p.maxDepth)
	}
	root, err = p.convertDocument(text, &doc)
	if err != nil {
		return nil, err
	}
	var rest yaml.Node
	if err := decoder.Decode(&rest); err == nil {
		return root, &syntaxError{line: max(rest.Line, 1), message: "another document follows here without a line of its own for ---"}
	} else if !errors.Is(err, io.EOF) {
		return root, yamlError(text, err, p.maxDepth)
	}
	return root, nil
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
		if isMerge(k) {
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

// merge adds the fields of what a "<<" key holds. Unlike the merge key's specification, but like go-yaml v2, they
// override the fields written before it; fields written after it override them.
func (p *parser) merge(y *yaml.Node, fields *fields, depth int) (height int, err error) {
	sources := []*yaml.Node{y}
	if y.Kind == yaml.SequenceNode {
		p.expanded.nodes++
		sources = y.Content
	}
	// From the last to the first, since the first takes precedence.
	for i := len(sources) - 1; i >= 0; i-- {
		source := sources[i]
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

func isMerge(k *yaml.Node) bool {
	return k.Kind == yaml.ScalarNode && k.Value == "<<" && (k.Tag == tagMerge && k.Style&quotedStyles == 0 || k.Tag == tagMerge && k.Style&yaml.TaggedStyle != 0)
}

const quotedStyles = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle

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
	if k.Anchor != "" && k.Kind == yaml.ScalarNode {
		// The key's scalar may be aliased as a value.
		var n Node
		if _, err := p.convert(k, &n, 0); err != nil && !strings.Contains(err.Error(), "no equivalent") {
			return "", 0, err
		}
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
	s, err := resolveScalar(tag, y.Value, quoted)
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
		return 0, p.fail(y, fmt.Sprintf("anchor %s contains itself", quoteShort(y.Value)))
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
	at := p.offset(y.Line, y.Column)
	return &syntaxError{line: 1 + strings.Count(p.text[:at], "\n"), message: message}
}

func (p *parser) tooDeep(y *yaml.Node) error { return p.fail(y, tooDeep(p.maxDepth)) }

func tooDeep(levels int) string {
	return fmt.Sprintf("document nests deeper than %d levels (--max-depth)", levels)
}

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

var errorLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// parserProblems begin the messages whose line yaml.v3 counts from 0: those of its parser, not its scanner.
var parserProblems = regexp.MustCompile(`^(did not find expected (key|'-' indicator|',' or|node content|<)|found (undefined|duplicate|incompatible))`)

// yamlError says in our words, and with the right line, what yaml.v3 found.
func yamlError(text string, err error, maxDepth int) error {
	message := err.Error()
	line := 1
	if m := errorLine.FindStringSubmatch(message); m != nil {
		message = message[len(m[0]):]
		if n, err := strconv.Atoi(m[1]); err == nil {
			line = n
			if parserProblems.MatchString(message) {
				line++
			}
		}
	}
	switch {
	case strings.HasPrefix(message, "exceeded max depth"):
		message = tooDeep(maxDepth)
	case message == "control characters are not allowed":
		line = 1 + strings.Count(text[:controlCharacter(text)], "\n")
	}
	line = min(line, 1+strings.Count(text, "\n"))
	return &syntaxError{line: line, message: "not valid YAML: " + message}
}

// controlCharacter returns the offset of the first character that YAML does not allow, or the text's size.
func controlCharacter(text string) int {
	for i, r := range text {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r >= 0x7f && r < 0xa0 && r != 0x85 || r == 0xfffe || r == 0xffff {
			return i
		}
	}
	return len(text)
}

// indexLines notes where each line starts, as yaml.v3 counts them.
func (p *parser) indexLines() {
	if len(p.text) > math.MaxUint32 {
		panic("manifest: document beyond 4 GiB")
	}
	p.lines = append(p.lines[:0], 0)
	for i := 0; i < len(p.text); i++ {
		switch p.text[i] {
		case '\n':
		case '\r':
			if strings.HasPrefix(p.text[i:], "\r\n") {
				i++
			}
		case 0xc2:
			if !strings.HasPrefix(p.text[i:], "\u0085") {
				continue
			}
			i++
		case 0xe2:
			if !strings.HasPrefix(p.text[i:], "\u2028") && !strings.HasPrefix(p.text[i:], "\u2029") {
				continue
			}
			i += 2
		default:
			continue
		}
		p.lines = append(p.lines, uint32(i+1))
	}
}

// offset turns yaml.v3's line and column, which counts characters, into an offset in the text.
func (p *parser) offset(line, column int) uint32 {
	line = min(max(line, 1), len(p.lines))
	if line != p.place.line || column < p.place.column {
		p.place = place{line: line, column: 1, offset: int(p.lines[line-1])}
	}
	end := len(p.text)
	if line < len(p.lines) {
		end = int(p.lines[line])
	}
	at := &p.place
	for at.column < column && at.offset < end {
		if p.text[at.offset] < 0x80 {
			at.offset++
		} else {
			at.offset += runeSize(p.text[at.offset:])
		}
		at.column++
	}
	return uint32(at.offset)
}

// contentOffset returns where a node begins once its tag and anchor are skipped.
func (p *parser) contentOffset(y *yaml.Node) uint32 {
	at := p.offset(y.Line, y.Column)
	if int(at) < len(p.text) && (p.text[at] == '&' || p.text[at] == '!') {
		at, _ = p.skipProperties(at, y)
	}
	return at
}

func (p *parser) hasBareTag(y *yaml.Node) bool {
	at := p.offset(y.Line, y.Column)
	if int(at) >= len(p.text) || p.text[at] != '&' && p.text[at] != '!' {
		return false
	}
	_, bare := p.skipProperties(at, y)
	return bare
}

// skipProperties returns the offset after the tag and the anchor that start at an offset, and whether the tag is "!".
func (p *parser) skipProperties(at uint32, y *yaml.Node) (content uint32, bareTag bool) {
	i := int(at)
	for range 2 {
		if i >= len(p.text) || p.text[i] != '&' && p.text[i] != '!' {
			break
		}
		stop := " \t\r\n,[]{}"
		if strings.HasPrefix(p.text[i:], "!<") {
			stop = " \t\r\n"
		}
		size := strings.IndexAny(p.text[i:], stop)
		if size < 0 {
			size = len(p.text) - i
		}
		bareTag = bareTag || p.text[i:i+size] == "!"
		i += size
		if y.Kind == yaml.ScalarNode && y.Value == "" && y.Style&quotedStyles == 0 && !p.propertyFollows(i) {
			break
		}
		i += skipPrologue(p.text[i:])
	}
	return uint32(min(i, len(p.text))), bareTag
}

// propertyFollows reports whether another tag or anchor comes next on the line.
func (p *parser) propertyFollows(at int) bool {
	rest := strings.TrimLeft(p.text[at:], " \t")
	return rest != "" && (rest[0] == '&' || rest[0] == '!')
}
