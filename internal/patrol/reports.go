package patrol

import (
	"context"
	"errors"
	"log/slog"
	"time"

	openreports "github.com/openreports/reports-api/apis/openreports.io/v1alpha1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/redislint/redislint/internal/admission"
)

// Bounds of all Reports together.
const (
	ReportName = "redislint"
	// MaxWrites is how many are written or removed in a round. What is left comes in the next ones.
	MaxWrites = 100
	// MaxReports is how many there are. Namespaces beyond have none.
	MaxReports = 1000
	// MaxAllBytes is what their results take together. Reports beyond hold a summary alone.
	MaxAllBytes = 32 << 20
	listPage    = 500
)

// Reports keeps one Report of OpenReports in each namespace in which something stands, and removes those in which nothing
// does. It writes what has changed, and touches no Report that it did not make. It is a Teller.
type Reports struct {
	client  client.Client
	metrics *Metrics
	log     *slog.Logger
	now     func() time.Time

	said string // about Reports that cannot be kept, so that it is said once

	// Of the round under way.
	ready    bool
	held     map[string]kept // the Reports that there are, by namespace
	told     map[string]bool // namespaces whose Report stays
	room     int             // bytes that are left
	writes   int
	failures int // in a row
}

// kept is a Report of ours as the API server has it.
type kept struct {
	hash            string
	uid             types.UID
	resourceVersion string
}

// NewReports returns a Teller that keeps Reports. metrics count what it writes.
func NewReports(c client.Client, metrics *Metrics, log *slog.Logger) *Reports {
	return &Reports{client: c, metrics: metrics, log: log, now: time.Now}
}

// Begin looks which Reports there are. In a round that cannot see everything, all stay as they are.
func (r *Reports) Begin(ctx context.Context, unread []admission.Unread) {
	r.ready, r.told, r.held = false, map[string]bool{}, map[string]kept{}
	r.room, r.writes, r.failures = MaxAllBytes, 0, 0
	if err := r.list(ctx); err != nil {
		if ctx.Err() == nil {
			r.cannot(err)
		}
		return
	}
	r.metrics.reportsServed(true)
	r.said = ""
	if blind(unread) {
		r.log.Warn("Reports stay as they are: not all could be seen", "unread", unreadNames(unread))
		return
	}
	r.ready = true
}

// cannot says why there are no Reports, when that is new.
func (r *Reports) cannot(err error) {
	r.metrics.reportsServed(false)
	message := err.Error()
	if absent(err) {
		message = "the cluster has no reports.openreports.io: install its CustomResourceDefinition, or leave out --audit-reports"
	}
	if r.said != message {
		r.said = message
		r.log.Error("keep Reports", "error", message)
	}
}

// absent reports whether the cluster does not have the kind.
func absent(err error) bool { return meta.IsNoMatchError(err) || apierrors.IsNotFound(err) }

// list reads the metadata of all Reports that were made here, page by page.
func (r *Reports) list(ctx context.Context) error {
	of := &metav1.PartialObjectMetadataList{}
	of.SetGroupVersionKind(openreports.SchemeGroupVersion.WithKind("ReportList"))
	for {
		err := r.client.List(ctx, of, client.MatchingLabels(labels()), client.Limit(listPage), client.Continue(of.Continue))
		if err != nil {
			return err
		}
		for _, o := range of.Items {
			if o.Name == ReportName {
				r.held[o.Namespace] = kept{o.Annotations[contentAnnotation], o.UID, o.ResourceVersion}
			}
		}
		if of.Continue == "" {
			return nil
		}
	}
}

// Tell writes the Report of a namespace, when it is not as it should be.
func (r *Reports) Tell(ctx context.Context, s admission.Standing) {
	if !r.ready || s.Namespace == "" {
		return
	}
	if s.Err != nil {
		r.told[s.Namespace] = true
		return
	}
	if len(s.Findings)+len(s.Undecided) == 0 || len(r.told) == MaxReports {
		return
	}
	r.told[s.Namespace] = true
	c := contentOf(s, r.room)
	r.room -= c.bytes
	hash := c.hash()
	if there, has := r.held[s.Namespace]; has && there.hash == hash || !r.mayWrite(ctx) {
		return
	}
	r.wrote(ctx, s.Namespace, "written", r.write(ctx, s.Namespace, c, hash))
}

func (r *Reports) mayWrite(ctx context.Context) bool {
	return r.writes < MaxWrites && r.failures < maxFailures && ctx.Err() == nil
}

// write makes the Report, or brings it up to date.
func (r *Reports) write(ctx context.Context, namespace string, c content, hash string) error {
	one := &openreports.Report{}
	err := r.client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: ReportName}, one)
	switch {
	case apierrors.IsNotFound(err):
		one.Namespace, one.Name = namespace, ReportName
		c.fill(one, hash, r.now())
		return r.client.Create(ctx, one)
	case err != nil:
		return err
	case one.Labels[managedBy] != labels()[managedBy]:
		return errForeign
	}
	c.fill(one, hash, r.now())
	return r.client.Update(ctx, one)
}

// errForeign is about a Report under our name that was not made here.
var errForeign = errors.New("the Report " + ReportName + " is somebody else's: it lacks the label " + managedBy + ": " + admission.DefaultName)

// wrote counts a write.
func (r *Reports) wrote(ctx context.Context, namespace, result string, err error) {
	r.writes++
	switch {
	case ctx.Err() != nil:
	case err != nil:
		if r.failures++; r.failures == 1 {
			r.log.Warn("keep a Report", "namespace", namespace, "error", err)
		}
		if errors.Is(err, errForeign) {
			r.failures = 0 // it says nothing of the others
		}
		r.metrics.reports.WithLabelValues("failed").Inc()
	default:
		r.failures = 0
		r.metrics.reports.WithLabelValues(result).Inc()
	}
}

// End removes the Reports of namespaces in which nothing stands any more.
func (r *Reports) End(ctx context.Context) {
	if !r.ready {
		return
	}
	for namespace, there := range r.held {
		if r.told[namespace] || !r.mayWrite(ctx) {
			continue
		}
		one := &openreports.Report{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: ReportName}}
		// Not one that somebody has changed since it was listed.
		err := r.client.Delete(ctx, one, client.Preconditions{UID: &there.uid, ResourceVersion: &there.resourceVersion})
		r.wrote(ctx, namespace, "removed", client.IgnoreNotFound(err))
	}
}

// Forget leaves the Reports to whoever patrols next.
func (r *Reports) Forget() { r.ready, r.said = false, "" }
