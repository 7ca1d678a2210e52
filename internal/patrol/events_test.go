package patrol

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	openreports "github.com/openreports/reports-api/apis/openreports.io/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/redislint/redislint/internal/admission"
	"github.com/redislint/redislint/internal/rules"
)

// server is an API server that counts what is asked of it, and refuses what it is told to.
type server struct {
	client.Client
	creates, updates, deletes, lists int
	refuse                           func(verb string, o client.Object) error
}

func newServer(t testing.TB, objects ...client.Object) *server {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(eventsv1.AddToScheme(scheme), openreports.Install(scheme)); err != nil {
		t.Fatal(err)
	}
	s := &server{refuse: func(string, client.Object) error { return nil }}
	s.Client = fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).WithInterceptorFuncs(interceptor.Funcs{
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, o ...client.ListOption) error {
			s.lists++
			if err := s.refuse("list", nil); err != nil {
				return err
			}
			return c.List(ctx, list, o...)
		},
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, options ...client.CreateOption) error {
			s.creates++
			if err := s.refuse("create", o); err != nil {
				return err
			}
			return c.Create(ctx, o, options...)
		},
		Update: func(ctx context.Context, c client.WithWatch, o client.Object, options ...client.UpdateOption) error {
			s.updates++
			if err := s.refuse("update", o); err != nil {
				return err
			}
			return c.Update(ctx, o, options...)
		},
		Delete: func(ctx context.Context, c client.WithWatch, o client.Object, options ...client.DeleteOption) error {
			s.deletes++
			return c.Delete(ctx, o, options...)
		},
	}).Build()
	return s
}

// round tells what stands to a Teller.
func round(t testing.TB, teller Teller, unread []admission.Unread, standing ...admission.Standing) {
	t.Helper()
	teller.Begin(t.Context(), unread)
	for _, s := range standing {
		teller.Tell(t.Context(), s)
	}
	teller.End(t.Context())
}

// events are those that there are, by name.
func (s *server) events(t testing.TB) map[string]eventsv1.Event {
	t.Helper()
	var list eventsv1.EventList
	if err := s.List(t.Context(), &list); err != nil {
		t.Fatal(err)
	}
	all := map[string]eventsv1.Event{}
	for _, e := range list.Items {
		all[e.Name] = e
	}
	return all
}

func TestEventsTellWhatIsNewOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	e := NewEvents(s, "webhook-0", NewMetrics(), slog.New(slog.DiscardHandler))
	a, b := found(t, "maxmemory-too-high", rules.Error, "shop", "redis"), found(t, "tls-disabled", rules.Warning, "shop", "redis")
	steps := []struct {
		says     string
		unread   []admission.Unread
		standing []admission.Standing
		sent     int // in all
	}{
		{"what stands at first", nil, []admission.Standing{inNamespace("shop", a)}, 1},
		{"the same again", nil, []admission.Standing{inNamespace("shop", a)}, 1},
		{"one more", nil, []admission.Standing{inNamespace("shop", a, b)}, 2},
		{"infos, waived ones and what is about no object tell nothing", nil, []admission.Standing{
			inNamespace("shop", a, b, found(t, "hint", rules.Info, "shop", "redis"), waived(found(t, "backup-missing", rules.Error, "shop", "redis"))),
			inNamespace("", rules.Finding{Rule: &rules.Rule{ID: "waiver-expired"}, Severity: rules.Warning, Fingerprint: "w"}),
		}, 2},
		{"what nobody saw is no news when it is seen again", []admission.Unread{{Kind: "/Service"}}, nil, 2},
		{"as before", nil, []admission.Standing{inNamespace("shop", a, b)}, 2},
		{"a namespace without a verdict", nil, []admission.Standing{{Namespace: "shop", Err: errors.New("oops")}}, 2},
		{"as before, once more", nil, []admission.Standing{inNamespace("shop", a, b)}, 2},
		{"all is well", nil, nil, 2},
	}
	for _, step := range steps {
		round(t, e, step.unread, step.standing...)
		if got := len(s.events(t)); got != step.sent || s.creates != step.sent {
			t.Errorf("%s: %d Events by %d requests, want %d", step.says, got, s.creates, step.sent)
		}
	}
	if err := s.DeleteAllOf(t.Context(), &eventsv1.Event{}, client.InNamespace("shop")); err != nil { // their time is up
		t.Fatal(err)
	}
	round(t, e, nil, inNamespace("shop", a))
	if len(s.events(t)) != 1 {
		t.Error("a finding that comes back is not told")
	}
	e.Forget()
	round(t, e, nil, inNamespace("shop", a))
	if len(s.events(t)) != 1 {
		t.Error("whoever patrols next tells the same again")
	}
}

