package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/redislint/redislint/internal/admission"
	"github.com/redislint/redislint/internal/lint"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/source"
	"github.com/redislint/redislint/policies"
)

// compile makes a policy of the rules built in, those of a folder (nil for none) and a configuration, and tests it.
func compile(ctx context.Context, folder fs.FS, text []byte) (*admission.Policy, error) {
	folders := []fs.FS{policies.FS}
	if folder != nil {
		folders = append(folders, folder)
	}
	library, err := rules.Load(folders...)
	if err != nil {
		return nil, err
	}
	settings, err := parseConfig(text, library)
	if err != nil {
		return nil, err
	}
	policy, err := admission.NewPolicy(library, settings)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	return policy, selfTest(ctx, library)
}

// selfTest reports rules that do not find what they are about in their own examples, or that cannot be decided on them. Rules
// are tested as their METADATA has them: a configuration may well make an example a different case.
func selfTest(ctx context.Context, library *rules.Library) error {
	evaluator, err := library.Select(rules.Selection{})
	if err != nil {
		return fmt.Errorf("self-test: %w", err)
	}
	var faults []error
	for _, rule := range library.Rules() {
		for _, example := range []struct {
			name, text string
			bad        bool
		}{{"bad", rule.Examples.Bad, true}, {"good", rule.Examples.Good, false}} {
			options := manifest.DefaultOptions()
			options.Sign = source.Sign
			set := manifest.Decode([]manifest.Input{{Name: example.name + ".yaml", Data: []byte(example.text)}}, options)
			result, err := lint.Run(ctx, set, evaluator)
			if err != nil {
				return fmt.Errorf("self-test of rule %s: %w", rule.ID, err)
			}
			if fault := faultOf(rule, result, example.bad); fault != "" {
				faults = append(faults, fmt.Errorf("self-test of rule %s: its %s example %s", rule.ID, example.name, fault))
			}
		}
	}
	return errors.Join(faults...)
}

// faultOf says what is wrong with what was found in an example of a rule, or "".
func faultOf(rule *rules.Rule, result *lint.Result, bad bool) string {
	for _, u := range result.Undecided {
		if u.Rule == rule.ID || u.Rule == "" {
			return "is undecided: " + u.Reason
		}
	}
	found := slices.ContainsFunc(result.Findings, func(f rules.Finding) bool { return f.Rule.ID == rule.ID })
	switch {
	case len(result.Errors) > 0:
		return "cannot be read: " + result.Errors[0].Message
	case bad && !found:
		return "has no finding"
	case !bad && found:
		return "has a finding"
	}
	return ""
}
