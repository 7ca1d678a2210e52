// Package want reads what a manifest's comments expect to be found in it. It knows comments and lines, and neither rules nor
// Redis.
package want

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Finding is what is said about a finding: the rule and the line, nothing else.
type Finding struct {
	Line int // 1-based
	Rule string
}

func (f Finding) String() string { return fmt.Sprintf("line %d: %s", f.Line, f.Rule) }

// CommentError is a comment that nobody can make sense of.
type CommentError struct {
	Line int // 1-based
	Err  error
}

func (e *CommentError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }
func (e *CommentError) Unwrap() error { return e.Err }

func (f Finding) compare(g Finding) int {
	return cmp.Or(cmp.Compare(f.Line, g.Line), strings.Compare(f.Rule, g.Rule))
}

var (
	comment = regexp.MustCompile(`(?:^|\s)# want((?: [a-z0-9]+(?:-[a-z0-9]+)*)+)$`)
	// nearly is what was probably meant as a want comment.
	nearly = regexp.MustCompile(`(?i)(?:^|\s)#\s*wants?\b`)
)

// Parse returns the findings that the comments of a manifest expect, in the order of lines: "# want rule" or "# want rule rule"
// behind the offending line, or alone on the line above it, for lines where a trailing comment would be text (in a block
// scalar that holds a redis.conf, say). A rule named twice is expected twice.
//
// A comment that only resembles a want comment is a *CommentError: a typing mistake must not read as no expectation.
func Parse(content []byte) ([]Finding, error) {
	var wants []Finding
	var above []string // rules of the comments alone on the lines just above
	line := 0
	for text := range strings.Lines(string(content)) {
		line++
		text = strings.TrimRight(text, " \t\r\n")
		rules, alone, err := parse(text)
		if err != nil {
			return nil, &CommentError{line, err}
		}
		if alone {
			above = append(above, rules...)
			continue
		}
		if len(above) > 0 && text == "" {
			return nil, &CommentError{line, errors.New("no finding can be on an empty line")}
		}
		for _, rule := range append(above, rules...) {
			wants = append(wants, Finding{line, rule})
		}
		above = nil
	}
	if len(above) > 0 {
		return nil, &CommentError{line, errors.New("no line follows the comment")}
	}
	slices.SortFunc(wants, Finding.compare)
	return wants, nil
}

// parse returns the rules of a line's want comment, and whether the line holds nothing else.
func parse(text string) (rules []string, alone bool, err error) {
	match := comment.FindStringSubmatchIndex(text)
	if match == nil {
		if nearly.MatchString(text) {
			return nil, false, fmt.Errorf("%q is not of the form # want rule-id", strings.TrimSpace(text))
		}
		return nil, false, nil
	}
	return strings.Fields(text[match[2]:match[3]]), strings.TrimSpace(text[:match[0]]) == "", nil
}

// Compare returns the findings that are missing from a multiset and those that are too many, by line and rule.
func Compare(wants, got []Finding) (missing, extra []Finding) {
	count := map[Finding]int{}
	for _, f := range wants {
		count[f]--
	}
	for _, f := range got {
		count[f]++
	}
	for f, n := range count {
		for range n {
			extra = append(extra, f)
		}
		for range -n {
			missing = append(missing, f)
		}
	}
	slices.SortFunc(missing, Finding.compare)
	slices.SortFunc(extra, Finding.compare)
	return missing, extra
}

// Diff returns how two multisets of findings differ, one finding to a line, or "" if they do not.
func Diff(wants, got []Finding) string {
	type line struct {
		Finding
		how string
	}
	var lines []line
	missing, extra := Compare(wants, got)
	for _, f := range missing {
		lines = append(lines, line{f, "wanted, not found"})
	}
	for _, f := range extra {
		lines = append(lines, line{f, "found, not wanted"})
	}
	slices.SortStableFunc(lines, func(a, b line) int { return a.compare(b.Finding) })
	var out strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&out, "%v: %s\n", l.Finding, l.how)
	}
	return out.String()
}
