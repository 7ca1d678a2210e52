package main

import (
	"github.com/redislint/redislint/internal/admission"
	"github.com/redislint/redislint/internal/config"
	"github.com/redislint/redislint/internal/rules"
)

// parseConfig reads the file of --config, which is that of redislint lint; nil stands for none. What matters to files
// alone is left: fail-on, files and exclude. Nor does it load rules: they come from --policy-dir.
func parseConfig(text []byte, library *rules.Library) (admission.Config, error) {
	c := &config.Config{}
	if text != nil {
		var err error
		if c, err = config.Parse("configuration", text, library); err != nil {
			return admission.Config{}, err
		}
	}
	settings := admission.Config{Actions: map[string]admission.Action{}, Selection: c.Selection()}
	for _, rule := range c.Rules {
		switch rule.Admission.Value {
		case "":
		case config.Off:
			settings.Selection.Disable = append(settings.Selection.Disable, rule.ID)
		default:
			settings.Actions[rule.ID] = admission.Action(rule.Admission.Value)
		}
		if rule.Deletion.Value == string(admission.Deny) {
			settings.DenyDeletion = append(settings.DenyDeletion, rule.ID)
		}
	}
	return settings, nil
}
