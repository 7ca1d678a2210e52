// Package admission decides AdmissionRequests by the findings that a change
// introduces. It knows objects and rules; it knows no HTTP.
package admission

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	admissionv1 "k8s.io/api/admission/v1"

	"github.com/redislint/redislint/internal/lint"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/source"
)

// Observer learns of each review, for metrics. Verdict is "allowed",
// "denied", "warned" or "skipped"; findings are those that the change
// introduces, waived those that a waiver suppressed.
type Observer interface {
	Reviewed(verdict string, findings, waived []rules.Finding, undecided int, took time.Duration)
}

// Handler decides requests. It is safe for concurrent use.
type Handler struct {
	view     *View
	policy   func() *Policy
	live     Live
	observer Observer
}

// Live reads one object from the API server itself, as JSON; nil without an
// error when it does not exist.
type Live func(ctx context.Context, kind, namespace, name string) ([]byte, error)

// New returns a handler. policy returns the policy in force; live and observer
// may be nil: without live, objects other than the request's never deny.
func New(view *View, policy func() *Policy, live Live, observer Observer) *Handler {
	return &Handler{view: view, policy: policy, live: live, observer: observer}
}

// maxStale is how long a watch may be broken before what it last showed is no
// ground for a denial any more.
const maxStale = time.Minute

// Review decides a request. An error is a fault of ours and says nothing about
// the request: the caller answers with an HTTP error, so that the webhook's
// failurePolicy decides.
func (h *Handler) Review(ctx context.Context, req admissionv1.AdmissionRequest) (*admissionv1.AdmissionResponse, error) {
	start := time.Now()
	d, err := h.decide(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("review %s %s %s/%s: %w", req.Operation, req.Kind.Kind, req.Namespace, req.Name, err)
	}
	response := d.answer(req)
	if h.observer != nil {
		h.observer.Reviewed(d.verdict(), d.findings(), d.waived, len(d.undecided), time.Since(start))
	}
	return response, nil
}

func (h *Handler) decide(ctx context.Context, req admissionv1.AdmissionRequest) (*decision, error) {
	policy := h.policy()
	if policy == nil {
		return nil, errors.New("no policy is compiled yet")
	}
	mode := h.view.mode(req.Namespace)
	if mode == Off || !h.concerns(req) {
		return &decision{skipped: true}, nil
	}
	c, err := changeOf(req, h.view.raw)
	if errors.Is(err, errUnknownParent) {
		return h.scaleOfUnknown(ctx, req, policy, mode)
	}
	if err != nil {
		return nil, err
	}
	return h.judge(ctx, policy, mode, c)
}

// scaleOfUnknown judges a Scale whose workload the view does not hold: one
// that is no Redis, or one made a moment ago.
func (h *Handler) scaleOfUnknown(ctx context.Context, req admissionv1.AdmissionRequest, policy *Policy, mode Action) (*decision, error) {
	if h.live == nil || !h.view.hasRedis(req.Namespace) {
		return &decision{skipped: true}, nil
	}
	var fault error
	c, err := changeOf(req, func(kind, namespace, name string) []byte {
		raw, err := h.live(ctx, kind, namespace, name)
		fault = err
		return raw
	})
	switch {
	case fault != nil:
		return nil, fmt.Errorf("read the scaled workload: %w", fault)
	case errors.Is(err, errUnknownParent):
		return &decision{skipped: true}, nil
	case err != nil:
		return nil, err
	}
	return h.judge(ctx, policy, mode, c)
}

// concerns reports whether the request can have to do with a Redis at all,
// from its raw text.
func (h *Handler) concerns(req admissionv1.AdmissionRequest) bool {
	switch {
	case req.SubResource == "scale":
		return h.view.holds(req.Resource.Resource, req.Namespace, req.Name) || h.live != nil && h.view.hasRedis(req.Namespace)
	case slices.Contains(source.Kinds(), req.Kind.Group+"/"+req.Kind.Kind):
		return source.Sign(req.Object.Raw) || source.Sign(req.OldObject.Raw)
	default:
		return h.view.hasRedis(req.Namespace)
	}
}

// judge compares what is found with the change applied to what is found
// without it.
func (h *Handler) judge(ctx context.Context, policy *Policy, mode Action, c change) (*decision, error) {
	if c.specUnchanged() {
		return &decision{skipped: true}, nil
	}
	snapshot := h.view.snapshot(c.namespace)
	around := snapshot.without(c.subject())
	if c.partial {
		around = unscaled(around, c.subject())
	}
	was, memo := discoverBefore(c, snapshot, around)
	is := source.Discover(manifest.Compose(with(around, c.after)))
	t := tie(c, was, is)
	before, err := memo.judge(ctx, policy, was, t)
	if err != nil {
		return nil, err
	}
	after, err := (*snapshotMemo)(nil).judge(ctx, policy, is, t)
	if err != nil {
		return nil, err
	}
	d := &decision{change: c, undecided: after.Undecided, notes: orphans(c, before)}
	known := map[string]rules.Severity{}
	for _, f := range before.Findings {
		known[f.Fingerprint] = f.Severity
	}
	for _, f := range after.Findings {
		old, existed := known[f.Fingerprint]
		switch {
		case f.Suppressed != nil:
			d.waived = append(d.waived, f)
		case existed && old.AtLeast(f.Severity):
			if f.Object == c.after {
				d.standing = append(d.standing, f)
			}
		default:
			d.introduced = append(d.introduced, introduced{f, h.actionOn(policy, mode, c, f, after)})
		}
	}
	return d, h.confirm(ctx, policy, c, d, around, t)
}

