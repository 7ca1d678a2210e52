package fix

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/rules"
)

// Verdict is what judging the files came to.
type Verdict struct {
	Findings []rules.Finding
	Broken   int // what could not be read or judged
}

// Judge judges the files, some of which are taken to hold another text than they do.
type Judge func(ctx context.Context, overlay map[string][]byte) (Verdict, error)

// Options says what may be changed.
type Options struct {
	Unsafe bool
	// Writable returns why a file may not be written, nil for one that may. nil: all may.
	Writable func(file string) error
}

// Outcome is what became of the findings.
type Outcome struct {
	Found int // that are not waived
	Fixed []Applied
	Left  []Left // by file and line
	Files []File // that are to be written, by name
	Last  Verdict
}

// Applied is a finding that is gone.
type Applied struct {
	Finding rules.Finding
	Note    string // of its fix; "" for none, or when the fix of another one ended it
}

// Left is a finding that is still there, and why.
type Left struct {
	Finding rules.Finding
	Reason  error // as For has it, a *Brings, or a *Refusal
}

// File is a file and what it is to hold.
type File struct{ Name, Before, After string }

// Brings says that a fix would end one finding and bring others.
type Brings struct{ Rules []string }

func (b *Brings) Error() string { return "its fix would bring " + strings.Join(b.Rules, ", ") }

// Bounds of Run: fixes of fixes, and how often fixes are left out.
const (
	mostRounds   = 12
	mostAttempts = 24
	mostTrials   = 8
)

// Run applies fixes until nothing changes, in memory. A fix that does not end its finding, or after all brings one that
// was not there, is not among them. The error is the judge's.
func Run(ctx context.Context, judge Judge, options Options) (*Outcome, error) {
	first, err := judge(ctx, nil)
	if err != nil {
		return nil, err
	}
	r := runner{judge: judge, options: options, first: first, known: map[string]bool{}}
	for _, f := range first.Findings {
		r.known[f.Fingerprint] = true
	}
	barred := map[string]error{}
	var done *settled
	for range mostAttempts {
		if done, err = r.settle(ctx, barred); err != nil {
			return nil, err
		}
		more, err := r.regrets(ctx, done, barred)
		if err != nil {
			return nil, err
		}
		if len(more) == 0 {
			return r.outcome(done, barred), nil
		}
		maps.Copy(barred, more)
	}
	for fingerprint := range done.applied { // never seen: each attempt bars one fix at least
		barred[fingerprint] = refuse("its fix depends on too many others")
	}
	if done, err = r.settle(ctx, barred); err != nil {
		return nil, err
	}
	return r.outcome(done, barred), nil
}

type runner struct {
	judge   Judge
	options Options
	first   Verdict
	known   map[string]bool // fingerprints that were there at first
}

// settled is what fixes without those that are barred come to.
type settled struct {
	files   map[string]*File
	applied map[string]Applied // by fingerprint
	order   []string           // of the same
	last    Verdict
}

func (s *settled) overlay() map[string][]byte {
	overlay := map[string][]byte{}
	for name, file := range s.files {
		overlay[name] = []byte(file.After)
	}
	return overlay
}

// repair returns the repair of a finding that may be made.
func (r *runner) repair(f rules.Finding) (Repair, error) {
	repair, err := For(f, r.options.Unsafe)
	if err != nil || r.options.Writable == nil {
		return repair, err
	}
	for _, e := range repair.Edits {
		if err := r.options.Writable(e.File); err != nil {
			return Repair{}, err
		}
	}
	return repair, nil
}

