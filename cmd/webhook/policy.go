package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/redislint/redislint/internal/admission"
	"github.com/redislint/redislint/internal/example"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/policies"
)

// compile makes a policy of the rules built in, those of a folder (a nil FS for none) and a configuration, and tests it. One bad
// rule of the folder refuses all: the policy in force is better than one that lacks a rule.
func compile(ctx context.Context, folder rules.Folder, text []byte) (*admission.Policy, error) {
	var own []rules.Folder
	if folder.FS != nil {
		own = append(own, folder)
	}
	library, err := rules.LoadOwn(policies.FS, own...)
	if err != nil {
		return nil, err
	}
	if err := library.Err(); err != nil {
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
		found, err := example.Test(ctx, evaluator, rule)
		if err != nil {
			return fmt.Errorf("self-test of rule %s: %w", rule.ID, err)
		}
		for _, fault := range found {
			faults = append(faults, fmt.Errorf("self-test of rule %s: %w", rule.ID, fault))
		}
	}
	return errors.Join(faults...)
}
