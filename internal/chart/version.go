package chart

import (
	"slices"
	"strconv"
	"strings"
)

// version returns the version that a constraint means: itself when it is one of a known major version, the newest known
// that it allows, or the newest of all. assumed is true when the constraint allows none that is known.
func (c chart) version(asked string) (version string, assumed bool) {
	asked = strings.TrimPrefix(strings.TrimSpace(asked), "v")
	newest := c.versions[len(c.versions)-1]
	if asked == "" || asked == "latest" {
		return newest, true
	}
	if v, ok := parseVersion(asked); ok && v.parts == 3 {
		if v.number[0] > numberOf(newest).number[0] {
			return newest, true
		}
		return asked, false
	}
	for _, known := range slices.Backward(c.versions) {
		if allows(asked, numberOf(known)) {
			return known, false
		}
	}
	return newest, true
}

// major is the major version whose facts hold for a version of the chart.
func (c chart) major(version string) int {
	return max(numberOf(version).number[0], numberOf(c.versions[0]).number[0])
}

// semver is a version, or the beginning of one.
type semver struct {
	number [3]int
	parts  int // how many numbers were given
}

func numberOf(version string) semver {
	v, _ := parseVersion(version)
	return v
}

// parseVersion reads 1, 1.2, 1.2.3, 1.2.3-beta and 1.x.
func parseVersion(text string) (v semver, ok bool) {
	text, _, _ = strings.Cut(strings.TrimPrefix(text, "v"), "+")
	text, _, _ = strings.Cut(text, "-")
	for part := range strings.SplitSeq(text, ".") {
		n, err := strconv.ParseUint(part, 10, 31)
		switch {
		case part == "x" || part == "X" || part == "*":
			return v, true
		case err != nil || v.parts == len(v.number):
			return semver{}, false
		}
		v.number[v.parts] = int(n)
		v.parts++
	}
	return v, true
}

// allows reports whether a constraint, as helm reads it, allows a version: comparisons that hold together, alternatives
// with || between. A constraint that cannot be read allows nothing.
func allows(constraint string, v semver) bool {
	for alternative := range strings.SplitSeq(constraint, "||") {
		if low, high, ok := strings.Cut(alternative, " - "); ok {
			alternative = ">=" + strings.TrimSpace(low) + " <=" + strings.TrimSpace(high)
		}
		terms := strings.FieldsFunc(joinOperators(alternative), func(r rune) bool { return r == ' ' || r == ',' })
		if len(terms) > 0 && !slices.ContainsFunc(terms, func(term string) bool { return !holds(term, v) }) {
			return true
		}
	}
	return false
}

// joinOperators takes the blanks out between an operator and its version.
func joinOperators(text string) string {
	for _, operator := range []string{"=", ">", "<", "~", "^"} {
		for strings.Contains(text, operator+" ") {
			text = strings.ReplaceAll(text, operator+" ", operator)
		}
	}
	return text
}

// holds reports whether a version meets one comparison.
func holds(term string, v semver) bool {
	text := strings.TrimLeft(term, "=<>!~^")
	operator := term[:len(term)-len(text)]
	limit, ok := parseVersion(text)
	if !ok {
		return false
	}
	order := slices.Compare(v.number[:], limit.number[:])
	within := slices.Equal(v.number[:limit.parts], limit.number[:limit.parts])
	switch operator {
	case "", "=":
		return within
	case "!=":
		return !within
	case ">":
		return order > 0 && !within
	case ">=", "=>":
		return order >= 0
	case "<":
		return order < 0
	case "<=", "=<":
		return order <= 0 || within
	case "~", "~>":
		depth := min(limit.parts, 2)
		return order >= 0 && slices.Equal(v.number[:depth], limit.number[:depth])
	case "^":
		depth := 1
		for depth < limit.parts && limit.number[depth-1] == 0 {
			depth++
		}
		return order >= 0 && slices.Equal(v.number[:min(depth, limit.parts)], limit.number[:min(depth, limit.parts)])
	default:
		return false
	}
}