func TestAnEventIsAboutTheObject(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	e := NewEvents(s, "webhook-0", NewMetrics(), slog.New(slog.DiscardHandler))
	now := time.Unix(1_800_000_000, 0)
	e.now = func() time.Time { return now }
	round(t, e, nil, inNamespace("store", found(t, "tls-disabled", rules.Warning, "store", "redis")))
	if got, want := s.events(t)["redislint-tls-disabled-store-redis"].Note, "tls-disabled: maxmemory 1gb is 100 % of the limit; fix: lower maxmemory"; got != want {
		t.Errorf("note %q, want %q", got, want)
	}
	hostile := found(t, "maxmemory-too-high", rules.Error, "shop", "redis")
	hostile.Message = "\x1b[31m<script>" + strings.Repeat("ä", 1000)
	round(t, e, nil, inNamespace("shop", hostile))
	got := s.events(t)["redislint-maxmemory-too-high-shop-redis"]
	if len(got.Note) > 1000 || strings.Contains(got.Note, "\x1b") || !strings.HasSuffix(got.Note, "…") || !strings.HasPrefix(got.Note, "maxmemory-too-high: ") {
		t.Errorf("note of %d bytes: %q", len(got.Note), got.Note)
	}
	got.Note, got.ResourceVersion = "", ""
	want := eventsv1.Event{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "redislint-maxmemory-too-high-shop-redis", Labels: map[string]string{"app.kubernetes.io/managed-by": "redislint-webhook"}},
		EventTime:  metav1.NewMicroTime(now), Type: "Warning", Reason: "MaxmemoryTooHigh", Action: "Audit",
		Regarding:           corev1.ObjectReference{APIVersion: "apps/v1", Kind: "StatefulSet", Namespace: "shop", Name: "redis"},
		ReportingController: "redislint.dev/webhook", ReportingInstance: "webhook-0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// What stands when the patrol begins waits for its Events, and what comes later does not wait for that.
func TestEventsAreBounded(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	e := NewEvents(s, "webhook-0", NewMetrics(), slog.New(slog.DiscardHandler))
	var standing []admission.Standing
	for i := range 3 * MaxEvents {
		name := fmt.Sprintf("team-%03d", i)
		standing = append(standing, inNamespace(name, found(t, "tls-disabled", rules.Warning, name, "redis")))
	}
	late := inNamespace("zoo", found(t, "tls-disabled", rules.Warning, "zoo", "redis"))
	round(t, e, nil, standing...)
	if got := len(s.events(t)); got != maxLate {
		t.Errorf("%d Events after the first round, want %d", got, maxLate)
	}
	standing = append(standing, late)
	round(t, e, nil, standing...)
	if all := s.events(t); len(all) != 2*maxLate+1 || all["redislint-tls-disabled-zoo-redis"].Name == "" {
		t.Errorf("%d Events after the second round, want %d and among them what is new", len(all), 2*maxLate+1)
	}
	var flood []rules.Finding
	for i := range 2 * MaxEvents {
		flood = append(flood, found(t, fmt.Sprintf("rule-%03d", i), rules.Error, "aaa", "redis"))
	}
	before := s.creates
	round(t, e, nil, append([]admission.Standing{inNamespace("aaa", flood...)}, standing...)...)
	if asked := s.creates - before; asked != MaxEvents {
		t.Errorf("%d requests in a round, want %d", asked, MaxEvents)
	}
	// Whoever comes next asks for no more, though it finds them made.
	e.Forget()
	before = s.creates
	round(t, e, nil, standing...)
	if asked := s.creates - before; asked != maxLate {
		t.Errorf("%d requests of whoever comes next, want %d", asked, maxLate)
	}
	for range 7 {
		round(t, e, nil, standing...)
	}
	if got, want := len(s.events(t)), len(standing)+MaxEvents; got != want {
		t.Errorf("%d Events in the end, want %d", got, want)
	}
}

func TestEventsThatAreRefused(t *testing.T) {
	t.Parallel()
	s, m := newServer(t), NewMetrics()
	s.refuse = func(string, client.Object) error { return errors.New("forbidden") }
	e := NewEvents(s, "webhook-0", m, slog.New(slog.DiscardHandler))
	var findings []rules.Finding
	for i := range 20 {
		findings = append(findings, found(t, fmt.Sprintf("rule-%d", i), rules.Error, "shop", "redis"))
	}
	round(t, e, nil, inNamespace("shop", findings...))
	if s.creates != maxFailures {
		t.Errorf("%d requests in a round, want %d", s.creates, maxFailures)
	}
	if diff := cmp.Diff([]string{"events_total[failed] 5"}, gathered(t, m)); diff != "" {
		t.Error(diff)
	}
	s.refuse = func(string, client.Object) error { return nil }
	round(t, e, nil, inNamespace("shop", findings...))
	if got := len(s.events(t)); got != len(findings) {
		t.Errorf("%d Events once they are allowed, want %d", got, len(findings))
	}
}
