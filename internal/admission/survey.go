package admission

import (
	"context"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/redislint/redislint/internal/lint"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/source"
)

// Standing is what is found in a namespace as it stands, whoever changed it
// and when.
type Standing struct {
	Namespace string // "" for what is said of waivers in the configuration
	Redis     int
	Findings  []rules.Finding // in the order of rules.Sort, waived ones too
	Undecided []rules.Undecided
	Err       error // why there is no verdict; nothing else is known then

	objects map[objectKey]types.UID
}

// UID returns that of an object that a finding is about, "" when nobody knows.
func (s Standing) UID(o *manifest.Object) types.UID { return s.objects[objectKey{o.Kind, o.Name}] }

// maxJudging bounds how long the verdict on one Redis may take.
const maxJudging = time.Minute

// Survey judges every Redis that the view holds, one namespace after another
// in the order of their names, and tells what is found in each: by the rules,
// the configuration and the waivers that changes are judged by, so not in
// namespaces that choose Off. What depends on kinds that were never read stays
// silent. It takes as little as it can from reviews: it judges one Redis at a
// time, calls pause before each, and keeps nothing decoded. The error is that
// of ctx.
func (v *View) Survey(ctx context.Context, policy *Policy, unread []Unread, pause func(context.Context), tell func(Standing)) error {
	var gaps []manifest.Gap
	for _, u := range unread {
		if !u.Stale {
			gaps = append(gaps, manifest.Gap{Kind: u.Kind})
		}
	}
	for _, name := range v.surveyed() {
		s := v.survey(ctx, policy, name, gaps, pause)
		if err := ctx.Err(); err != nil {
			return err
		}
		tell(s)
	}
	// No Redis is met here: what is found is what says of itself that it does
	// not hold, and not what is of no use.
	verdict, err := policy.evaluator.Conclude(ctx, nil, true)
	if err != nil {
		return err
	}
	tell(Standing{Findings: verdict.Findings, Undecided: verdict.Undecided})
	return nil
}

// surveyed returns the namespaces that may hold a Redis to judge, sorted.
func (v *View) surveyed() []string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	var names []string
	for _, name := range slices.Sorted(maps.Keys(v.namespaces)) {
		if name != "" && v.namespaces[name].redis > 0 && v.modes[name] != Off {
			names = append(names, name)
		}
	}
	return names
}

// survey judges one namespace. A panic is a fault of that namespace alone.
func (v *View) survey(ctx context.Context, policy *Policy, name string, gaps []manifest.Gap, pause func(context.Context)) (s Standing) {
	defer func() {
		if panicked := recover(); panicked != nil {
			s = Standing{Namespace: name, Err: fmt.Errorf("panic: %v\n%s", panicked, debug.Stack())}
		}
	}()
	s.Namespace, s.objects = name, v.uids(name)
	set := manifest.Compose(v.look(name).objects)
	set.Gaps = gaps
	found := source.Discover(set)
	all := &lint.Result{}
	for i := range found.Redis {
		pause(ctx)
		verdict, err := judgeWithin(ctx, policy, found, i)
		if err != nil {
			return Standing{Namespace: name, Err: err}
		}
		all.Findings = append(all.Findings, verdict.Findings...)
		all.Undecided = append(all.Undecided, verdict.Undecided...)
		all.Met = append(all.Met, verdict.Met...)
	}
	if err := lint.Conclude(ctx, all, policy.evaluator, false); err != nil {
		return Standing{Namespace: name, Err: err}
	}
	rules.Sort(all.Findings)
	all.Findings = slices.CompactFunc(all.Findings, rules.Same)
	rules.Distinguish(all.Findings)
	s.Redis, s.Findings, s.Undecided = len(found.Redis), all.Findings, all.Undecided
	return s
}

func judgeWithin(ctx context.Context, policy *Policy, found source.Discovery, i int) (*lint.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, maxJudging)
	defer cancel()
	verdict, err := lint.Judge(ctx, found.Redis[i:i+1], policy.evaluator)
	if err != nil {
		return nil, fmt.Errorf("judge Redis %s: %w", found.Redis[i].Name, err)
	}
	return verdict, nil
}

// uids returns those of a namespace's objects and of StorageClasses.
func (v *View) uids(name string) map[objectKey]types.UID {
	all := map[objectKey]types.UID{}
	for _, p := range v.projections(name) {
		all[objectKey{p.kind, p.Name}] = p.UID
	}
	return all
}
