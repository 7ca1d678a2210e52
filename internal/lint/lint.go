// Package lint judges a set of objects: it finds every Redis in it and evaluates the rules on each. It knows neither
// where the objects come from nor how findings are shown.
package lint

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/source"
	"github.com/redislint/redislint/internal/topology"
)

// Result is the verdict on a set of objects.
type Result struct {
	Findings []rules.Finding   // in the order of rules.Sort
	Redis    []*topology.Redis // in the order of source.Discover, with what the evaluator knows of them
	// Undecided are rules that failed on a Redis. One without a rule stands for all rules of that Redis, one without a Redis for
	// a rule that cannot be evaluated at all.
	Undecided []rules.Undecided
	Errors    []manifest.Error // what could not be read, by file and line; rules too
	Unknown   []*manifest.Object
	// Notices say how documents were read that leave something open.
	Notices []manifest.Notice
	// Met is what the verdicts know of waivers, for Conclude.
	Met []rules.Met
}

// Run judges every Redis in the set, several at a time. The result does not depend on which is done first. It decodes
// further documents of the set where a Redis refers to them. Charts are those that somebody asks for beside what the set
// says. The error is that of ctx.
func Run(ctx context.Context, set *manifest.Set, evaluator *rules.Evaluator, charts ...source.Chart) (*Result, error) {
	found := source.Discover(set, charts...)
	result, err := Judge(ctx, found.Redis, evaluator)
	if err != nil {
		return nil, err
	}
	if err := Conclude(ctx, result, evaluator, true); err != nil {
		return nil, err
	}
	faulty, faults := evaluator.Faulty()
	result.Undecided = slices.Concat(faulty, result.Undecided)
	result.Errors = slices.Concat(set.Errors, found.Errors)
	for _, fault := range faults {
		message, _, _ := strings.Cut(fault.Message, "\n") // without the lines that it quotes
		result.Errors = append(result.Errors, manifest.Error{File: fault.File, Line: fault.Line, Message: message})
	}
	result.Unknown, result.Notices = found.Unknown, found.Notices
	slices.SortStableFunc(result.Errors, func(a, b manifest.Error) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Message, b.Message))
	})
	result.Errors = slices.Compact(result.Errors)
	return result, nil
}

// Conclude judges the waivers of a result, with configured those of the evaluator too, and adds what is found about them.
// The error is that of ctx.
func Conclude(ctx context.Context, result *Result, evaluator *rules.Evaluator, configured bool) error {
	verdict, err := evaluator.Conclude(ctx, result.Met, configured)
	if err != nil {
		return err
	}
	result.Findings = append(result.Findings, verdict.Findings...)
	result.Undecided = append(result.Undecided, verdict.Undecided...)
	rules.Sort(result.Findings)
	return nil
}

// Judge judges some of the Redis that were found, several at a time, and no waivers yet. The error is that of ctx.
func Judge(ctx context.Context, list []*topology.Redis, evaluator *rules.Evaluator) (*Result, error) {
	list = slices.Clone(list)
	for i, redis := range list {
		list[i] = evaluator.Amend(redis)
	}
	verdicts, err := judge(ctx, list, evaluator.Evaluate)
	if err != nil {
		return nil, err
	}
	result := &Result{Redis: list}
	for _, v := range verdicts {
		result.Findings = append(result.Findings, v.Findings...)
		result.Undecided = append(result.Undecided, v.Undecided...)
		result.Met = append(result.Met, v.Met)
	}
	rules.Sort(result.Findings)
	result.Findings = slices.CompactFunc(result.Findings, rules.Same)
	rules.Distinguish(result.Findings)
	return result, nil
}

type evaluate func(context.Context, *topology.Redis) (rules.Verdict, error)

// judge returns the verdict on each Redis, in their order.
func judge(ctx context.Context, list []*topology.Redis, evaluate evaluate) ([]rules.Verdict, error) {
	verdicts := make([]rules.Verdict, len(list))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, redis := range list {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			verdict, err := shielded(ctx, redis, evaluate)
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil:
				verdict.Undecided = append(verdict.Undecided, rules.Undecided{Redis: fullName(redis), Reason: err.Error()})
			}
			verdicts[i] = verdict
			return nil
		})
	}
	return verdicts, group.Wait()
}

// shielded turns a panic over one Redis into an error, so that the others are still judged.
func shielded(ctx context.Context, redis *topology.Redis, evaluate evaluate) (verdict rules.Verdict, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("internal failure: %v", fault)
		}
	}()
	return evaluate(ctx, redis)
}

func fullName(redis *topology.Redis) string {
	if redis.Namespace == "" {
		return redis.Name
	}
	return redis.Namespace + "/" + redis.Name
}
