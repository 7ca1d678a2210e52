package manifest

import (
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// syntaxError is why a document cannot be read. Its line is 1-based within the document.
type syntaxError struct {
	line    int
	message string
}

func (e *syntaxError) Error() string { return e.message }

// errorAt makes a syntaxError of an offset.
func errorAt(text string, at int, message string) *syntaxError {
	return &syntaxError{line: 1 + strings.Count(text[:at], "\n"), message: message}
}

func tooDeep(levels int) string {
	return fmt.Sprintf("document nests deeper than %d levels (--max-depth)", levels)
}

// describe says in our words, and with the right line, what yaml.v3 found.
func (p *parser) describe(text string, problem error) *syntaxError {
	message, line := splitProblem(problem)
	if len(text) <= maxProblemBytes {
		line = problemLine(text, message)
	}
	line = min(line, 1+strings.Count(strings.TrimSpace(text), "\n"))
	if strings.HasPrefix(message, "exceeded max depth") {
		return &syntaxError{line: line, message: tooDeep(p.maxDepth)}
	}
	return &syntaxError{line: line, message: "not valid YAML: " + message}
}

var problemPrefix = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// splitProblem takes yaml.v3's line, which is 1 when it gives none, off its message.
func splitProblem(problem error) (message string, line int) {
	message = problem.Error()
	m := problemPrefix.FindStringSubmatch(message)
	if m == nil {
		return message, 1
	}
	line, err := strconv.Atoi(m[1])
	if err != nil {
		line = 1
	}
	return message[len(m[0]):], line
}

// maxProblemBytes keeps the search for a problem's line cheap; in a larger document yaml.v3's own line must do.
const maxProblemBytes = 256 << 10

// problemLine returns the first line up to which a text has the same problem as the whole. yaml.v3 itself names the line
// on which the surrounding map or list began, or one beside it, or none.
func problemLine(text, message string) int {
	ends := []int{0}
	for end := 0; end < len(text); {
		end += lineSize(text[end:])
		ends = append(ends, end)
	}
	return sort.Search(len(ends)-1, func(lines int) bool {
		_, err := decodeYAML(strings.NewReader(text[:ends[lines]]))
		if err == nil {
			return false
		}
		found, _ := splitProblem(err)
		return found == message
	})
}
