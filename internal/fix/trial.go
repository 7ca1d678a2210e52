package fix

import (
	"context"

	"github.com/redislint/redislint/internal/rules"
)

// Try applies one repair in memory, alone, to files that were judged before. It returns nil if the repair ends its finding and
// brings no other, and otherwise why it should not be made, or the judge's error.
func Try(ctx context.Context, judge Judge, before Verdict, f rules.Finding, repair Repair) error {
	s := &settled{files: map[string]*File{}}
	if err := s.apply(repair.Edits); err != nil {
		return err
	}
	after, err := judge(ctx, s.overlay())
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, g := range before.Findings {
		known[g.Fingerprint] = true
	}
	brings := &Brings{}
	for _, g := range after.Findings {
		switch {
		case g.Suppressed != nil:
		case g.Fingerprint == f.Fingerprint:
			return refuse("what its fix writes does not end it")
		case !known[g.Fingerprint]:
			brings.Rules = append(brings.Rules, g.Rule.ID)
		}
	}
	switch {
	case after.Broken > before.Broken:
		return refuse("its fix would make a file that cannot be read")
	case len(brings.Rules) > 0:
		return brings
	}
	return nil
}
