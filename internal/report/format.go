package report

import "io"

// Format is one way to write a report.
type Format struct {
	Name  string
	About string // whom it is for, in a few words
	write func(w io.Writer, r Report, opts TextOptions) error
}

// Write writes the report. The options matter to text alone.
func (f Format) Write(w io.Writer, r Report, opts TextOptions) error { return f.write(w, r, opts) }

// The formats by name, which the command line treats specially.
const (
	TextFormat   = "text"
	GitHubFormat = "github"
)

// Formats returns all formats, in the order that people look for them. A further one is one line here.
func Formats() []Format {
	return []Format{
		{TextFormat, "for people", Text},
		{"json", "for programs; stable", plainly(JSON)},
		{"sarif", "for code scanning (2.1.0)", plainly(SARIF)},
		{GitHubFormat, "annotations of GitHub's workflows", plainly(GitHub)},
		{"junit", "for CI systems that show tests", plainly(JUnit)},
		{"codequality", "for GitLab", plainly(CodeQuality)},
		{"html", "one page with pictures, to be kept or sent", plainly(HTML)},
	}
}

// plainly is for a format that has no options.
func plainly(write func(io.Writer, Report) error) func(io.Writer, Report, TextOptions) error {
	return func(w io.Writer, r Report, _ TextOptions) error { return write(w, r) }
}
