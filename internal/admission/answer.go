package admission

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/redislint/redislint/internal/rules"
)

// decision is what is known of a request once it is judged.
type decision struct {
	skipped    bool
	change     change
	introduced []introduced
	standing   []rules.Finding // were there before, on the object itself
	waived     []rules.Finding
	undecided  []rules.Undecided
	notes      []string // for the user, about what no rule judges
}

// introduced is a finding that the request brings about, or makes worse.
type introduced struct {
	rules.Finding
	action Action
}

// verdict is the decision in one word.
func (d *decision) verdict() string {
	warned := len(d.standing)+len(d.notes) > 0
	for _, f := range d.introduced {
		switch f.action {
		case Deny:
			return "denied"
		case Warn:
			warned = true
		case Audit, Off:
		}
	}
	switch {
	case d.skipped:
		return "skipped"
	case warned:
		return "warned"
	default:
		return "allowed"
	}
}

func (d *decision) findings() []rules.Finding {
	all := make([]rules.Finding, len(d.introduced))
	for i, f := range d.introduced {
		all[i] = f.Finding
	}
	return all
}

// Limits of what API servers pass on: warnings are cut to 256 runes once they
// are 4096 together, and lost with a control character in them.
const (
	maxWarnings = 10
	maxWarning  = 256
	maxLines    = 20
)

// answer is the response to the request.
func (d *decision) answer(req admissionv1.AdmissionRequest) *admissionv1.AdmissionResponse {
	response := &admissionv1.AdmissionResponse{UID: req.UID, Allowed: true}
	if d.skipped {
		return response
	}
	var denials []rules.Finding
	var warnings []string
	for _, f := range d.introduced {
		switch f.action {
		case Deny:
			denials = append(denials, f.Finding)
		case Warn:
			warnings = append(warnings, line(f.Finding))
		case Audit, Off:
		}
	}
	for _, f := range d.standing {
		if f.Severity.AtLeast(rules.Warning) {
			warnings = append(warnings, "already: "+line(f))
		}
	}
	for _, u := range d.undecided {
		warnings = append(warnings, fmt.Sprintf("rule %s could not be decided", u.Rule))
	}
	response.Warnings = capped(append(warnings, d.notes...))
	response.AuditAnnotations = d.annotations()
	if len(denials) > 0 {
		response.Allowed = false
		response.Result = denial(req, denials)
	}
	return response
}

// denial is a refusal by policy: 403 Forbidden, so that kubectl prints the
// message and who sent it, and no client tries again.
func denial(req admissionv1.AdmissionRequest, findings []rules.Finding) *metav1.Status {
	lines := make([]string, 0, len(findings))
	causes := make([]metav1.StatusCause, 0, len(findings))
	for _, f := range findings {
		if len(lines) < maxLines {
			lines = append(lines, line(f))
		}
		causes = append(causes, metav1.StatusCause{
			Type: metav1.CauseType(f.Rule.ID), Field: printable(field(f)), Message: printable(f.Message + "; " + f.Rule.Remediation),
		})
	}
	if more := len(findings) - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	noun := "finding"
	if len(findings) > 1 {
		noun = "findings"
	}
	return &metav1.Status{
		Status: metav1.StatusFailure, Code: http.StatusForbidden, Reason: metav1.StatusReasonForbidden,
		Message: fmt.Sprintf("%d %s about Redis:\n%s", len(findings), noun, strings.Join(lines, "\n")),
		Details: &metav1.StatusDetails{Name: req.Name, Group: req.Kind.Group, Kind: req.Kind.Kind, Causes: causes},
	}
}

// line is a finding on one line: where, what, and which rule says so.
func line(f rules.Finding) string {
	return printable(fmt.Sprintf("%s/%s %s: %s [%s]", f.Object.Kind, f.Object.Name, field(f), f.Message, f.Rule.ID))
}

// field is the path of a finding as Kubernetes writes paths:
// spec.template.spec.containers[0].resources.
func field(f rules.Finding) string {
	var b strings.Builder
	for _, segment := range f.Path {
		switch {
		case segment != "" && strings.Trim(segment, "0123456789") == "":
			fmt.Fprintf(&b, "[%s]", segment)
		case strings.ContainsAny(segment, ".[]/"):
			fmt.Fprintf(&b, "[%s]", segment)
		default:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(segment)
		}
	}
	return b.String()
}

// capped bounds warnings in number and length.
func capped(warnings []string) []string {
	var result []string
	for i, w := range warnings {
		if i == maxWarnings-1 && len(warnings) > maxWarnings {
			return append(result, fmt.Sprintf("and %d more findings; redislint lint shows them all", len(warnings)-i))
		}
		w = printable(w)
		if utf8.RuneCountInString(w) > maxWarning {
			w = string([]rune(w)[:maxWarning-1]) + "…"
		}
		result = append(result, w)
	}
	return result
}

// printable replaces what an HTTP header or a terminal must not be given.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, s)
}

// Audit annotations, each at most this long.
const maxAnnotation = 8 << 10

// annotations hold the findings in full for the audit log.
func (d *decision) annotations() map[string]string {
	type entry struct {
		Rule     string `json:"rule"`
		Severity string `json:"severity"`
		Action   Action `json:"action,omitempty"`
		Redis    string `json:"redis"`
		Object   string `json:"object"`
		Field    string `json:"field"`
		Message  string `json:"message"`
		Waiver   string `json:"waiver,omitempty"`
		Form     string `json:"form,omitempty"`
	}
	entryOf := func(f rules.Finding) entry {
		return entry{
			Rule: f.Rule.ID, Severity: string(f.Severity), Redis: printable(f.Redis),
			Object: printable(f.Object.Kind + "/" + f.Object.Name), Field: printable(field(f)), Message: printable(f.Message),
		}
	}
	annotations := map[string]string{}
	put := func(key string, entries []entry) {
		if len(entries) == 0 {
			return
		}
		for n := len(entries); n > 0; n-- {
			text, err := json.Marshal(entries[:n])
			if err == nil && len(text) <= maxAnnotation {
				annotations[key] = string(text)
				return
			}
		}
	}
	var found, waived []entry
	for _, f := range d.introduced {
		e := entryOf(f.Finding)
		e.Action = f.action
		found = append(found, e)
	}
	for _, f := range d.waived {
		e := entryOf(f)
		e.Waiver, e.Form = printable(f.Suppressed.Reason), string(f.Suppressed.Form)
		waived = append(waived, e)
	}
	put("findings", found)
	put("waived", waived)
	if len(annotations) == 0 {
		return nil
	}
	return annotations
}
