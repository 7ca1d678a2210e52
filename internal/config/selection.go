package config

import "github.com/redislint/redislint/internal/rules"

// Off is the severity of a rule that is not evaluated, and the action of one that the webhook leaves out.
const Off = "off"

// Selection is what the configuration asks of the rules. Its waivers are in the order of c.Waivers, and have no place yet.
func (c *Config) Selection() rules.Selection {
	s := rules.Selection{
		Params:   map[string]map[string]any{},
		Severity: map[string]rules.Severity{},
		Scopes:   map[string]rules.Scope{},
		Inline:   rules.Inline{Forbidden: c.Inline.Forbid.Value, ForbiddenRules: valuesOf(c.Inline.ForbidRules)},
	}
	for _, rule := range c.Rules {
		switch rule.Severity.Value {
		case "":
		case Off:
			s.Disable = append(s.Disable, rule.ID)
		default:
			s.Severity[rule.ID] = rules.Severity(rule.Severity.Value)
		}
		if len(rule.Params) > 0 {
			s.Params[rule.ID] = map[string]any{}
			for name, value := range rule.Params {
				s.Params[rule.ID][name] = value.Value
			}
		}
		if len(rule.Only)+len(rule.Except) > 0 {
			s.Scopes[rule.ID] = rules.Scope{Only: valuesOf(rule.Only), Except: valuesOf(rule.Except)}
		}
	}
	for _, class := range c.StorageClasses {
		s.StorageClasses = append(s.StorageClasses, rules.StorageClass{
			Name: class.Name.Value, Provisioner: class.Provisioner.Value, Medium: class.Medium.Value,
		})
	}
	for _, p := range c.Profiles {
		s.Profiles = append(s.Profiles, rules.Profile{Match: p.Match, Profile: p.Profile.Value})
	}
	for _, w := range c.Waivers {
		s.Waivers = append(s.Waivers, rules.Entry{
			Rule: w.Rule.Value, Kind: w.Kind.Value, Namespace: w.Namespace.Value, Name: w.Name.Value,
			Reason: w.Reason.Value, Until: w.Until.Value,
		})
	}
	return s
}

func valuesOf[T any](list []Value[T]) []T {
	var values []T
	for _, v := range list {
		values = append(values, v.Value)
	}
	return values
}
