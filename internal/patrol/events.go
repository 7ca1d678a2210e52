package patrol

import (
	"context"
	"log/slog"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/redislint/redislint/internal/admission"
	"github.com/redislint/redislint/internal/report"
	"github.com/redislint/redislint/internal/rules"
)

// Bounds of Events.
const (
	// MaxEvents is how many are asked for in a round. What is left comes in the next ones.
	MaxEvents = 50
	// maxLate is how many of them are about what stood before already, so that a long queue does not keep back what is new.
	maxLate  = MaxEvents / 2
	maxKnown = 100_000 // findings that are remembered; no more are told
	maxNote  = 1000    // bytes; API servers take 1024
	// maxFailures ends a round's writes: whoever refuses that many in a row will refuse the rest.
	maxFailures = 5
)

// controller is what Events come from.
const controller = "redislint.dev/webhook"

// Events makes one Event for each finding of severity error or warning that is new, on the object that it is about. It is a
// Teller. Whoever begins a patrol knows of none: what stands then gets its Event bit by bit, in the order of namespaces, errors
// before warnings, unless there is one still.
type Events struct {
	client   client.Client
	instance string
	metrics  *Metrics
	log      *slog.Logger
	now      func() time.Time

	known map[string]bool // fingerprints of findings that stand, and whether they have had their Event; nil before the first round

	// Of the round under way.
	standing map[string]bool // what known will be
	blind    bool
	asked    int // Events
	failures int // in a row
}

// NewEvents returns a Teller that makes Events as an instance of the webhook. metrics count them.
func NewEvents(c client.Client, instance string, metrics *Metrics, log *slog.Logger) *Events {
	return &Events{client: c, instance: clip(instance, 128), metrics: metrics, log: log, now: time.Now}
}

// Begin begins a round.
func (e *Events) Begin(_ context.Context, unread []admission.Unread) {
	e.standing, e.blind, e.asked, e.failures = map[string]bool{}, blind(unread), 0, 0
}

// Tell makes Events for what is new in a namespace.
func (e *Events) Tell(ctx context.Context, s admission.Standing) {
	if s.Err != nil {
		e.blind = true
		return
	}
	for _, severity := range []rules.Severity{rules.Error, rules.Warning} {
		for _, f := range s.Findings {
			if f.Severity != severity || f.Suppressed != nil || f.Object == nil || f.Object.Name == "" || s.Namespace == "" {
				continue
			}
			told, late := e.known[f.Fingerprint]
			if len(e.standing) < maxKnown {
				e.standing[f.Fingerprint] = told || e.mayAsk(ctx, late || e.known == nil) && e.make(ctx, s, f)
			}
		}
	}
}

func (e *Events) mayAsk(ctx context.Context, late bool) bool {
	most := MaxEvents
	if late {
		most = maxLate
	}
	return e.asked < most && e.failures < maxFailures && ctx.Err() == nil
}

// make makes the Event of a finding, and reports whether there is one.
func (e *Events) make(ctx context.Context, s admission.Standing, f rules.Finding) (made bool) {
	e.asked++
	err := e.client.Create(ctx, e.event(s, f))
	switch {
	case err == nil:
		e.metrics.events.WithLabelValues("sent").Inc()
	case apierrors.IsAlreadyExists(err): // by whoever patrolled before, not long ago
	case ctx.Err() != nil:
		return false
	default:
		if e.failures++; e.failures == 1 {
			e.log.Warn("make an Event", "namespace", f.Object.Namespace, "error", err)
		}
		e.metrics.events.WithLabelValues("failed").Inc()
		return false
	}
	e.failures = 0
	return true
}

// End forgets findings that are gone: should they come back, they are new.
func (e *Events) End(context.Context) {
	if e.blind {
		for fingerprint, told := range e.known {
			if _, stands := e.standing[fingerprint]; !stands && len(e.standing) < maxKnown {
				e.standing[fingerprint] = told
			}
		}
	}
	e.known = e.standing
}

// Forget forgets all: whoever comes back does not know what was told meanwhile.
func (e *Events) Forget() { e.known = nil }

// event is that of a finding. Its name makes sure that there is one.
func (e *Events) event(s admission.Standing, f rules.Finding) *eventsv1.Event {
	namespace := f.Object.Namespace
	if namespace == "" {
		namespace = metav1.NamespaceDefault // of what has none, as Kubernetes does
	}
	return &eventsv1.Event{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "redislint-" + f.Fingerprint, Labels: labels()},
		EventTime:  metav1.NewMicroTime(e.now()),
		Type:       corev1.EventTypeWarning,
		Reason:     reason(f.Rule.ID),
		Action:     "Audit",
		Regarding:  reference(s, f),
		Note:       note(f),

		ReportingController: controller,
		ReportingInstance:   e.instance,
	}
}

// note says what is found and what to do about it, in what room there is.
func note(f rules.Finding) string {
	text := f.Rule.ID + ": " + f.Message
	if f.Rule.Remediation != "" {
		text += "; fix: " + f.Rule.Remediation
	}
	return clip(report.Visible(text), maxNote)
}

// reason is a rule's id as Events write it: MaxmemoryTooHigh.
func reason(rule string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(rule, "-") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return clip(b.String(), 128)
}
