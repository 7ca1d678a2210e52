package certs_test

import (
	"encoding/json"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"time"

	admission "k8s.io/api/admissionregistration/v1"
	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/kubernetes/scheme"
	admissionclient "k8s.io/client-go/kubernetes/typed/admissionregistration/v1"
	coreclient "k8s.io/client-go/kubernetes/typed/core/v1"
	clienttesting "k8s.io/client-go/testing"

	"github.com/redislint/redislint/internal/certs"
)

const (
	namespace  = "redislint"
	secretName = "webhook-certificates"
	hookName   = "redislint"
	serverName = "webhook.redislint.svc"
)

// clock is a time that a test sets.
type clock struct {
	mu  sync.RWMutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// cluster is an API server that counts resource versions and generations, and refuses writes to a version that has passed, as the
// fake clientset alone does not.
type cluster struct {
	tracker clienttesting.ObjectTracker
	t       *testing.T
	clock   *clock

	mu      sync.Mutex
	version int
	writes  int
	before  func(request string) // called before each, by verb and resource, without the lock
	history []publication        // every caBundle, the oldest first
	failing map[string]error     // by verb and resource
}

// publication is a caBundle that API servers use from a time on.
type publication struct {
	from   time.Time
	bundle string
}

func newCluster(t *testing.T, clock *clock, objects ...runtime.Object) *cluster {
	t.Helper()
	c := &cluster{tracker: clienttesting.NewObjectTracker(scheme.Scheme, scheme.Codecs.UniversalDecoder()), t: t, clock: clock, failing: map[string]error{}}
	for _, o := range objects {
		c.stamp(o)
		if err := c.tracker.Add(o); err != nil {
			t.Fatal(err)
		}
	}
	c.record()
	return c
}

// client returns a client of its own: one fake clientset serves one request at a time, even if that causes another.
func (c *cluster) client() *fake.Clientset {
	client := &fake.Clientset{}
	client.AddReactor("*", "*", c.react)
	return client
}

func (c *cluster) secrets() coreclient.SecretInterface { return c.client().CoreV1().Secrets(namespace) }

func (c *cluster) hooks() admissionclient.ValidatingWebhookConfigurationInterface {
	return c.client().AdmissionregistrationV1().ValidatingWebhookConfigurations()
}

func hook() *admission.ValidatingWebhookConfiguration {
	webhook := func(name string) admission.ValidatingWebhook {
		return admission.ValidatingWebhook{Name: name, ClientConfig: admission.WebhookClientConfig{
			Service: &admission.ServiceReference{Namespace: namespace, Name: "webhook"},
		}}
	}
	return &admission.ValidatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: hookName, UID: "1"},
		Webhooks:   []admission.ValidatingWebhook{webhook("redis.redislint.dev"), webhook("scale.redislint.dev")},
	}
}

// stamp gives an object its next resource version, and a webhook configuration its next generation.
func (c *cluster) stamp(o runtime.Object) {
	accessor, err := meta.Accessor(o)
	if err != nil {
		c.t.Error(err)
		return
	}
	c.version++
	accessor.SetResourceVersion(strconv.Itoa(c.version))
	accessor.SetGeneration(accessor.GetGeneration() + 1)
}