// settle applies fixes round after round. Of two that touch the same bytes the more severe finding's comes first; the
// other one has its turn in the next round, if it is still needed.
func (r *runner) settle(ctx context.Context, barred map[string]error) (*settled, error) {
	s := &settled{files: map[string]*File{}, applied: map[string]Applied{}, last: r.first}
	for range mostRounds {
		findings := slices.Clone(s.last.Findings)
		slices.SortStableFunc(findings, func(a, b rules.Finding) int {
			return cmp.Compare(rank(b.Severity), rank(a.Severity))
		})
		var batch Set
		for _, f := range findings {
			if _, again := s.applied[f.Fingerprint]; again || f.Suppressed != nil || barred[f.Fingerprint] != nil {
				continue
			}
			repair, err := r.repair(f)
			if err != nil || !batch.Add(repair.Edits) {
				continue
			}
			s.applied[f.Fingerprint] = Applied{f, repair.Note}
			s.order = append(s.order, f.Fingerprint)
		}
		if len(batch.Edits()) == 0 {
			return s, nil
		}
		if err := s.apply(batch.Edits()); err != nil {
			return nil, err
		}
		var err error
		if s.last, err = r.judge(ctx, s.overlay()); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func rank(s rules.Severity) int {
	return slices.Index([]rules.Severity{rules.Info, rules.Warning, rules.Error}, s)
}

// apply makes edits of files as they are now.
func (s *settled) apply(edits []Edit) error {
	byFile := map[string][]Edit{}
	for _, e := range edits {
		byFile[e.File] = append(byFile[e.File], e)
	}
	for name, edits := range byFile {
		file := s.files[name]
		if file == nil {
			file = &File{Name: name, Before: edits[0].Source, After: edits[0].Source}
			s.files[name] = file
		}
		for _, e := range edits {
			if e.Source != file.After {
				return fmt.Errorf("edit %s: the file has changed", name)
			}
		}
		text, err := Apply(file.After, edits)
		if err != nil {
			return err
		}
		file.After = text
	}
	return nil
}

// regrets returns the fixes that should not have been applied, and why.
func (r *runner) regrets(ctx context.Context, s *settled, barred map[string]error) (map[string]error, error) {
	regrets := map[string]error{}
	var fresh []rules.Finding
	for _, f := range s.last.Findings {
		_, applied := s.applied[f.Fingerprint]
		switch {
		case f.Suppressed != nil:
		case applied && r.known[f.Fingerprint]:
			regrets[f.Fingerprint] = refuse("what its fix writes does not end it")
		case !r.known[f.Fingerprint]:
			fresh = append(fresh, f)
		}
	}
	if len(regrets) > 0 {
		return regrets, nil
	}
	if s.last.Broken > r.first.Broken {
		return r.blame(ctx, barred, s.order, refuse("its fix would make a file that cannot be read"), func(s *settled) bool {
			return s.last.Broken > r.first.Broken
		})
	}
	if len(fresh) == 0 {
		return nil, nil
	}
	about := fresh[0].Redis
	fresh = slices.DeleteFunc(fresh, func(f rules.Finding) bool { return f.Redis != about })
	suspects := slices.DeleteFunc(slices.Clone(s.order), func(fingerprint string) bool {
		return s.applied[fingerprint].Finding.Redis != about
	})
	if len(suspects) == 0 {
		suspects = s.order
	}
	reason := &Brings{}
	for _, f := range fresh {
		reason.Rules = append(reason.Rules, f.Rule.ID)
	}
	slices.Sort(reason.Rules)
	reason.Rules = slices.Compact(reason.Rules)
	return r.blame(ctx, barred, suspects, reason, func(s *settled) bool {
		return slices.ContainsFunc(s.last.Findings, func(f rules.Finding) bool { return f.Fingerprint == fresh[0].Fingerprint })
	})
}

// blame finds the one suspect without whose fix the trouble is gone. Where there is none, or too many to try, it is all
// of them.
func (r *runner) blame(ctx context.Context, barred map[string]error, suspects []string, reason error, trouble func(*settled) bool) (map[string]error, error) {
	if len(suspects) > 1 && len(suspects) <= mostTrials {
		for _, fingerprint := range slices.Backward(suspects) {
			trial := maps.Clone(barred)
			trial[fingerprint] = reason
			without, err := r.settle(ctx, trial)
			if err != nil {
				return nil, err
			}
			if !trouble(without) {
				return map[string]error{fingerprint: reason}, nil
			}
		}
	}
	all := map[string]error{}
	for _, fingerprint := range suspects {
		all[fingerprint] = reason
	}
	return all, nil
}

func (r *runner) outcome(s *settled, barred map[string]error) *Outcome {
	o := &Outcome{Last: s.last}
	left := map[string]bool{}
	for _, f := range s.last.Findings {
		if f.Suppressed != nil {
			continue
		}
		left[f.Fingerprint] = true
		reason := barred[f.Fingerprint]
		if reason == nil {
			if _, reason = r.repair(f); reason == nil {
				reason = refuse("its fix was not reached; run redislint fix again")
			}
		}
		o.Left = append(o.Left, Left{f, reason})
	}
	for _, f := range r.first.Findings {
		if f.Suppressed != nil {
			continue
		}
		o.Found++
		if !left[f.Fingerprint] {
			applied := s.applied[f.Fingerprint]
			o.Fixed = append(o.Fixed, Applied{f, applied.Note})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.files)) {
		if file := *s.files[name]; file.Before != file.After {
			o.Files = append(o.Files, file)
		}
	}
	return o
}

// IsUnsafe returns the repair that somebody has to ask for, if that is why a finding is left.
func IsUnsafe(reason error) (Repair, bool) {
	u, ok := errors.AsType[*Unsafe](reason)
	if !ok {
		return Repair{}, false
	}
	return u.Repair, true
}
