package manifest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// syntaxError is why a document cannot be read. Its line is 1-based within the document.
type syntaxError struct {
	line    int
	message string
}

func (e *syntaxError) Error() string { return e.message }

func tooDeep(levels int) string {
	return fmt.Sprintf("document nests deeper than %d levels (--max-depth)", levels)
}

var errorLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// parserProblems begin the messages whose line yaml.v3 counts from 0: those of its parser, not its scanner.
var parserProblems = regexp.MustCompile(`^(did not find expected (key|'-' indicator|',' or|node content|<)|found (undefined|duplicate|incompatible))`)

// yamlError says in our words, and with the right line, what yaml.v3 found.
func yamlError(text string, err error, maxDepth int) error {
	message := err.Error()
	line := 1
	if m := errorLine.FindStringSubmatch(message); m != nil {
		message = message[len(m[0]):]
		if n, err := strconv.Atoi(m[1]); err == nil {
			line = n
			if parserProblems.MatchString(message) {
				line++
			}
		}
	}
	line = min(line, 1+strings.Count(text, "\n"))
	switch {
	case strings.HasPrefix(message, "exceeded max depth"):
		return &syntaxError{line: line, message: tooDeep(maxDepth)}
	case message == "control characters are not allowed":
		line = 1 + strings.Count(text[:controlCharacter(text)], "\n")
	}
	return &syntaxError{line: line, message: "not valid YAML: " + message}
}

// controlCharacter returns the offset of the first character that YAML does not allow, or the text's size.
func controlCharacter(text string) int {
	for i, r := range text {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r >= 0x7f && r < 0xa0 && r != 0x85 || r == 0xfffe || r == 0xffff {
			return i
		}
	}
	return len(text)
}
