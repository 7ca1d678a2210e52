package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/uuid"
)

// answer is what a user gets for a request.
type answer struct {
	object   *object
	err      error
	warnings []string
	audit    types.UID
	cluster  *cluster
}

type answerKey struct{}

// recorder keeps the warnings of a request in the answer that its context carries.
type recorder struct{}

func (recorder) HandleWarningHeaderWithContext(ctx context.Context, code int, _, text string) {
	if a, ok := ctx.Value(answerKey{}).(*answer); ok && code == 299 {
		a.warnings = append(a.warnings, text)
	}
}

// identified gives a request the audit identity of its answer.
type identified struct{ next http.RoundTripper }

func (i identified) RoundTrip(r *http.Request) (*http.Response, error) {
	if a, ok := r.Context().Value(answerKey{}).(*answer); ok {
		r = r.Clone(r.Context())
		r.Header.Set("Audit-Id", string(a.audit))
	}
	return i.next.RoundTrip(r)
}

// ask sends a request and returns all of its answer.
func (c *cluster) ask(ctx context.Context, request func(context.Context) (*object, error)) *answer {
	a := &answer{audit: uuid.NewUUID(), cluster: c}
	a.object, a.err = request(context.WithValue(ctx, answerKey{}, a))
	return a
}

func (c *cluster) create(t *testing.T, o *object, dryRun ...string) *answer {
	t.Helper()
	return c.ask(t.Context(), func(ctx context.Context) (*object, error) {
		return at(c.dynamic, o).Create(ctx, o, metav1.CreateOptions{DryRun: dryRun})
	})
}

// change updates an object by a JSON merge patch.
func (c *cluster) change(t *testing.T, o *object, patch string, dryRun ...string) *answer {
	t.Helper()
	return c.patch(t, o, types.MergePatchType, patch, "", dryRun...)
}

// scale changes the replicas of a workload by its scale, as kubectl and autoscalers do.
func (c *cluster) scale(t *testing.T, o *object, replicas int, dryRun ...string) *answer {
	t.Helper()
	return c.patch(t, o, types.MergePatchType, fmt.Sprintf(`{"spec": {"replicas": %d}}`, replicas), "scale", dryRun...)
}

func (c *cluster) patch(t *testing.T, o *object, form types.PatchType, patch, subresource string, dryRun ...string) *answer {
	t.Helper()
	return c.ask(t.Context(), func(ctx context.Context) (*object, error) {
		options := metav1.PatchOptions{DryRun: dryRun}
		if form == types.ApplyPatchType {
			options.FieldManager, options.Force = "e2e", new(true)
		}
		var subresources []string
		if subresource != "" {
			subresources = append(subresources, subresource)
		}
		return at(c.dynamic, o).Patch(ctx, o.GetName(), form, []byte(patch), options, subresources...)
	})
}

func (c *cluster) remove(t *testing.T, o *object, dryRun ...string) *answer {
	t.Helper()
	return c.ask(t.Context(), func(ctx context.Context) (*object, error) {
		return nil, at(c.dynamic, o).Delete(ctx, o.GetName(), metav1.DeleteOptions{DryRun: dryRun})
	})
}

// made creates objects that must be admitted.
func (c *cluster) made(t *testing.T, all ...*object) {
	t.Helper()
	for _, o := range all {
		c.create(t, o).admitted(t)
	}
}

// deniedBy reports whether the webhook has refused the request, and by which rules.
func (a *answer) deniedBy() (rules []string, denied bool) {
	status, ok := errors.AsType[*apierrors.StatusError](a.err)
	if !ok || status.ErrStatus.Code != http.StatusForbidden || !strings.Contains(status.ErrStatus.Message, "redislint.dev\" denied the request: ") {
		return nil, false
	}
	if status.ErrStatus.Details != nil {
		for _, cause := range status.ErrStatus.Details.Causes {
			rules = append(rules, string(cause.Type))
		}
	}
	return rules, true
}

func (a *answer) admitted(t *testing.T) {
	t.Helper()
	if a.err != nil {
		t.Fatalf("not admitted: %v", a.err)
	}
}

