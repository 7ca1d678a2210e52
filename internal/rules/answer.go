package rules

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// answer is an element of a rule's findings, or of the related places of one.
type answer struct {
	at, message string

	// The rest is for findings only.
	owner    string
	severity Severity // "" for the rule's
	related  []answer
	fixes    []fixed
}

func decode(term *ast.Term) (answer, error) {
	a, rest, err := decodePlace(term)
	if err != nil {
		return a, err
	}
	for _, key := range slices.Sorted(maps.Keys(rest)) {
		value := rest[key]
		switch key {
		case "owner":
			a.owner, err = decodeString(key, value)
		case "severity":
			var severity string
			severity, err = decodeString(key, value)
			a.severity = Severity(severity)
		case "related":
			a.related, err = decodeRelated(value)
		case "fixes":
			a.fixes, err = decodeFixes(value)
		default:
			err = fmt.Errorf("has a key %q, which means nothing", key)
		}
		if err != nil {
			return a, err
		}
	}
	return a, nil
}

// decodePlace reads at and message and returns the other keys.
func decodePlace(term *ast.Term) (a answer, rest map[string]*ast.Term, err error) {
	if _, isObject := term.Value.(ast.Object); !isObject {
		return a, nil, errors.New(`is not an object {"at": …, "message": …}`)
	}
	values, err := decodeObject(term)
	if err != nil {
		return a, nil, err
	}
	if a.at, err = decodeString("at", values["at"]); err != nil {
		return a, nil, err
	}
	if a.message, err = decodeString("message", values["message"]); err != nil {
		return a, nil, err
	}
	if strings.TrimSpace(a.message) == "" {
		return a, nil, errors.New("has an empty message")
	}
	delete(values, "at")
	delete(values, "message")
	return a, values, nil
}

func decodeRelated(value *ast.Term) ([]answer, error) {
	list, isArray := value.Value.(*ast.Array)
	if !isArray {
		return nil, errors.New("has a key related that is not an array")
	}
	related := make([]answer, list.Len())
	for i := range related {
		place, rest, err := decodePlace(list.Elem(i))
		if err == nil && len(rest) > 0 {
			err = fmt.Errorf("has a key %q, which means nothing", slices.Min(slices.Collect(maps.Keys(rest))))
		}
		if err != nil {
			return nil, fmt.Errorf("has a related place that %w", err)
		}
		related[i] = place
	}
	return related, nil
}

func decodeString(key string, value *ast.Term) (string, error) {
	if value == nil {
		return "", fmt.Errorf("has no key %s", key)
	}
	s, isString := value.Value.(ast.String)
	if !isString {
		return "", fmt.Errorf("has a key %s that is not a string", key)
	}
	return string(s), nil
}

// severityOf returns the severity of an answer: the rule's, or a milder one of its own.
func severityOf(a answer, rule *Rule) (Severity, error) {
	switch {
	case a.severity == "":
		return rule.Severity, nil
	case !a.severity.Valid():
		return "", fmt.Errorf("has the severity %q, not error, warning or info", a.severity)
	case !rule.Severity.AtLeast(a.severity):
		return "", fmt.Errorf("has the severity %s, above the rule's %s", a.severity, rule.Severity)
	}
	return a.severity, nil
}
