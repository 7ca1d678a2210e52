package patrol

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	openreports "github.com/openreports/reports-api/apis/openreports.io/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/redislint/redislint/internal/admission"
	"github.com/redislint/redislint/internal/report"
	"github.com/redislint/redislint/internal/rules"
)

// Bounds of one Report. etcd takes objects of up to 1.5 MB.
const (
	MaxResults     = 500
	MaxReportBytes = 256 << 10
	maxMessage     = 1000 // bytes
)

// What a Report says of itself, beside what OpenReports has fields for.
const (
	contentAnnotation = "redislint.dev/content"  // hash of the rest, by which a change is seen
	leftOutAnnotation = "redislint.dev/left-out" // results that the bounds had no room for
	fingerprintKey    = "fingerprint"
)

// content is what a Report says of a namespace. Its results are in the order of their weight.
type content struct {
	summary openreports.ReportSummary // of all
	results []openreports.ReportResult
	leftOut int
	bytes   int // of the results
}

// contentOf makes a Report's content of what was found, in so many bytes at most.
func contentOf(s admission.Standing, room int) content {
	var all []openreports.ReportResult
	for _, f := range s.Findings {
		all = append(all, resultOf(s, f))
	}
	for _, u := range s.Undecided {
		all = append(all, openreports.ReportResult{
			Source: source, Policy: cmp.Or(u.Rule, "redislint"), Result: "error", Severity: "info",
			Description: clip(report.Visible("undecided: "+u.Reason), maxMessage),
			Properties:  map[string]string{"redis": clip(report.Visible(u.Redis), maxMessage)},
		})
	}
	slices.SortStableFunc(all, func(a, b openreports.ReportResult) int { return cmp.Compare(weight(a), weight(b)) })

	var c content
	room = min(room, MaxReportBytes)
	for _, r := range all {
		c.count(r.Result)
		size := sizeOf(r)
		if len(c.results) == MaxResults || c.bytes+size > room || c.leftOut > 0 {
			c.leftOut++
			continue
		}
		c.results = append(c.results, r)
		c.bytes += size
	}
	return c
}

func (c *content) count(r openreports.Result) {
	switch r {
	case "fail":
		c.summary.Fail++
	case "warn":
		c.summary.Warn++
	case "skip":
		c.summary.Skip++
	default:
		c.summary.Error++
	}
}

func weight(r openreports.ReportResult) int {
	return slices.Index([]string{"failhigh", "warnmedium", "errorinfo", "warninfo", "skiphigh", "skipmedium", "skipinfo"}, string(r.Result)+string(r.Severity))
}

func resultOf(s admission.Standing, f rules.Finding) openreports.ReportResult {
	r := openreports.ReportResult{
		Source: source, Policy: f.Rule.ID, Category: f.Rule.Category, Result: "warn", Scored: true,
		Description: clip(report.Visible(f.Message), maxMessage),
		Properties:  map[string]string{fingerprintKey: f.Fingerprint},
	}
	switch f.Severity {
	case rules.Error:
		r.Result, r.Severity = "fail", "high"
	case rules.Warning:
		r.Severity = "medium"
	case rules.Info:
		r.Severity = "info"
	}
	note := func(key, value string) {
		if value != "" {
			r.Properties[key] = clip(report.Visible(value), maxMessage)
		}
	}
	note("fix", f.Rule.Remediation)
	note("redis", f.Redis)
	note("field", f.Path.Pointer())
	note("container", f.Container)
	if f.Suppressed != nil {
		r.Result, r.Scored = "skip", false
		note("waiver", f.Suppressed.Reason)
		note("until", f.Suppressed.Until)
	}
	if f.Object != nil {
		r.Subjects = []corev1.ObjectReference{reference(s, f)}
	}
	return r
}

// sizeOf is what a result takes in etcd, about.
func sizeOf(r openreports.ReportResult) int {
	text, err := json.Marshal(r)
	if err != nil {
		return MaxReportBytes
	}
	return len(text)
}

// hash names the content. It leaves out when things were found.
func (c content) hash() string {
	text, err := json.Marshal([]any{c.summary, c.results, c.leftOut})
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// fill writes the content into a Report. Results that it had keep the time at which they were found.
func (c content) fill(r *openreports.Report, hash string, now time.Time) {
	found := map[string]metav1.Timestamp{}
	for _, old := range r.Results {
		found[identity(old)] = old.Timestamp
	}
	if r.Labels == nil {
		r.Labels = map[string]string{}
	}
	maps.Copy(r.Labels, labels())
	if r.Annotations == nil {
		r.Annotations = map[string]string{}
	}
	r.Annotations[contentAnnotation] = hash
	delete(r.Annotations, leftOutAnnotation)
	if c.leftOut > 0 {
		r.Annotations[leftOutAnnotation] = strconv.Itoa(c.leftOut)
	}
	r.Source = source
	r.Scope = &corev1.ObjectReference{APIVersion: "v1", Kind: "Namespace", Name: r.Namespace}
	r.Configuration = &openreports.ReportConfiguration{Limits: openreports.Limits{MaxResults: MaxResults}}
	r.Summary = c.summary
	r.Results = slices.Clone(c.results)
	for i := range r.Results {
		result := &r.Results[i]
		var has bool
		if result.Timestamp, has = found[identity(*result)]; !has {
			result.Timestamp = metav1.Timestamp{Seconds: now.Unix()}
		}
	}
}

// source is what the results come from.
const source = "redislint"

// identity tells results apart: those of findings by the fingerprint.
func identity(r openreports.ReportResult) string {
	if fingerprint := r.Properties[fingerprintKey]; fingerprint != "" {
		return fingerprint
	}
	return r.Policy + " " + r.Properties["redis"]
}