// unscaled leaves out the autoscalers of a workload. The least that they would
// ever scale it to counts for what will run; a Scale says what runs now.
func unscaled(objects []*manifest.Object, workload *manifest.Object) []*manifest.Object {
	return slices.DeleteFunc(objects, func(o *manifest.Object) bool {
		return (o.Kind == "HorizontalPodAutoscaler" || o.Kind == "ScaledObject") &&
			o.Root.Get("spec", "scaleTargetRef", "name").Text() == workload.Name
	})
}

// discoverBefore finds the Redis of the namespace as it is, which are known
// already while nothing changes in it.
func discoverBefore(c change, s *snapshot, around []*manifest.Object) (source.Discovery, *snapshotMemo) {
	if !c.partial && s.isBefore(c) {
		return s.discovered(), &s.memo
	}
	return source.Discover(manifest.Compose(with(around, c.before))), nil
}

// orphans says which Redis still use an object that is deleted. Nothing of it
// is left to judge: what is not there is unknown.
func orphans(c change, before *lint.Result) []string {
	if c.after != nil || c.before == nil || !slices.Contains([]string{"Service", "ConfigMap", "PersistentVolumeClaim"}, c.before.Kind) {
		return nil
	}
	var notes []string
	for _, r := range before.Redis {
		uses := slices.ContainsFunc(r.Objects, func(o *manifest.Object) bool { return o.Kind == c.before.Kind && o.Name == c.before.Name })
		if uses && !r.Stopped() {
			notes = append(notes, fmt.Sprintf("%s/%s is still used by Redis %s/%s", c.before.Kind, c.before.Name, r.Namespace, r.Name))
		}
	}
	return notes
}

// actionOn is what is done about a finding that the change introduces. Only
// what the change alone decides, or what the cluster confirms, is denied.
func (h *Handler) actionOn(policy *Policy, mode Action, c change, f rules.Finding, after *lint.Result) Action {
	action := least(policy.action(f), mode)
	switch {
	case c.operation == admissionv1.Delete && !slices.Contains(policy.config.DenyDeletion, f.Rule.ID),
		c.after != nil && controlled(c.after),
		c.operation == admissionv1.Update && immutable(c, f),
		stopped(f, after),
		foreign(c, f) != nil && h.view.Age() > maxStale:
		return least(action, Warn)
	}
	return action
}

// immutable reports whether the finding is about the claim templates of a
// StatefulSet that exists: nobody can change them any more.
func immutable(c change, f rules.Finding) bool {
	return c.after != nil && c.after.Kind == "StatefulSet" && len(f.Path) > 1 && f.Path[0] == "spec" && f.Path[1] == "volumeClaimTemplates"
}

// stopped reports whether the finding is about a Redis that is switched off as
// a whole.
func stopped(f rules.Finding, after *lint.Result) bool {
	for _, r := range after.Redis {
		if r.Stopped() && (r.Name == f.Redis || r.Namespace+"/"+r.Name == f.Redis) {
			return true
		}
	}
	return false
}

// foreign returns the objects, other than the request's, that a finding rests
// on.
func foreign(c change, f rules.Finding) []*manifest.Object {
	var others []*manifest.Object
	note := func(o *manifest.Object) {
		if o != nil && o != c.after && !slices.Contains(others, o) {
			others = append(others, o)
		}
	}
	note(f.Object)
	for _, r := range f.Related {
		note(r.Object)
	}
	return others
}

// confirm reads the other objects that a denial rests on from the API server,
// since a watch may lag behind. What they do not confirm is not denied.
func (h *Handler) confirm(ctx context.Context, policy *Policy, c change, d *decision, around []*manifest.Object, t ties) error {
	fresh := map[*manifest.Object]*manifest.Object{}
	doubtful := map[int]bool{}
	for i, f := range d.introduced {
		if f.action != Deny {
			continue
		}
		for _, o := range foreign(c, f.Finding) {
			if h.live == nil {
				doubtful[i] = true
				continue
			}
			if _, read := fresh[o]; read {
				continue
			}
			raw, err := h.live(ctx, o.Kind, o.Namespace, o.Name)
			if err != nil {
				doubtful[i] = true
				continue
			}
			fresh[o] = nil
			if raw != nil {
				if fresh[o], err = manifest.DecodeOne(file, raw, manifest.Options{}); err != nil {
					doubtful[i] = true
				}
			}
		}
	}
	if len(fresh) > 0 {
		found := source.Discover(manifest.Compose(with(replaced(around, fresh), c.after)))
		confirmed, err := (*snapshotMemo)(nil).judge(ctx, policy, found, t)
		if err != nil {
			return err
		}
		still := map[string]bool{}
		for _, f := range confirmed.Findings {
			still[f.Fingerprint] = true
		}
		for i, f := range d.introduced {
			doubtful[i] = doubtful[i] || !still[f.Fingerprint]
		}
	}
	for i := range d.introduced {
		if doubtful[i] {
			d.introduced[i].action = least(d.introduced[i].action, Warn)
		}
	}
	return nil
}

// replaced returns the objects with those that were read again in place of
// their older selves.
func replaced(objects []*manifest.Object, fresh map[*manifest.Object]*manifest.Object) []*manifest.Object {
	var result []*manifest.Object
	for _, o := range objects {
		newer, read := fresh[o]
		switch {
		case !read:
			result = append(result, o)
		case newer != nil:
			result = append(result, newer)
		}
	}
	return result
}

// with returns the objects and one more, if there is one.
func with(objects []*manifest.Object, o *manifest.Object) []*manifest.Object {
	if o == nil {
		return objects
	}
	return append(slices.Clip(objects), o)
}
