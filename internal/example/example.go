// Package example runs the examples that rules have in their METADATA: whether the bad one has the findings that its
// comments want, and the good one none. It does not know how that is shown.
package example

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/redislint/redislint/internal/lint"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/source"
	"github.com/redislint/redislint/internal/topology"
	"github.com/redislint/redislint/internal/want"
)

// Test returns what is wrong with the examples of a rule, at the lines of its file. Other rules count where a comment names
// them. The error is the context's.
func Test(ctx context.Context, evaluator *rules.Evaluator, rule *rules.Rule) ([]rules.Fault, error) {
	var faults []rules.Fault
	for _, e := range []example{
		{rule: rule, name: "bad", text: rule.Examples().Bad, line: rule.Examples().BadLine},
		{rule: rule, name: "good", text: rule.Examples().Good, line: rule.Examples().GoodLine},
	} {
		if err := e.test(ctx, evaluator); err != nil {
			return faults, err
		}
		faults = append(faults, e.faults...)
	}
	return faults, nil
}

// Doubt returns what a rule says of its examples, with less of them known, that nobody who knows less should say. The error is
// the context's.
func Doubt(ctx context.Context, evaluator *rules.Evaluator, rule *rules.Rule) ([]rules.Fault, error) {
	var known []*topology.Redis
	for _, text := range []string{rule.Examples().Bad, rule.Examples().Good} {
		known = append(known, source.Discover(decode("example.yaml", text)).Redis...)
	}
	unsound, err := evaluator.Unsound(ctx, rule, known)
	var faults []rules.Fault
	for _, why := range unsound {
		faults = append(faults, rules.Fault{File: rule.File, Message: why})
	}
	return faults, err
}

func decode(name, text string) *manifest.Set {
	options := manifest.DefaultOptions()
	options.Sign = source.Sign
	return manifest.Decode([]manifest.Input{{Name: name, Data: []byte(text)}}, options)
}

// example is one of a rule, and what is wrong with it.
type example struct {
	rule       *rules.Rule
	name, text string
	line       int // of its first line; 0 where that is not known
	faults     []rules.Fault
}

// fault reports what is wrong on a line of the example, 0 for all of it.
func (e *example) fault(line int, format string, args ...any) {
	where := "the " + e.name + " example: "
	at := e.line
	switch {
	case line > 0 && e.line > 0:
		at += line - 1
	case line > 0:
		where = fmt.Sprintf("line %d of the %s example: ", line, e.name)
	}
	e.faults = append(e.faults, rules.Fault{File: e.rule.File, Line: at, Message: where + fmt.Sprintf(format, args...)})
}

func (e *example) test(ctx context.Context, evaluator *rules.Evaluator) error {
	file := e.name + ".yaml"
	result, err := lint.Run(ctx, decode(file, e.text), evaluator)
	if err != nil {
		return err
	}
	for _, failed := range result.Errors {
		if failed.File == file {
			e.fault(failed.Line, "%s", failed.Message)
		}
	}
	for _, u := range result.Undecided {
		if u.Rule == e.rule.ID || u.Rule == "" {
			e.fault(0, "undecided: %s", u.Reason)
			return nil
		}
	}
	if len(result.Redis) == 0 {
		e.fault(0, "no Redis is recognised in it, so it proves nothing")
		return nil
	}
	wants, err := want.Parse([]byte(e.text))
	if err != nil {
		var line int
		if wrong, ok := errors.AsType[*want.CommentError](err); ok {
			line, err = wrong.Line, wrong.Err
		}
		e.fault(line, "%v", err)
		return nil
	}
	e.compare(wants, result.Findings)
	return nil
}

// compare reports how what is found differs from what is wanted.
func (e *example) compare(wants []want.Finding, findings []rules.Finding) {
	wanted := func(id string) bool {
		return slices.ContainsFunc(wants, func(w want.Finding) bool { return w.Rule == id })
	}
	switch {
	case e.name == "bad" && !wanted(e.rule.ID):
		e.fault(0, "no line has the comment # want %s", e.rule.ID)
	case e.name == "good" && len(wants) > 0:
		e.fault(wants[0].Line, "a good example wants nothing")
	}
	var got []want.Finding
	messages := map[want.Finding]string{}
	for _, f := range findings {
		if f.Suppressed == nil && (f.Rule == e.rule || wanted(f.Rule.ID)) {
			found := want.Finding{Line: f.Position.Line, Rule: f.Rule.ID}
			got, messages[found] = append(got, found), f.Message
		}
	}
	missing, extra := want.Compare(wants, got)
	for _, f := range missing {
		e.fault(f.Line, "%s finds nothing here, and is wanted", f.Rule)
	}
	for _, f := range extra {
		e.fault(f.Line, "%s is not wanted here, and finds: %s", f.Rule, messages[f])
	}
}
