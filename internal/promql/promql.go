// Package promql knows what the expressions of alerts say of a Redis, and the
// metrics that oliver006/redis_exporter has. It knows nothing of Kubernetes.
package promql

import (
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// Expression is what the expression of an alert says of a Redis.
type Expression struct {
	// Uses are the metrics that it selects, as written.
	Uses []Use
	// Unlimited is what becomes of an alert that compares the used memory with
	// maxmemory while that is 0: it Fires or is Silent. "" for other alerts, and
	// where it depends on more than these two.
	Unlimited Result
	// Threshold is nil when no single quantity decides the alert.
	Threshold *Threshold
}

// Result is what an alert does.
type Result string

// What an alert does.
const (
	Fires  Result = "fires"
	Silent Result = "silent"
)

// Threshold is the point from which on an alert fires.
type Threshold struct {
	// Subject is the quantity: memory (used, of maxmemory), hits (of all
	// look-ups), evictions (keys), clients (of maxclients), lag (seconds).
	Subject string
	Amount  int64 // in thousandths: 800 is 80 %, or 0.8 s
}

// Use is one metric that an expression selects.
type Use struct {
	Name   string
	Labels []Label
	// Offset is where the name stands in the expression, in bytes.
	Offset, Length int
}

// Label is a condition on one label of a metric.
type Label struct {
	Name    string
	matcher *labels.Matcher
}

// Admits reports whether a label of this value fulfils the condition.
func (l Label) Admits(value string) bool { return l.matcher.Matches(value) }

// Equals returns the only value that fulfils the condition, "" when there may be
// others.
func (l Label) Equals() string {
	if l.matcher.Type != labels.MatchEqual {
		return ""
	}
	return l.matcher.Value
}

// nameLabel holds the name of a metric.
const nameLabel = "__name__"

// MaxLength is the longest expression that is read, in bytes: reading takes
// time that grows with the square of the length.
const MaxLength = 2 << 10

// What makes a short regular expression large: repetitions, x{100}, of which one
// is let pass, and classes of Unicode.
var (
	repetition = regexp.MustCompile(`\{[0-9]`)
	class      = regexp.MustCompile(`\\[pP]`)
)

// Parse reads an expression. It is not ok when Prometheus would refuse the
// expression, and when it would take too much to read.
func Parse(text string) (*Expression, bool) {
	if len(text) > MaxLength || len(repetition.FindAllStringIndex(text, 2)) > 1 || class.MatchString(text) {
		return nil, false
	}
	root, err := parser.NewParser(parser.Options{EnableExperimentalFunctions: true}).ParseExpr(text)
	if err != nil {
		return nil, false
	}
	e := &Expression{}
	nodes := 0
	parser.Inspect(root, func(n parser.Node, _ []parser.Node) error {
		nodes++
		if v, ok := n.(*parser.VectorSelector); ok {
			e.Uses = append(e.Uses, useOf(v, text))
		}
		return nil
	})
	slices.SortFunc(e.Uses, func(a, b Use) int { return a.Offset - b.Offset })
	if nodes <= maxRehearsed {
		e.rehearse(root)
	}
	return e, true
}

func useOf(v *parser.VectorSelector, text string) Use {
	u := Use{Name: v.Name, Offset: int(v.PosRange.Start)}
	for _, m := range v.LabelMatchers {
		switch {
		case m.Name != nameLabel:
			u.Labels = append(u.Labels, Label{m.Name, m})
		case u.Name == "" && m.Type == labels.MatchEqual: // {__name__="redis_up"}
			u.Name = m.Value
		}
	}
	if at := strings.Index(text[u.Offset:v.PosRange.End], u.Name); at > 0 {
		u.Offset += at
	}
	u.Length = len(u.Name)
	return u
}

func (e *Expression) selects(names ...string) bool {
	return slices.ContainsFunc(e.Uses, func(u Use) bool { return slices.Contains(names, u.Name) })
}
