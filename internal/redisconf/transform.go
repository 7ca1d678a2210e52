package redisconf

import (
	"regexp"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// transform applies ${#x}, ${x:-y}, ${x%y}, ${x/y/z} and their kin.
func (sc *scope) transform(p *syntax.ParamExp, value Word, isSet bool) Word {
	if p.Length {
		return Word{Value: strconv.Itoa(len([]rune(value.Value))), Dynamic: value.Dynamic}
	}
	if p.Repl != nil {
		return sc.replace(p.Repl, value)
	}
	if p.Exp == nil {
		return value
	}
	operand := sc.word(p.Exp.Word)
	empty := isSet && value.Value == "" && !value.Dynamic
	switch p.Exp.Op {
	case syntax.DefaultUnset, syntax.DefaultUnsetOrNull, syntax.AssignUnset, syntax.AssignUnsetOrNull:
		if empty && (p.Exp.Op == syntax.DefaultUnsetOrNull || p.Exp.Op == syntax.AssignUnsetOrNull) {
			return operand
		}
		return value
	case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		return value
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
		switch {
		case value.Dynamic:
			return Word{Value: "", Dynamic: true}
		case empty:
			return Word{}
		}
		return operand
	case syntax.RemSmallPrefix, syntax.RemLargePrefix, syntax.RemSmallSuffix, syntax.RemLargeSuffix:
		return sc.trim(p.Exp, value)
	case syntax.UpperAll:
		value.Value = strings.ToUpper(value.Value)
		return value
	case syntax.LowerAll:
		value.Value = strings.ToLower(value.Value)
		return value
	}
	return Word{Dynamic: true}
}

func (sc *scope) replace(repl *syntax.Replace, value Word) Word {
	pattern, ok := sc.pattern(repl.Orig)
	with := sc.word(repl.With)
	expression, err := regexp.Compile(pattern)
	if !ok || err != nil || value.Dynamic || with.Dynamic || len(value.Value) > maxOutput/16 {
		return Word{Dynamic: true}
	}
	done := false
	return Word{Value: expression.ReplaceAllStringFunc(value.Value, func(found string) string {
		if done && !repl.All {
			return found
		}
		done = true
		return with.Value
	})}
}

// trim removes a prefix or suffix that matches a pattern.
func (sc *scope) trim(exp *syntax.Expansion, value Word) Word {
	pattern, ok := sc.pattern(exp.Word)
	if !ok || value.Dynamic || len(value.Value) > maxOutput/64 {
		return Word{Dynamic: true}
	}
	expression, err := regexp.Compile("(?s)^(?:" + pattern + ")$")
	if err != nil {
		return Word{Dynamic: true}
	}
	text := value.Value
	for n := range len(text) + 1 {
		switch exp.Op {
		case syntax.RemSmallPrefix:
			if expression.MatchString(text[:n]) {
				return Word{Value: text[n:]}
			}
		case syntax.RemLargePrefix:
			if expression.MatchString(text[:len(text)-n]) {
				return Word{Value: text[len(text)-n:]}
			}
		case syntax.RemSmallSuffix:
			if expression.MatchString(text[len(text)-n:]) {
				return Word{Value: text[:len(text)-n]}
			}
		default:
			if expression.MatchString(text[n:]) {
				return Word{Value: text[:n]}
			}
		}
	}
	return value
}
