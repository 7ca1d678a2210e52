package manifest

import (
	"fmt"
	"strconv"
	"strings"
)

// Path leads from an object's root to a value. Segments are decoded; an item of a sequence is its index in decimal.
type Path []string

var (
	escapePointer   = strings.NewReplacer("~", "~0", "/", "~1")
	unescapePointer = strings.NewReplacer("~1", "/", "~0", "~")
)

// Pointer writes the path as a JSON pointer (RFC 6901).
func (p Path) Pointer() string {
	var b strings.Builder
	for _, segment := range p {
		b.WriteByte('/')
		_, _ = escapePointer.WriteString(&b, segment)
	}
	return b.String()
}

// ParsePointer reads a JSON pointer (RFC 6901).
func ParsePointer(pointer string) (Path, error) {
	if pointer == "" {
		return nil, nil
	}
	if pointer[0] != '/' {
		return nil, fmt.Errorf("parse JSON pointer %q: no leading slash", pointer)
	}
	path := Path(strings.Split(pointer[1:], "/"))
	for i, segment := range path {
		for rest := segment; ; {
			_, after, found := strings.Cut(rest, "~")
			if !found {
				break
			}
			if after == "" || after[0] != '0' && after[0] != '1' {
				return nil, fmt.Errorf("parse JSON pointer %q: ~ must be followed by 0 or 1", pointer)
			}
			rest = after
		}
		path[i] = unescapePointer.Replace(segment)
	}
	return path, nil
}

// itemIndex reads a segment as an index in a sequence; anything but plain decimal is -1.
func itemIndex(segment string) int {
	if segment == "" || segment[0] < '0' || segment[0] > '9' || segment[0] == '0' && len(segment) > 1 {
		return -1
	}
	i, err := strconv.Atoi(segment)
	if err != nil {
		return -1
	}
	return i
}
