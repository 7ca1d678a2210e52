package main

import (
	"fmt"
	"maps"
	"slices"

	"sigs.k8s.io/yaml"

	"github.com/redislint/redislint/internal/admission"
	"github.com/redislint/redislint/internal/rules"
)

// config is the file of --config-file:
//
//	rules:
//	  maxmemory-unset: {action: warn}
//	  sentinel-too-few: {deletion: deny, params: {minimum: 5}}
//	  probe-too-eager: {action: off}
type config struct {
	Rules map[string]ruleConfig `json:"rules,omitempty"`
}

// ruleConfig is what differs from a rule's METADATA.
type ruleConfig struct {
	// Action is done about a finding: deny, warn, audit or off. Without it, that follows from the severity.
	Action admission.Action `json:"action,omitempty"`
	// Deletion is deny for a rule that may refuse a DELETE too, which otherwise only warns.
	Deletion admission.Action `json:"deletion,omitempty"`
	// Severity is error, warning or info.
	Severity rules.Severity `json:"severity,omitempty"`
	Params   map[string]any `json:"params,omitempty"`
}

// parseConfig reads the file. What it does not know is an error; whether rules exist is NewPolicy's to say.
func parseConfig(text []byte) (admission.Config, error) {
	var file config
	if err := yaml.UnmarshalStrict(text, &file); err != nil {
		return admission.Config{}, fmt.Errorf("configuration: %w", err)
	}
	c := admission.Config{
		Actions:   map[string]admission.Action{},
		Selection: rules.Selection{Params: map[string]map[string]any{}, Severity: map[string]rules.Severity{}},
	}
	for _, id := range slices.Sorted(maps.Keys(file.Rules)) {
		rule := file.Rules[id]
		switch rule.Action {
		case "":
		case admission.Off, "false": // YAML 1.1 reads off, without quotes, as false
			c.Selection.Disable = append(c.Selection.Disable, id)
		default:
			c.Actions[id] = rule.Action
		}
		switch rule.Deletion {
		case "", admission.Warn:
		case admission.Deny:
			c.DenyDeletion = append(c.DenyDeletion, id)
		default:
			return admission.Config{}, fmt.Errorf("configuration: deletion of rule %s: %q is neither deny nor warn", id, rule.Deletion)
		}
		if rule.Severity != "" {
			c.Selection.Severity[id] = rule.Severity
		}
		if rule.Params != nil {
			c.Selection.Params[id] = rule.Params
		}
	}
	return c, nil
}
