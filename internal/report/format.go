package report

import "io"

// Format is one way to write a report.
type Format struct {
	Name  string
	About string // whom it is for, in a few words
	// Repairs says whether the format has a place for a Report's Repairs, which take time to find.
	Repairs bool

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
		{TextFormat, "for people", true, Text},
		{"json", "for programs; stable", true, plainly(JSON)},
		{"sarif", "for code scanning (2.1.0)", true, plainly(SARIF)},
		{GitHubFormat, "annotations of GitHub's workflows", false, plainly(GitHub)},
		{"junit", "for CI systems that show tests", false, plainly(JUnit)},
		{"codequality", "for GitLab", false, plainly(CodeQuality)},
		{"html", "one page with pictures, to be kept or sent", false, plainly(HTML)},
	}
}

// plainly is for a format that has no options.
func plainly(write func(io.Writer, Report) error) func(io.Writer, Report, TextOptions) error {
	return func(w io.Writer, r Report, _ TextOptions) error { return write(w, r) }
}
