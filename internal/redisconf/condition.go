package redisconf

import (
	"regexp"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// code is the exit code of a test.
func (sc *scope) code(v Verdict) int {
	switch v {
	case Yes:
		return 0
	case No:
		return 1
	case Unknown:
	}
	return unsure
}

func verdict(holds bool) Verdict {
	if holds {
		return Yes
	}
	return No
}

func not(v Verdict) Verdict {
	switch v {
	case Yes:
		return No
	case No:
		return Yes
	case Unknown:
	}
	return Unknown
}

func both(a, b Verdict) Verdict {
	switch {
	case a == No || b == No:
		return No
	case a == Yes && b == Yes:
		return Yes
	}
	return Unknown
}

// like matches a word of a case with one of its patterns.
func (sc *scope) like(subject Word, pattern *syntax.Word) bool {
	v := sc.matches(subject, pattern)
	if v == Unknown {
		return sc.decide(subject.Value + " like " + sc.source(pattern))
	}
	return v == Yes
}

func (sc *scope) matches(subject Word, pattern *syntax.Word) Verdict {
	text, ok := sc.pattern(pattern)
	expression, err := regexp.Compile("^(?:" + text + ")$")
	switch {
	case !ok || err != nil:
		return Unknown
	case expression.MatchString("") && expression.MatchString("\x00\x01"): // a pattern that everything matches
		return Yes
	case subject.Dynamic:
		return Unknown
	}
	return verdict(expression.MatchString(subject.Value))
}

// test evaluates what stands between [[ and ]].
func (sc *scope) test(x syntax.TestExpr, depth int) Verdict {
	if depth > maxNested {
		return Unknown
	}
	switch x := x.(type) {
	case *syntax.Word:
		w := sc.word(x)
		return unary("-n", w)
	case *syntax.ParenTest:
		return sc.test(x.X, depth+1)
	case *syntax.UnaryTest:
		if x.Op == syntax.TsNot {
			return not(sc.test(x.X, depth+1))
		}
		w, ok := x.X.(*syntax.Word)
		if !ok {
			return Unknown
		}
		return unary(x.Op.String(), sc.word(w))
	case *syntax.BinaryTest:
		switch x.Op {
		case syntax.AndTest:
			return both(sc.test(x.X, depth+1), sc.test(x.Y, depth+1))
		case syntax.OrTest:
			return not(both(not(sc.test(x.X, depth+1)), not(sc.test(x.Y, depth+1))))
		}
		left, ok := x.X.(*syntax.Word)
		right, also := x.Y.(*syntax.Word)
		if !ok || !also {
			return Unknown
		}
		switch x.Op {
		case syntax.TsMatch, syntax.TsMatchShort:
			return sc.matches(sc.word(left), right)
		case syntax.TsNoMatch:
			return not(sc.matches(sc.word(left), right))
		case syntax.TsReMatch:
			return search(sc.word(left), sc.word(right))
		}
		return binary(sc.word(left), x.Op.String(), sc.word(right))
	}
	return Unknown
}

func search(subject, pattern Word) Verdict {
	expression, err := regexp.Compile(pattern.Value)
	if err != nil || subject.Dynamic || pattern.Dynamic {
		return Unknown
	}
	return verdict(expression.MatchString(subject.Value))
}

// bracket evaluates the words of test and [.
func bracket(words []Word, depth int) Verdict {
	if depth > maxNested {
		return Unknown
	}
	for _, operator := range []string{"-o", "-a"} {
		for i := 1; i < len(words)-1; i++ {
			if words[i].Value == operator && len(words) > 3 {
				left, right := bracket(words[:i], depth+1), bracket(words[i+1:], depth+1)
				if operator == "-o" {
					return not(both(not(left), not(right)))
				}
				return both(left, right)
			}
		}
	}
	switch {
	case len(words) == 0:
		return No
	case words[0].Value == "!" && len(words) > 1:
		return not(bracket(words[1:], depth+1))
	case words[0].Value == "(" && len(words) > 2:
		return bracket(words[1:len(words)-1], depth+1)
	case len(words) == 1:
		return unary("-n", words[0])
	case len(words) == 2:
		return unary(words[0].Value, words[1])
	case len(words) == 3:
		return binary(words[0], words[1].Value, words[2])
	}
	return Unknown
}

func unary(operator string, w Word) Verdict {
	switch {
	case operator == "-n" && (!w.Dynamic || hasCertain(w)):
		return verdict(w.Value != "")
	case operator == "-z" && (!w.Dynamic || hasCertain(w)):
		return verdict(w.Value == "")
	}
	return Unknown
}

// hasCertain reports whether a dynamic word holds at least one character that is certain.
func hasCertain(w Word) bool {
	return w.Value != "" && w.Value[0] != '$' && w.Value[0] != '`'
}

func binary(left Word, operator string, right Word) Verdict {
	if left.Dynamic || right.Dynamic {
		return Unknown
	}
	switch operator {
	case "=", "==":
		return verdict(left.Value == right.Value)
	case "!=":
		return verdict(left.Value != right.Value)
	case "<":
		return verdict(left.Value < right.Value)
	case ">":
		return verdict(left.Value > right.Value)
	}
	a, err := strconv.Atoi(strings.TrimSpace(left.Value))
	b, err2 := strconv.Atoi(strings.TrimSpace(right.Value))
	if err != nil || err2 != nil {
		return No
	}
	switch operator {
	case "-eq":
		return verdict(a == b)
	case "-ne":
		return verdict(a != b)
	case "-lt":
		return verdict(a < b)
	case "-le":
		return verdict(a <= b)
	case "-gt":
		return verdict(a > b)
	case "-ge":
		return verdict(a >= b)
	}
	return Unknown
}
