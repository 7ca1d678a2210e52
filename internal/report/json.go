package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
)

// jsonVersion grows only when a reader of the former version would be misled.
const jsonVersion = 1

type jsonReport struct {
	Version   int             `json:"version"`
	Findings  []jsonFinding   `json:"findings"`
	Redis     []jsonRedis     `json:"redis"`
	Unseen    []jsonUnseen    `json:"unseen"`
	Undecided []jsonUndecided `json:"undecided"`
	Errors    []jsonError     `json:"errors"`
	Summary   jsonSummary     `json:"summary"`
}

type jsonFinding struct {
	Rule        string           `json:"rule"`
	Severity    rules.Severity   `json:"severity"`
	Message     string           `json:"message"`
	Remediation string           `json:"remediation"`
	Redis       string           `json:"redis"`
	Fingerprint string           `json:"fingerprint"`
	Object      jsonObject       `json:"object"`
	Path        string           `json:"path"`
	File        string           `json:"file"`
	Line        int              `json:"line"`
	Column      int              `json:"column"`
	EndLine     int              `json:"endLine"`
	EndColumn   int              `json:"endColumn"`
	Related     []jsonRelated    `json:"related"`
	Values      *jsonValues      `json:"values,omitempty"`
	Suppressed  *jsonSuppression `json:"suppressed,omitempty"`
	Fix         *jsonFix         `json:"fix,omitempty"`
}

type jsonValues struct {
	Key     string `json:"key"`
	File    string `json:"file"` // "" when the key is set in no file
	Line    int    `json:"line"` // with default: of the nearest key that is set
	Column  int    `json:"column"`
	Default bool   `json:"default"`
}

type jsonObject struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace"`
	Name       string `json:"name"`
}

type jsonRelated struct {
	Message string     `json:"message"`
	Object  jsonObject `json:"object"`
	Path    string     `json:"path"`
	File    string     `json:"file"`
	Line    int        `json:"line"`
	Column  int        `json:"column"`
}

type jsonSuppression struct {
	Reason string `json:"reason"`
	Until  string `json:"until"` // "" without an end
}

type jsonRedis struct {
	Name      string            `json:"name"`
	Namespace string            `json:"namespace"`
	Mode      string            `json:"mode"` // "" when the input does not tell
	Source    string            `json:"source"`
	Profile   string            `json:"profile"` // cache, store or unknown
	Objects   []jsonRedisObject `json:"objects"`
}

type jsonRedisObject struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	File string `json:"file"`
	Line int    `json:"line"`
}

type jsonUnseen struct {
	Redis   string   `json:"redis"`
	Kind    string   `json:"kind"`
	Name    string   `json:"name"`
	Unknown []string `json:"unknown"`
}

type jsonUndecided struct {
	Rule   string `json:"rule"`
	Redis  string `json:"redis"`
	Reason string `json:"reason"`
}

type jsonError struct {
	File    string `json:"file"`
	Line    int    `json:"line"` // 0 when the whole file is meant
	Message string `json:"message"`
}

type jsonSummary struct {
	Files      int `json:"files"`
	Objects    int `json:"objects"`
	Redis      int `json:"redis"`
	Error      int `json:"error"`
	Warning    int `json:"warning"`
	Info       int `json:"info"`
	Suppressed int `json:"suppressed"` // by waivers
	Baseline   int `json:"baseline"`
	Old        int `json:"old"` // not listed
	Unread     int `json:"unread"`
}

// JSON writes the report for programs. Fields and their meaning are stable within a version; arrays are never null and
// in the order of the report. Notices and unknown kinds are for people and not part of it.
func JSON(w io.Writer, r Report) error {
	t := count(r.Findings)
	return writeJSON(w, jsonReport{
		Version:   jsonVersion,
		Findings:  each(r.Findings, r.toFinding),
		Redis:     each(r.Redis, toRedis),
		Unseen:    each(r.Unseen, toUnseen),
		Undecided: each(r.Undecided, func(u rules.Undecided) jsonUndecided { return jsonUndecided(u) }),
		Errors:    each(r.Errors, func(e manifest.Error) jsonError { return jsonError(e) }),
		Summary: jsonSummary{
			Files: r.Summary.Files, Objects: r.Summary.Objects, Redis: len(r.Redis),
			Error: t.error, Warning: t.warning, Info: t.info, Suppressed: t.suppressed, Baseline: t.baseline, Old: r.Summary.Old,
			Unread: r.Summary.Unread,
		},
	})
}

