package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
)

type junitReport struct {
	XMLName xml.Name `xml:"testsuites"`
	Name    string   `xml:"name,attr"`
	junitCounts
	Suites []*junitSuite `xml:"testsuite"`
}

type junitCounts struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Skipped  int `xml:"skipped,attr"`
}

type junitSuite struct {
	Name string `xml:"name,attr"`
	junitCounts
	File  string       `xml:"file,attr,omitempty"`
	Cases []*junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string       `xml:"classname,attr"`
	Name    string       `xml:"name,attr"`
	File    string       `xml:"file,attr,omitempty"`
	Line    int          `xml:"line,attr,omitempty"`
	Failure *junitResult `xml:"failure"`
	Error   *junitResult `xml:"error"`
	Skipped *junitResult `xml:"skipped"`
}

type junitResult struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",innerxml"`
}

// JUnit writes the report as the result of tests, one suite a file. A finding that fails the run is a failed test, any
// other and one that is waived a skipped test, with the reason; what was not read or not decided is a test with an error;
// a Redis that nothing was found in is a test that passed. So a CI system shows failures when redislint ends with 1.
func JUnit(w io.Writer, r Report) error {
	out := junitWriter{report: r, suites: map[string]*junitSuite{}, names: map[[3]string]int{}}
	for _, f := range r.Findings {
		out.finding(f)
	}
	for _, e := range r.Errors {
		out.add(e.File, junitCase{
			Class: notRead, Name: Visible(cmp.Or(e.File, "input")), Line: r.at(start(e.Line)).Line,
			Error: &junitResult{Message: Visible(e.Message), Type: notRead},
		})
	}
	for _, u := range r.Undecided {
		file, at := r.written(u.Redis)
		out.add(file, junitCase{
			Class: Visible(cmp.Or(u.Rule, undecided)), Name: Visible(cmp.Or(u.Redis, "every Redis")), Line: r.at(at).Line,
			Error: &junitResult{Message: Visible(u.Reason), Type: undecided},
		})
	}
	out.passed()
	for _, s := range out.all.Suites {
		out.all.sum(s.junitCounts)
	}
	out.all.Name = "redislint"

	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(out.all); err != nil {
		return fmt.Errorf("encode XML: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

type junitWriter struct {
	report Report
	all    junitReport
	suites map[string]*junitSuite // by file
	names  map[[3]string]int      // how many tests of a file have a class and name
}

func (j *junitWriter) finding(f rules.Finding) {
	name := cmp.Or(objectName(f.Object), f.Redis, f.Rule.ID)
	if key := [3]string{f.Place.File(), f.Rule.ID, name}; j.names[key] > 0 && len(f.Path) > 0 {
		name += " " + f.Path.Pointer()
	}
	c := junitCase{Class: Visible(f.Rule.ID), Name: Visible(name), Line: j.report.at(f.Position).Line}
	result := &junitResult{
		Message: Visible(cmp.Or(f.Message, f.Rule.Title)), Type: Visible(string(f.Severity)),
		Text: charData("\n" + Visible(j.report.place(f.Place)) + "\n" + annotated(j.report, f) + "\n"),
	}
	switch {
	case f.Suppressed != nil:
		result.Message = "suppressed: " + Visible(reason(*f.Suppressed))
		c.Skipped = result
	case j.report.fails(f):
		c.Failure = result
	default:
		result.Message = Visible(string(f.Severity)) + ": " + result.Message
		c.Skipped = result
	}
	j.add(f.Place.File(), c)
}

// add gives a test a name that no other of its file has: GitLab shows one of those that share it.
func (j *junitWriter) add(file string, c junitCase) {
	key := [3]string{file, c.Class, c.Name}
	if j.names[key]++; j.names[key] > 1 {
		c.Name = fmt.Sprintf("%s (%d)", c.Name, j.names[key])
	}
	suite := j.suites[file]
	if suite == nil {
		name := Visible(j.report.file(file))
		suite = &junitSuite{Name: cmp.Or(name, "redislint"), File: name}
		j.suites[file] = suite
		j.all.Suites = append(j.all.Suites, suite)
	}
	if file != "" {
		c.File = suite.File
		c.Line = max(c.Line, 1)
	}
	suite.Cases = append(suite.Cases, &c)
	counts := junitCounts{Tests: 1}
	switch {
	case c.Failure != nil:
		counts.Failures = 1
	case c.Error != nil:
		counts.Errors = 1
	case c.Skipped != nil:
		counts.Skipped = 1
	}
	suite.sum(counts)
}

func (c *junitCounts) sum(more junitCounts) {
	c.Tests += more.Tests
	c.Failures += more.Failures
	c.Errors += more.Errors
	c.Skipped += more.Skipped
}

// passed adds a test for each Redis that nothing is told of. A report without any test fails a build in Jenkins.
func (j *junitWriter) passed() {
	told := map[string]bool{}
	for _, f := range j.report.Findings {
		told[f.Redis] = true
	}
	for _, u := range j.report.Undecided {
		told[u.Redis] = true
	}
	for _, redis := range j.report.Redis {
		name := redis.FullName()
		if told[name] {
			continue
		}
		var file string
		var at manifest.Position
		if len(redis.Objects) > 0 {
			file, at = redis.Objects[0].File, redis.Objects[0].Locate(nil)
		}
		j.add(file, junitCase{Class: "redislint", Name: Visible(name), Line: j.report.at(at).Line})
	}
	if len(j.all.Suites) == 0 {
		j.add("", junitCase{Class: "redislint", Name: "no Redis recognised", Skipped: &junitResult{Message: "no Redis recognised"}})
	}
}

// charData is a text of several lines between tags.
func charData(text string) string {
	var b strings.Builder
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		_ = xml.EscapeText(&b, []byte(Visible(line))) // a Builder takes everything
	}
	return b.String()
}
