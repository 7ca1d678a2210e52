package rules

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Read makes a value, which may be a string as on a command line, one of the parameter's type. It reports false for a
// value that is none.
func (p Param) Read(value any) (any, bool) {
	want, _ := typeOf(p.Default) // cannot fail: the loader did the same
	return want.convert(value)
}

// paramType is the type of a parameter, taken from its default, in the words of an error message.
type paramType string

const (
	integer paramType = "an integer"
	text    paramType = "a string"
	flag    paramType = "true or false"

	integers paramType = "a list of integers"
	texts    paramType = "a list of strings"
	flags    paramType = "a list of true and false"
)

var listOf = map[paramType]paramType{integer: integers, text: texts, flag: flags}

// typeOf names the type of a default. An empty list is a list of strings.
func typeOf(value any) (paramType, error) {
	switch value := value.(type) {
	case nil:
		return "", errors.New("no default")
	case int:
		return integer, nil
	case string:
		return text, nil
	case bool:
		return flag, nil
	case []any:
		list := texts
		for i, item := range value {
			t, err := typeOf(item)
			if err != nil || listOf[t] == "" || i > 0 && listOf[t] != list {
				return "", errors.New("a default that is a list of mixed types")
			}
			list = listOf[t]
		}
		return list, nil
	default:
		return "", fmt.Errorf("a default of type %T, which no parameter can have", value)
	}
}

// convert makes a user's value one of the type. A string is read as on a command line, where commas part the items of a
// list; anything else must have the type already.
func (t paramType) convert(value any) (any, bool) {
	switch t {
	case text:
		s, ok := value.(string)
		return s, ok
	case integer:
		return toInt(value)
	case flag:
		if s, ok := value.(string); ok {
			return s == "true", s == "true" || s == "false"
		}
		b, ok := value.(bool)
		return b, ok
	case integers:
		return integer.convertAll(value)
	case texts:
		return text.convertAll(value)
	case flags:
		return flag.convertAll(value)
	default:
		return nil, false
	}
}

// convertAll makes a list of the type.
func (t paramType) convertAll(value any) (any, bool) {
	items := []any{}
	switch value := value.(type) {
	case []any:
		items = append(items, value...)
	case []string:
		for _, item := range value {
			items = append(items, item)
		}
	case string:
		for item := range strings.SplitSeq(value, ",") {
			if item = strings.TrimSpace(item); item != "" {
				items = append(items, item)
			}
		}
	default:
		return nil, false
	}
	for i, item := range items {
		converted, ok := t.convert(item)
		if !ok {
			return nil, false
		}
		items[i] = converted
	}
	return items, true
}

func toInt(value any) (int, bool) {
	switch value := value.(type) {
	case int:
		return value, true
	case int64:
		return int(value), int64(int(value)) == value
	case float64: // how JSON decodes any number
		return int(value), float64(int(value)) == value
	case string:
		i, err := strconv.Atoi(value)
		return i, err == nil
	}
	return 0, false
}