func (r Report) toFinding(f rules.Finding) jsonFinding {
	out := jsonFinding{
		Rule: f.Rule.ID, Severity: f.Severity, Message: f.Message, Remediation: f.Rule.Remediation,
		Redis: f.Redis, Fingerprint: f.Fingerprint,
		Object: toObject(f.Object), Path: f.Path.Pointer(), File: f.Place.File(),
		Line: f.Position.Line, Column: f.Position.Column,
		EndLine: f.Position.EndLine, EndColumn: f.Position.EndColumn,
		Related: each(f.Related, func(r rules.Related) jsonRelated {
			return jsonRelated{
				Message: r.Message, Object: toObject(r.Object), Path: r.Path.Pointer(), File: r.Place.File(),
				Line: r.Position.Line, Column: r.Position.Column,
			}
		}),
	}
	if v := f.Values; v != nil {
		out.Values = &jsonValues{Key: v.Key, File: v.File, Line: v.Position.Line, Column: v.Position.Column, Default: v.Default}
	}
	if repair, ok := r.Repairs[f.Fingerprint]; ok && f.Suppressed == nil {
		out.Fix = toFix(repair)
	}
	if f.Suppressed != nil {
		out.Suppressed = &jsonSuppression{Reason: f.Suppressed.Reason, Until: f.Suppressed.Until}
	}
	return out
}

func toObject(o *manifest.Object) jsonObject {
	if o == nil {
		return jsonObject{}
	}
	return jsonObject{APIVersion: o.APIVersion, Kind: o.Kind, Namespace: o.Namespace, Name: o.Name}
}

func toRedis(r Redis) jsonRedis {
	return jsonRedis{
		Name: r.Name, Namespace: r.Namespace, Mode: r.Mode, Source: r.Source, Profile: r.Profile,
		Objects: each(r.Objects, func(o *manifest.Object) jsonRedisObject {
			return jsonRedisObject{Kind: o.Kind, Name: o.Name, File: o.File, Line: o.Locate(nil).Line}
		}),
	}
}

func toUnseen(u Unseen) jsonUnseen {
	return jsonUnseen{Redis: u.Redis, Kind: u.Kind, Name: u.Name, Unknown: append([]string{}, u.Unknown...)}
}

// each maps a list to one that is never nil.
func each[From, To any](list []From, convert func(From) To) []To {
	out := make([]To, len(list))
	for i, item := range list {
		out[i] = convert(item)
	}
	return out
}

// writeJSON writes v with all that a terminal or a CI runner could obey as \u escapes, which leave the value as it is.
func writeJSON(w io.Writer, v any) error {
	var raw bytes.Buffer
	encoder := json.NewEncoder(&raw)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("encode JSON: %w", err)
	}
	_, err := io.WriteString(w, escapeJSON(raw.String()))
	return err
}

// escapeJSON expects valid UTF-8, all of it ASCII outside of strings.
func escapeJSON(raw string) string {
	var out strings.Builder
	done := 0
	for i, r := range raw {
		if r == '\n' || showable(r) && (r != '#' || !commandsRunner(raw[i:])) {
			continue
		}
		out.WriteString(raw[done:i])
		done = i + utf8.RuneLen(r)
		if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
			fmt.Fprintf(&out, `\u%04x\u%04x`, high, low)
		} else {
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	out.WriteString(raw[done:])
	return out.String()
}

// writeBrief is writeJSON without what SARIF takes for granted: empty lists and property bags, and the numbers that stand
// for no number.
func writeBrief(w io.Writer, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode JSON: %w", err)
	}
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		return fmt.Errorf("encode JSON: %w", err)
	}
	return writeJSON(w, brief(tree))
}

// brief prunes what json.Unmarshal made. A log has its results, and a tool its rules, even when there are none.
func brief(tree any) any {
	switch tree := tree.(type) {
	case []any:
		for i, item := range tree {
			tree[i] = brief(item)
		}
	case map[string]any:
		for key, value := range tree {
			value = brief(value)
			list, isList := value.([]any)
			bag, isBag := value.(map[string]any)
			if isList && len(list) == 0 && key != "results" && key != "rules" ||
				isBag && len(bag) == 0 || value == float64(-1) {
				delete(tree, key)
				continue
			}
			tree[key] = value
		}
	}
	return tree
}