func (c *cluster) react(action clienttesting.Action) (bool, runtime.Object, error) {
	verb, resource := action.GetVerb(), action.GetResource()
	if c.before != nil {
		c.before(verb + " " + resource.Resource)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.failing[verb+" "+resource.Resource]; err != nil {
		return true, nil, err
	}
	if verb == "get" {
		return clienttesting.ObjectReaction(c.tracker)(action)
	}
	c.writes++
	var name, expected string
	switch a := action.(type) {
	case clienttesting.UpdateActionImpl:
		accessor, _ := meta.Accessor(a.GetObject())
		name, expected = accessor.GetName(), accessor.GetResourceVersion()
	case clienttesting.PatchActionImpl:
		var patch metav1.PartialObjectMetadata
		if err := json.Unmarshal(a.GetPatch(), &patch); err != nil {
			return true, nil, apierrors.NewBadRequest(err.Error())
		}
		name, expected = a.GetName(), patch.ResourceVersion
	}
	if name != "" {
		stored, err := c.tracker.Get(resource, action.GetNamespace(), name)
		if err != nil {
			return true, nil, err
		}
		if accessor, _ := meta.Accessor(stored); expected != accessor.GetResourceVersion() {
			return true, nil, apierrors.NewConflict(resource.GroupResource(), name, nil)
		}
	}
	handled, o, err := clienttesting.ObjectReaction(c.tracker)(action)
	if err != nil || o == nil {
		return handled, o, err
	}
	c.stamp(o)
	if err := c.tracker.Update(resource, o, action.GetNamespace()); err != nil {
		return true, nil, err
	}
	c.record()
	return true, o, nil
}

// record notes the caBundle if it has changed.
func (c *cluster) record() {
	o, err := c.tracker.Get(admission.SchemeGroupVersion.WithResource("validatingwebhookconfigurations"), "", hookName)
	if err != nil {
		return
	}
	bundle := string(o.(*admission.ValidatingWebhookConfiguration).Webhooks[0].ClientConfig.CABundle)
	if n := len(c.history); n == 0 || c.history[n-1].bundle != bundle {
		c.history = append(c.history, publication{c.clock.Now(), bundle})
	}
}

// trusted returns each caBundle that some API server uses now, if none lags by more than lag.
func (c *cluster) trusted(lag time.Duration) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	oldest := c.clock.Now().Add(-lag)
	var bundles []string
	for i, p := range c.history {
		if i+1 < len(c.history) && !c.history[i+1].from.After(oldest) {
			continue // replaced before that
		}
		bundles = append(bundles, p.bundle)
	}
	return bundles
}

func (c *cluster) secret() *core.Secret {
	c.t.Helper()
	s, err := c.secrets().Get(c.t.Context(), secretName, metav1.GetOptions{})
	if err != nil {
		c.t.Fatal(err)
	}
	return s
}

// damage changes the Secret as somebody else would.
func (c *cluster) damage(change func(data map[string][]byte)) {
	c.t.Helper()
	s := c.secret().DeepCopy()
	change(s.Data)
	if _, err := c.secrets().Update(c.t.Context(), s, metav1.UpdateOptions{}); err != nil {
		c.t.Fatal(err)
	}
}

func (c *cluster) lose() {
	c.t.Helper()
	if err := c.secrets().Delete(c.t.Context(), secretName, metav1.DeleteOptions{}); err != nil {
		c.t.Fatal(err)
	}
}

// publish sets caBundle as somebody else would.
func (c *cluster) publish(bundle []byte) {
	c.t.Helper()
	hooks := c.hooks()
	o, err := hooks.Get(c.t.Context(), hookName, metav1.GetOptions{})
	if err != nil {
		c.t.Fatal(err)
	}
	o = o.DeepCopy()
	for i := range o.Webhooks {
		o.Webhooks[i].ClientConfig.CABundle = bundle
	}
	if _, err := hooks.Update(c.t.Context(), o, metav1.UpdateOptions{}); err != nil {
		c.t.Fatal(err)
	}
}

// replica returns a Source and a Rotator of this cluster.
func (c *cluster) replica(edits ...func(*certs.Settings)) (*certs.Source, *certs.Rotator) {
	c.t.Helper()
	s := certs.Settings{
		Mode: certs.Self, Service: "webhook", Namespace: namespace,
		Client: c.client(), Secret: secretName, Webhook: hookName,
		Now: c.clock.Now, Log: slog.New(slog.DiscardHandler),
	}
	for _, edit := range edits {
		edit(&s)
	}
	source, rotator, err := certs.New(s)
	if err != nil {
		c.t.Fatal(err)
	}
	return source, rotator
}

func step(t *testing.T, r *certs.Rotator) {
	t.Helper()
	if err := r.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, s *certs.Source) {
	t.Helper()
	if err := s.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
}