// warned reports whether a warning has all the words.
func (a *answer) warned(words ...string) error {
	if a.err != nil {
		return fmt.Errorf("not admitted: %w", a.err)
	}
	for _, w := range a.warnings {
		if !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(w, word) }) {
			return nil
		}
	}
	return fmt.Errorf("no warning with %q in %q", words, a.warnings)
}

// refused reports whether the webhook refused the request by a rule.
func (a *answer) refused(rule string) error {
	rules, denied := a.deniedBy()
	if !denied || !slices.Contains(rules, rule) {
		return fmt.Errorf("not denied by %s: rules %v, warnings %q, error %v", rule, rules, a.warnings, a.err)
	}
	return nil
}

// refuses sends dry runs of a request until the webhook refuses it by a rule, as its watches lag behind, and then the request.
func refuses(t *testing.T, rule string, ask func(dryRun ...string) *answer) *answer {
	t.Helper()
	eventually(t, 15*time.Second, "be denied in a dry run", func() error { return ask(metav1.DryRunAll).refused(rule) })
	a := ask()
	if err := a.refused(rule); err != nil {
		t.Fatal(err)
	}
	return a
}

// warns sends dry runs of a request until the webhook warns of it with some words, and then the request.
func warns(t *testing.T, words []string, ask func(dryRun ...string) *answer) *answer {
	t.Helper()
	eventually(t, 15*time.Second, "be warned of in a dry run", func() error { return ask(metav1.DryRunAll).warned(words...) })
	a := ask()
	if err := a.warned(words...); err != nil {
		t.Fatal(err)
	}
	return a
}

// silent fails the test unless the request was admitted without a warning.
func (a *answer) silent(t *testing.T) {
	t.Helper()
	a.admitted(t)
	if len(a.warnings) > 0 {
		t.Errorf("warnings: %q", a.warnings)
	}
}

// noted is a finding in an audit annotation.
type noted struct {
	Rule, Severity, Action, Redis, Object, Field, Message string
}

// findings returns those that the API server's audit log has for the request.
func (a *answer) findings(t *testing.T) []noted {
	t.Helper()
	var found []noted
	for key, value := range a.annotations(t) {
		if !strings.HasSuffix(key, "redislint.dev/findings") {
			continue
		}
		var some []noted
		if err := json.Unmarshal([]byte(value), &some); err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		found = append(found, some...)
	}
	return found
}

// annotations are those of the request in the API server's audit log.
func (a *answer) annotations(t *testing.T) map[string]string {
	t.Helper()
	var found map[string]string
	eventually(t, 10*time.Second, "find the request in the audit log", func() error {
		var err error
		found, err = a.cluster.audit.annotations(a.audit)
		return err
	})
	return found
}

// auditLog reads what an API server appends to its audit log.
type auditLog struct {
	file string

	mu     sync.Mutex
	offset int64
	events map[types.UID]map[string]string
}

func (l *auditLog) annotations(id types.UID) (map[string]string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if found, ok := l.events[id]; ok {
		return found, nil
	}
	if err := l.read(); err != nil {
		return nil, err
	}
	if found, ok := l.events[id]; ok {
		return found, nil
	}
	return nil, fmt.Errorf("no event %s", id)
}

func (l *auditLog) read() error {
	text, err := os.ReadFile(l.file)
	if err != nil {
		return err
	}
	if l.events == nil {
		l.events = map[types.UID]map[string]string{}
	}
	text = text[l.offset:]
	for {
		line, rest, whole := bytes.Cut(text, []byte("\n"))
		if !whole {
			return nil
		}
		l.offset += int64(len(line)) + 1
		text = rest
		var event struct {
			AuditID     types.UID         `json:"auditID"`
			Annotations map[string]string `json:"annotations"`
		}
		if err := json.Unmarshal(line, &event); err != nil {
			return err
		}
		if event.Annotations == nil {
			event.Annotations = map[string]string{}
		}
		l.events[event.AuditID] = event.Annotations
	}
}
