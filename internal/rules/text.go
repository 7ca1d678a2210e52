package rules

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/topdown/builtins"
)

// longestText is the longest that sprintf and templates make, which do not look whether they are told to stop, and the longest
// that builtins take which make many values of it.
const longestText = 1 << 20

var errText = errors.New("more than 1 MiB of text")

// takeApart are the builtins that make some hundred bytes of each that they are given.
var takeApart = []string{
	ast.IndexOfN.Name, ast.JSONUnmarshal.Name, ast.RegexFind.Name, ast.RegexFindAllStringSubmatch.Name, ast.RegexSplit.Name,
	ast.Split.Name, ast.SplitN.Name, ast.YAMLUnmarshal.Name,
}

func init() {
	bound(ast.Sprintf.Name, func(operands []*ast.Term) bool {
		format, isText := operands[0].Value.(ast.String)
		return !isText || len(format)+strings.Count(string(format), "%")*(sizeOf(operands[1], longestText)+width(string(format))) <= longestText
	})
	bound(ast.InternalTemplateString.Name, func(operands []*ast.Term) bool {
		return sizeOf(operands[0], longestText) <= longestText
	})
	for _, name := range takeApart {
		bound(name, func(operands []*ast.Term) bool {
			return !slices.ContainsFunc(operands, func(operand *ast.Term) bool {
				text, isText := operand.Value.(ast.String)
				return isText && len(text) > longestText
			})
		})
	}
}

// bound has a builtin refuse operands that do not fit.
func bound(name string, fits func(operands []*ast.Term) bool) {
	inner := topdown.GetBuiltin(name)
	topdown.RegisterBuiltinFunc(name, func(bctx topdown.BuiltinContext, operands []*ast.Term, iter func(*ast.Term) error) error {
		if !fits(operands) {
			return builtins.NewOperandErr(1, "%v", errText)
		}
		return inner(bctx, operands, iter)
	})
}

// width is the widest that a verb of a format may ask for.
func width(format string) int {
	if strings.Contains(format, "*") {
		return longestText
	}
	widest := 0
	for digits := range strings.FieldsFuncSeq(format, func(r rune) bool { return r < '0' || r > '9' }) {
		n, err := strconv.Atoi(digits)
		if err != nil {
			return longestText
		}
		widest = max(widest, min(n, longestText))
	}
	return widest
}

// sizeOf returns about how many bytes a term is when written out, or more than most. A term may hold another many times over,
// so that one of a few bytes is written in as many as there are atoms.
func sizeOf(term *ast.Term, most int) int {
	size := 0
	add := func(child *ast.Term) bool {
		size += 2 + sizeOf(child, most-size)
		return size > most
	}
	switch value := term.Value.(type) {
	case ast.String:
		return len(value)
	case ast.Number:
		return len(value)
	case *ast.Array:
		value.Until(add)
	case ast.Set:
		value.Until(add)
	case ast.Object:
		value.Until(func(key, child *ast.Term) bool { return add(key) || add(child) })
	default:
		return len(fmt.Sprintf("%.5s", value))
	}
	return size
}
