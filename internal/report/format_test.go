package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jstemmer/go-junit-report/v2/junit"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/redislint/redislint/internal/fixture"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
)

// written is a report in a format, by the format's name.
func written(t *testing.T, name string, r Report) string {
	t.Helper()
	for _, format := range Formats() {
		if format.Name != name {
			continue
		}
		var out bytes.Buffer
		if err := format.Write(&out, r, TextOptions{}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return out.String()
	}
	t.Fatalf("there is no format %s", name)
	return ""
}

func TestFormats(t *testing.T) {
	t.Parallel()
	for _, format := range Formats() {
		t.Run(format.Name, func(t *testing.T) {
			t.Parallel()
			for name, report := range map[string]Report{"report": sample(t), "report-empty": {}, "report-hostile": hostile(t)} {
				text := written(t, format.Name, report)
				if !slices.Contains([]string{TextFormat, "json", "html"}, format.Name) { // which have tests of their own
					fixture.Golden(t, "testdata/"+name+"."+format.Name, []byte(text))
				}
				if i := strings.IndexFunc(text, func(r rune) bool { return r != '\n' && r != '\t' && !showable(r) }); i >= 0 {
					t.Errorf("%s: byte %d is one that a terminal obeys: %q", name, i, text[i:min(i+20, len(text))])
				}
				if strings.Contains(text, "##vso[") || strings.Contains(text, "\n::error file=a::") {
					t.Errorf("%s holds what a runner obeys", name)
				}
			}
			if err := format.Write(fullDisk{}, sample(t), TextOptions{}); !errors.Is(err, errFull) {
				t.Errorf("on a full disk: got error %v", err)
			}
		})
	}
}

func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile("testdata/sarif/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// sarifResults are the parts of a log that GitHub needs.
type sarifResults struct {
	Runs []struct {
		Tool struct {
			Driver struct {
				Rules []struct{ ID string }
			}
		}
		Results []struct {
			RuleID              string
			RuleIndex           *int
			Message             struct{ Text string }
			Locations           []sarifPlace
			RelatedLocations    []sarifPlace
			PartialFingerprints map[string]string
		}
	}
}

type sarifPlace struct {
	ID               int
	PhysicalLocation struct {
		ArtifactLocation struct{ URI string }
		Region           struct{ StartLine, StartColumn, EndLine, EndColumn int }
	}
}

func TestSARIFIsWhatTheSchemaAndGitHubAskFor(t *testing.T) {
	t.Parallel()
	schema := sarifSchema(t)
	for name, report := range map[string]Report{"a full report": sample(t), "an empty report": {}, "names that would attack": hostile(t)} {
		text := written(t, "sarif", report)
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(document); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if strings.Contains(text, `": ""`) {
			t.Errorf("%s holds an empty string", name)
		}
		var log sarifResults
		if err := json.Unmarshal([]byte(text), &log); err != nil {
			t.Fatal(err)
		}
		run := log.Runs[0]
		if len(run.Results) != len(report.Findings) {
			t.Errorf("%s: %d results of %d findings", name, len(run.Results), len(report.Findings))
		}
		for i, result := range run.Results {
			if index := result.RuleIndex; index == nil || run.Tool.Driver.Rules[*index].ID != result.RuleID {
				t.Errorf("%s: result %d of %s has another rule's index", name, i, result.RuleID)
			}
			places := slices.Concat(result.Locations, result.RelatedLocations)
			if len(result.Locations) != 1 {
				t.Errorf("%s: result %d has %d locations", name, i, len(result.Locations))
			}
			for _, place := range places {
				at := place.PhysicalLocation
				file, err := url.Parse(at.ArtifactLocation.URI)
				if err != nil || file.IsAbs() || file.Host != "" || file.Path == "" {
					t.Errorf("%s: %q is no relative URI (%v)", name, at.ArtifactLocation.URI, err)
				}
				if r := at.Region; r.StartLine < 1 || r.StartColumn < 1 || r.EndLine < r.StartLine || r.EndColumn < 1 {
					t.Errorf("%s: result %d has the region %+v", name, i, r)
				}
			}
			for _, link := range regexp.MustCompile(`\]\((.*?)\)`).FindAllStringSubmatch(result.Message.Text, -1) {
				if !regexp.MustCompile(`^[1-9]$`).MatchString(link[1]) {
					t.Errorf("%s: result %d links to %s", name, i, link[1])
				}
			}
		}
	}
}

func TestSARIFNamesFilesAsTheRepositoryDoes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		base       Base
		file, want string
	}{
		"the root is not known":         {Base{}, "a/b.yaml", "a/b.yaml"},
		"redislint runs in the root":    {Base{"/repo", "/repo"}, "a/b.yaml", "a/b.yaml"},
		"redislint runs below the root": {Base{"/repo", "/repo/deploy"}, "b.yaml", "deploy/b.yaml"},
		"a file above the folder":       {Base{"/repo", "/repo/deploy"}, "../b.yaml", "b.yaml"},
		"an absolute name":              {Base{"/repo", "/repo/deploy"}, "/repo/a/b.yaml", "a/b.yaml"},
		"a file outside":                {Base{"/repo", "/repo/deploy"}, "../../b.yaml", "../../b.yaml"},
		"an absolute name outside":      {Base{"/repo", "/repo"}, "/tmp/b c.yaml", "file:///tmp/b%20c.yaml"},
		"a name like an address":        {Base{}, "file:/x", "file%3A/x"},
		"a name that is not UTF-8":      {Base{}, "\xff%.yaml", "%FF%25.yaml"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := uri(test.base.name(test.file)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// commandLine is a line as GitHub's runner takes it apart (ActionCommand.TryParseV2).
func commandLine(t *testing.T, line string) (properties map[string]string, data string) {
	t.Helper()
	rest, found := strings.CutPrefix(line, "::")
	head, data, closed := strings.Cut(rest, "::")
	_, list, _ := strings.Cut(head, " ")
	if !found || !closed {
		t.Errorf("not a command: %q", line)
	}
	unescape := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
	properties = map[string]string{}
	for pair := range strings.SplitSeq(list, ",") {
		key, value, _ := strings.Cut(pair, "=")
		properties[key] = unescape.Replace(value)
	}
	return properties, unescape.Replace(data)
}

func TestGitHubReadsWhatWasWritten(t *testing.T) {
	t.Parallel()
	report := hostile(t)
	lines := strings.Split(strings.TrimSuffix(written(t, GitHubFormat, report), "\n"), "\n")
	properties, data := commandLine(t, lines[0])
	want := map[string]string{
		"file": Visible(hostileName + ".yaml"), "line": "3", "col": "9", "endLine": "3", "endColumn": "12", "title": "sentinel-too-few",
	}
	if diff := cmp.Diff(want, properties); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if !strings.HasPrefix(data, Visible(hostileName)) {
		t.Errorf("the message is %q", data)
	}
	for _, line := range lines {
		properties, _ := commandLine(t, line)
		for key := range properties {
			if !slices.Contains([]string{"file", "line", "col", "endLine", "endColumn", "title"}, key) {
				t.Errorf("a property %s in %q", key, line)
			}
		}
	}
}

func TestStepSummary(t *testing.T) {
	t.Parallel()
	for name, report := range map[string]Report{"summary": sample(t), "summary-hostile": hostile(t)} {
		var out bytes.Buffer
		if err := StepSummary(&out, report, 1<<20); err != nil {
			t.Fatal(err)
		}
		fixture.Golden(t, "testdata/"+name+".md", out.Bytes())
		for line := range strings.Lines(out.String()) {
			if strings.HasPrefix(line, "|") && strings.Count(line, "|") != 5 {
				t.Errorf("%s: a row with a cell too many: %s", name, line)
			}
			if strings.ContainsAny(line, "<>`@") {
				t.Errorf("%s: markup in %s", name, line)
			}
		}
	}
	many := sample(t)
	for range 12 {
		many.Findings = append(many.Findings, many.Findings...)
	}
	var whole, cut, none bytes.Buffer
	for out, limit := range map[*bytes.Buffer]int{&whole: 1 << 30, &cut: 1 << 12, &none: 10} {
		if err := StepSummary(out, many, limit); err != nil || out.Len() > limit {
			t.Errorf("%d bytes where %d have room (%v)", out.Len(), limit, err)
		}
	}
	if whole.Len() < 1<<20 || cut.Len() < 1<<11 || !strings.Contains(cut.String(), "more findings") {
		t.Errorf("%d bytes without and %d with a limit:\n%s", whole.Len(), cut.Len(), cut.String())
	}
}

func TestJUnitReadsWhatWasWritten(t *testing.T) {
	t.Parallel()
	for name, report := range map[string]Report{"a full report": sample(t), "names that would attack": hostile(t)} {
		var suites junit.Testsuites
		if err := xml.Unmarshal([]byte(written(t, "junit", report)), &suites); err != nil {
			t.Fatal(err)
		}
		failed, unique := 0, map[string]bool{}
		for _, f := range report.Findings {
			if report.fails(f) {
				failed++
			}
		}
		tests, failures, errors, skipped := 0, 0, 0, 0
		for _, suite := range suites.Suites {
			for _, c := range suite.Testcases {
				id := suite.Name + "\x00" + c.Classname + "\x00" + c.Name
				if unique[id] {
					t.Errorf("%s: two tests are called %q", name, id)
				}
				unique[id] = true
			}
			tests, failures, errors, skipped = tests+len(suite.Testcases), failures+suite.Failures, errors+suite.Errors, skipped+suite.Skipped
		}
		want := [4]int{suites.Tests, failed, len(report.Errors) + len(report.Undecided), suites.Skipped}
		if got := [4]int{tests, failures, errors, skipped}; got != want {
			t.Errorf("%s: tests, failures, errors and skipped are %v, want %v", name, got, want)
		}
	}
	var suites junit.Testsuites
	if err := xml.Unmarshal([]byte(written(t, "junit", hostile(t))), &suites); err != nil {
		t.Fatal(err)
	}
	if got, want := suites.Suites[0].Testcases[0].Name, Visible(hostileName+" "+hostileName); got != want {
		t.Errorf("a test is called\n%s, want\n%s", got, want)
	}
}

func TestCodeQualityReadsWhatWasWritten(t *testing.T) {
	t.Parallel()
	var problems []codeProblem
	if err := json.Unmarshal([]byte(written(t, "codequality", hostile(t))), &problems); err != nil {
		t.Fatal(err)
	}
	want := strings.ToValidUTF8(hostileName, "\ufffd") + ".yaml"
	if len(problems) == 0 || problems[0].Location.Path != want {
		t.Errorf("got %+v, want the path %q first", problems, want)
	}
	prints := map[string]bool{}
	if err := json.Unmarshal([]byte(written(t, "codequality", sample(t))), &problems); err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if prints[p.Fingerprint] || p.Location.Path == "" || p.Location.Lines.Begin < 1 {
			t.Errorf("GitLab would drop %+v", p)
		}
		prints[p.Fingerprint] = true
	}
	if written(t, "codequality", Report{}) != "[]\n" {
		t.Error("no findings are no empty list")
	}
}

func TestWhatIsOfLittleWeightIsToldInShort(t *testing.T) {
	t.Parallel()
	many := sample(t)
	for _, f := range many.Findings {
		if f.Severity == rules.Info {
			for range 20 {
				many.Findings = append(many.Findings, f)
			}
		}
	}
	tests := map[string]struct {
		report  Report
		options TextOptions
		golden  string
	}{
		"info":                       {sample(t), TextOptions{MinSeverity: rules.Warning}, "text-fold.txt"},
		"many, in colour":            {many, TextOptions{MinSeverity: rules.Warning, Color: true, Quiet: true}, "text-fold-many.txt"},
		"warnings too":               {many, TextOptions{MinSeverity: rules.Error, Width: 60}, "text-fold-narrow.txt"},
		"names that would attack":    {hostile(t), TextOptions{MinSeverity: rules.Error}, "text-fold-hostile.txt"},
		"no finding is of no weight": {sample(t), TextOptions{MinSeverity: rules.Info}, "text.txt"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			if err := Text(&out, test.report, test.options); err != nil {
				t.Fatal(err)
			}
			fixture.Golden(t, "testdata/"+test.golden, out.Bytes())
		})
	}
}

// What is audited in a cluster has no lines that anyone could look up.
func TestFormatsOfACluster(t *testing.T) {
	t.Parallel()
	report := sample(t)
	report.Cluster = &Cluster{Name: "context prod"}
	report.Base = Base{Root: "/repo", Folder: "/repo/deploy"}
	for i := range report.Findings {
		if object := report.Findings[i].Object; object != nil {
			object.File = objectName(object)
		}
	}
	for name, want := range map[string]string{
		"github":      "::error file=StatefulSet shop/redis,title=sentinel-too-few::",
		"junit":       `name="StatefulSet shop/redis" file="StatefulSet shop/redis" line="1"`,
		"codequality": `"path": "StatefulSet shop/redis"`,
		"sarif":       `"uri": "StatefulSet%20shop/redis"`,
	} {
		text := written(t, name, report)
		if !strings.Contains(text, want) {
			t.Errorf("%s: no %s in\n%s", name, want, text)
		}
		if strings.Contains(text, "deploy/StatefulSet") || strings.Contains(text, `"startLine": 9`) || strings.Contains(text, "line=9") {
			t.Errorf("%s tells of a file that is none:\n%s", name, text)
		}
	}
}

func FuzzFormats(f *testing.F) {
	f.Add(hostileName)
	f.Add("]]>\x00\ufffe\U0010ffff")
	f.Add("%0A::error::\r\n{0} [x](1)")
	f.Add("../../file://[::1]/a%")
	f.Fuzz(func(t *testing.T, name string) {
		object := &manifest.Object{Kind: name, Namespace: name, Name: name}
		in := manifest.Plain(name, name)
		finding := rules.Finding{
			Rule: sentinelTooFew, Severity: rules.Error, Message: name, Redis: name,
			Place:   rules.Place{Object: object, In: in, Position: manifest.Position{Line: 1, Column: 1}, Values: &rules.Values{Key: name}},
			Related: []rules.Related{{Place: rules.Place{Object: object, In: in}, Message: name}},
		}
		report := Report{
			Findings: []rules.Finding{finding}, FailOn: rules.Error,
			Undecided: []rules.Undecided{{Rule: name, Redis: name, Reason: name}},
			Errors:    []manifest.Error{{File: name, Message: name}},
		}
		var suites junit.Testsuites
		if err := xml.Unmarshal([]byte(written(t, "junit", report)), &suites); err != nil {
			t.Errorf("JUnit: %v", err)
		}
		if suites.Failures != 1 || suites.Errors != 2 {
			t.Errorf("JUnit: %d failures and %d errors", suites.Failures, suites.Errors)
		}
		var log sarifResults
		if err := json.Unmarshal([]byte(written(t, "sarif", report)), &log); err != nil {
			t.Errorf("SARIF: %v", err)
		}
		result := log.Runs[0].Results[0]
		file, err := url.Parse(result.Locations[0].PhysicalLocation.ArtifactLocation.URI)
		if err != nil || file.Host != "" || file.Scheme != "" && file.Scheme != "file" {
			t.Errorf("SARIF: %q is no relative URI (%v)", result.Locations[0].PhysicalLocation.ArtifactLocation.URI, err)
		}
		if links := strings.Count(result.Message.Text, "]("); links != 1 {
			t.Errorf("SARIF: %d links in %q", links, result.Message.Text)
		}
		lines := strings.Split(strings.TrimSuffix(written(t, GitHubFormat, report), "\n"), "\n")
		if len(lines) != 4 {
			t.Errorf("GitHub: %d commands: %q", len(lines), lines)
		}
		for _, line := range lines {
			if properties, _ := commandLine(t, line); properties["title"] == "" {
				t.Errorf("GitHub: no title in %q", line)
			}
		}
	})
}
