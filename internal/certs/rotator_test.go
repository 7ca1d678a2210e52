package certs_test

import (
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"

	"github.com/redislint/redislint/internal/certs"
)

func TestAnInstallationServesAtOnce(t *testing.T) {
	t.Parallel()
	empty := func(kind core.SecretType, data map[string][]byte) *core.Secret {
		return &core.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: secretName}, Type: kind, Data: data}
	}
	placeholder := hook()
	for i := range placeholder.Webhooks {
		placeholder.Webhooks[i].ClientConfig.CABundle = []byte("\n")
	}
	for name, c := range map[string]*cluster{
		"without a Secret":                newCluster(t, newClock(), hook()),
		"with a Secret that is empty":     newCluster(t, newClock(), hook(), empty(core.SecretTypeOpaque, nil)),
		"with a TLS Secret that is empty": newCluster(t, newClock(), hook(), empty(core.SecretTypeTLS, map[string][]byte{"tls.crt": {}, "tls.key": {}})),
		"with a caBundle that is none":    newCluster(t, newClock(), placeholder),
	} {
		source, rotator := c.replica()
		step(t, rotator)
		if err := source.Load(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_, err := served(t, source).Verify(x509.VerifyOptions{Roots: roots(c.trusted(0)[0]), DNSName: serverName, CurrentTime: c.clock.Now()})
		if err != nil || source.Ready() != nil {
			t.Errorf("%s: %v, ready with error %v", name, err, source.Ready())
		}
		if diff := cmp.Diff(names, served(t, source).DNSNames); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		writes := c.writes
		step(t, rotator)
		if c.writes != writes {
			t.Errorf("%s: a second sync writes again", name)
		}
	}
}

func roots(bundle string) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(bundle))
	return pool
}

// shape is what one sees of a Secret and of caBundle: how many CAs they hold, and which entries there are.
type shape struct {
	Secret, Published int
	Signing, Next     bool
	Leaf              string // "old", "new" CA, or ""
}

func (c *cluster) shape(old string) shape {
	data := c.secret().Data
	s := shape{
		Secret: len(certs.ParseBundle(data["ca.crt"])), Published: len(certs.ParseBundle([]byte(c.trusted(0)[0]))),
		Signing: len(data["ca.key"]) > 0, Next: len(data["next.key"]) > 0,
	}
	if p, err := certs.ParsePair(data["tls.crt"], data["tls.key"]); err == nil {
		s.Leaf = "new"
		if p.Leaf().Issuer.String() == old {
			s.Leaf = "old"
		}
	}
	return s
}

func TestTheStepsOfACARotation(t *testing.T) {
	t.Parallel()
	c := newCluster(t, newClock(), hook())
	_, rotator := c.replica()
	step(t, rotator)
	old := certs.ParseBundle(c.secret().Data["ca.crt"])[0].Subject.String()
	for range 16 * 15 {
		c.clock.advance(day)
		step(t, rotator)
		c.clock.advance(2 * time.Minute)
		step(t, rotator)
	}
	for _, s := range []struct {
		when   string
		passes time.Duration
		want   shape
	}{
		{"after eight months, nothing", 0, shape{1, 1, true, false, "old"}},
		{"the new CA joins the bundle", 4 * day, shape{2, 2, true, true, "old"}},
		{"the wait begins when both are seen", 10 * time.Second, shape{2, 2, true, true, "old"}},
		{"the wait goes on", certs.DefaultWait - time.Second, shape{2, 2, true, true, "old"}},
		{"the new CA signs", time.Second, shape{2, 2, true, false, "new"}},
		{"the old CA stays", 10*day - time.Minute, shape{2, 2, true, false, "new"}},
		{"the old CA leaves", time.Minute, shape{1, 1, true, false, "new"}},
	} {
		c.clock.advance(s.passes)
		step(t, rotator)
		if diff := cmp.Diff(s.want, c.shape(old)); diff != "" {
			t.Fatalf("%s, %s (-want +got):\n%s", s.when, c.clock.Now(), diff)
		}
	}
}

// inTransition returns a cluster whose new CA is in the bundle, and waits.
func inTransition(t *testing.T, edits ...func(*certs.Settings)) (c *cluster, rotator *certs.Rotator, old string) {
	t.Helper()
	c = newCluster(t, newClock(), hook())
	_, rotator = c.replica(edits...)
	step(t, rotator)
	old = certs.ParseBundle(c.secret().Data["ca.crt"])[0].Subject.String()
	c.damage(func(data map[string][]byte) { delete(data, "ca.key") })
	step(t, rotator)
	step(t, rotator)
	if diff := cmp.Diff(shape{2, 2, false, true, "old"}, c.shape(old)); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	return c, rotator, old
}

func TestTheWaitBeginsAnewWhen(t *testing.T) {
	t.Parallel()
	for name, happens := range map[string]func(*cluster, **certs.Rotator){
		"caBundle is emptied":                func(c *cluster, _ **certs.Rotator) { c.publish(nil) },
		"caBundle loses the new CA":          func(c *cluster, _ **certs.Rotator) { c.publish([]byte(c.history[1].bundle)) },
		"the configuration is written twice": func(c *cluster, _ **certs.Rotator) { b := []byte(c.trusted(0)[0]); c.publish(nil); c.publish(b) },
		"another replica becomes the leader": func(c *cluster, r **certs.Rotator) { _, *r = c.replica() },
		"the configuration is made anew": func(c *cluster, _ **certs.Rotator) {
			hooks := c.hooks()
			if err := hooks.Delete(c.t.Context(), hookName, metav1.DeleteOptions{}); err != nil {
				c.t.Error(err)
			}
			other := hook()
			other.UID = "2"
			if _, err := hooks.Create(c.t.Context(), other, metav1.CreateOptions{}); err != nil {
				c.t.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, rotator, old := inTransition(t)
			c.clock.advance(certs.DefaultWait - time.Second)
			happens(c, &rotator)
			for range 3 {
				step(t, rotator)
			}
			c.clock.advance(certs.DefaultWait - time.Second)
			step(t, rotator)
			if got := c.shape(old).Leaf; got != "old" {
				t.Errorf("the %s CA signs before the wait is over", got)
			}
			c.clock.advance(time.Second)
			step(t, rotator)
			if got := c.shape(old).Leaf; got != "new" {
				t.Errorf("the %s CA signs after the wait", got)
			}
		})
	}
}

func TestASwitchNeedsProof(t *testing.T) {
	t.Parallel()
	doubt := errors.New("API server 2 does not know the CA")
	asked := 0
	verdict := doubt
	c, rotator, old := inTransition(t, func(s *certs.Settings) {
		s.Prove = func(context.Context) error { asked++; return verdict }
	})
	if asked > 0 {
		t.Error("proof was asked for before the wait was over")
	}
	c.clock.advance(certs.DefaultWait)
	if err := rotator.Sync(t.Context()); !errors.Is(err, doubt) {
		t.Errorf("error %v, want %v", err, doubt)
	}
	if got := c.shape(old).Leaf; got != "old" || asked != 1 {
		t.Errorf("the %s CA signs although proof, asked for %d times, was refused", got, asked)
	}
	verdict = nil
	step(t, rotator)
	step(t, rotator)
	if got := c.shape(old).Leaf; got != "new" || asked != 2 {
		t.Errorf("the %s CA signs after proof was given, asked for %d times", got, asked)
	}
}

func TestALeafIsRenewedWhileProofIsRefused(t *testing.T) {
	t.Parallel()
	c := newCluster(t, newClock(), hook())
	source, rotator := c.replica(func(s *certs.Settings) {
		s.Prove = func(context.Context) error { return errors.New("refused") }
	})
	step(t, rotator)
	for range 300 {
		c.clock.advance(day)
		_ = rotator.Sync(t.Context())
		load(t, source)
		if err := source.Ready(); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(certs.ParseBundle(c.secret().Data["ca.crt"])); got != 2 {
		t.Errorf("%d CAs, not an old one that signs and a new one that is refused", got)
	}
}

func TestOneOwner(t *testing.T) {
	t.Parallel()
	injected := hook()
	injected.Annotations = map[string]string{"cert-manager.io/inject-ca-from": "redislint/webhook"}
	provided := &core.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: secretName},
		Data:       map[string][]byte{"tls.crt": []byte("somebody's"), "tls.key": []byte("somebody's")},
	}
	for name, test := range map[string]struct {
		c     *cluster
		fault string
	}{
		"cert-manager owns caBundle":  {newCluster(t, newClock(), injected), "two owners"},
		"somebody's pair in a Secret": {newCluster(t, newClock(), hook(), provided), "of another owner"},
	} {
		_, rotator := test.c.replica()
		if err := rotator.Sync(t.Context()); err == nil || !strings.Contains(err.Error(), test.fault) {
			t.Errorf("%s: error %v, want %q", name, err, test.fault)
		}
		if test.c.writes > 0 {
			t.Errorf("%s: wrote all the same", name)
		}
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	client := fake.NewClientset()
	self := certs.Settings{Mode: certs.Self, Service: "webhook", Namespace: "shop", Client: client, Secret: "s", Webhook: "w"}
	inFiles := certs.Settings{Mode: certs.Files, Service: "webhook", Namespace: "shop", Folder: "/certificates"}
	for name, test := range map[string]struct {
		settings certs.Settings
		edit     func(*certs.Settings)
		fault    string
	}{
		"self":                                 {self, func(*certs.Settings) {}, ""},
		"files":                                {inFiles, func(*certs.Settings) {}, ""},
		"no mode":                              {self, func(s *certs.Settings) { s.Mode = "" }, `mode "" is neither`},
		"self without a client":                {self, func(s *certs.Settings) { s.Client = nil }, "needs a client"},
		"self without a Secret":                {self, func(s *certs.Settings) { s.Secret = "" }, "needs a client"},
		"self without a configuration":         {self, func(s *certs.Settings) { s.Webhook = "" }, "needs a client"},
		"self with a folder":                   {self, func(s *certs.Settings) { s.Folder = "/certificates" }, "for mode files"},
		"files without a folder":               {inFiles, func(s *certs.Settings) { s.Folder = "" }, "needs a folder"},
		"files that could be written":          {inFiles, func(s *certs.Settings) { s.Client = client }, "writes nothing"},
		"files with a Secret":                  {inFiles, func(s *certs.Settings) { s.Secret = "s" }, "writes nothing"},
		"files with a configuration":           {inFiles, func(s *certs.Settings) { s.Webhook = "w" }, "writes nothing"},
		"no Service":                           {self, func(s *certs.Settings) { s.Service = "" }, "service"},
		"a Service that is no name":            {self, func(s *certs.Settings) { s.Service = "a\x1b.b" }, "service"},
		"a namespace that is no name":          {self, func(s *certs.Settings) { s.Namespace = "a.b" }, "namespace"},
		"a cluster domain that is no name":     {self, func(s *certs.Settings) { s.ClusterDomain = "a b" }, "cluster domain"},
		"a cluster domain":                     {self, func(s *certs.Settings) { s.ClusterDomain = "cluster.local" }, ""},
		"a poll in the past":                   {self, func(s *certs.Settings) { s.Poll = -1 }, "poll"},
		"a wait in the past":                   {self, func(s *certs.Settings) { s.Wait = -1 }, "wait"},
		"a leaf too short for the wait":        {self, func(s *certs.Settings) { s.LeafLife = 4 * time.Minute }, "leaf life"},
		"a leaf of no life":                    {self, func(s *certs.Settings) { s.LeafLife = -day }, "leaf life"},
		"a CA that its leaves would outlive":   {self, func(s *certs.Settings) { s.AuthorityLife = 90 * day }, "CA life"},
		"lives as short as they can be at all": {self, func(s *certs.Settings) { s.LeafLife, s.AuthorityLife = 5*time.Minute, 20*time.Minute }, ""},
	} {
		test.edit(&test.settings)
		source, rotator, err := certs.New(test.settings)
		switch {
		case test.fault == "" && (err != nil || source == nil || (rotator != nil) != (test.settings.Mode == certs.Self)):
			t.Errorf("%s: %v, %v, error %v", name, source, rotator, err)
		case test.fault != "" && (err == nil || !strings.Contains(err.Error(), test.fault)):
			t.Errorf("%s: error %v, want %q", name, err, test.fault)
		}
	}
}

func TestOtherThingsAreLeftAlone(t *testing.T) {
	t.Parallel()
	h := hook()
	h.Labels = map[string]string{"app": "redislint"}
	h.Webhooks[0].MatchConditions = nil
	c := newCluster(t, newClock(), h, &core.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: secretName, Labels: map[string]string{"app": "redislint"}},
		Data:       map[string][]byte{"more": []byte("of somebody")},
	})
	_, rotator := c.replica()
	step(t, rotator)
	if s := c.secret(); string(s.Data["more"]) != "of somebody" || s.Labels["app"] != "redislint" || s.Annotations[certs.OwnerAnnotation] != "self" {
		t.Errorf("Secret %v, entries %d", s.ObjectMeta, len(s.Data))
	}
	got, err := c.hooks().Get(t.Context(), hookName, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := h.DeepCopy()
	for i := range got.Webhooks {
		if len(got.Webhooks[i].ClientConfig.CABundle) == 0 {
			t.Errorf("webhook %d has no caBundle", i)
		}
		got.Webhooks[i].ClientConfig.CABundle = nil
	}
	if diff := cmp.Diff(want.Webhooks, got.Webhooks); diff != "" {
		t.Errorf("webhooks (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want.Labels, got.Labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
}

func TestWhoeverWritesFirstIsObeyed(t *testing.T) {
	t.Parallel()
	for _, request := range []string{"create secrets", "patch validatingwebhookconfigurations"} {
		t.Run(request, func(t *testing.T) {
			t.Parallel()
			c := newCluster(t, newClock(), hook())
			_, rotator := c.replica()
			_, rival := c.replica()
			raced := false
			c.before = func(next string) {
				if next == request && !raced {
					raced = true
					step(t, rival)
				}
			}
			step(t, rotator)
			if !raced {
				t.Fatal("nothing was written")
			}
			if got := c.shape(""); got != (shape{1, 1, true, false, "new"}) {
				t.Errorf("after two replicas wrote at once: %+v", got)
			}
			if a, b := string(c.secret().Data["ca.crt"]), c.trusted(0)[0]; a != b {
				t.Errorf("the Secret has another bundle than caBundle")
			}
		})
	}
}

// A replica that has lost the lease but not yet noticed must not take back the CA that the next leader has published, whenever
// that happens.
func TestAFormerLeaderTakesNothingBack(t *testing.T) {
	t.Parallel()
	for _, emptied := range []bool{false, true} {
		for moment := range 4 {
			c := newCluster(t, newClock(), hook())
			_, former := c.replica()
			_, leader := c.replica()
			step(t, former)
			c.clock.advance(12 * day) // the leaf is so old that CAs which no leaf needs are dropped
			step(t, former)
			if emptied {
				c.publish(nil) // so that the former leader has something to mend
			}
			requests, racing := 0, false
			c.before = func(string) {
				if racing {
					return
				}
				if requests == moment {
					racing = true
					c.damage(func(data map[string][]byte) { delete(data, "ca.key") })
					step(t, leader)
					racing = false
				}
				requests++
			}
			step(t, former)
			if requests <= moment {
				continue // it was done before that
			}
			if got := c.shape(""); got != (shape{2, 2, false, true, "new"}) {
				t.Errorf("caBundle emptied: %t, before request %d: %+v", emptied, moment, got)
			}
		}
	}
}

func TestAnEndlessConflictIsAnError(t *testing.T) {
	t.Parallel()
	c := newCluster(t, newClock(), hook())
	_, rotator := c.replica()
	step(t, rotator)
	c.publish(nil)
	rounds := 0
	c.before = func(request string) {
		if strings.HasSuffix(request, " validatingwebhookconfigurations") && request[:3] != "get" && rounds < 50 {
			rounds++
			if rounds%2 == 1 {
				c.publish([]byte(strings.Repeat("\n", rounds)))
			}
		}
	}
	if err := rotator.Sync(t.Context()); err == nil {
		t.Error("no error")
	}
	if rounds >= 50 {
		t.Error("it went on and on")
	}
}

func TestAnAPIServerThatIsDown(t *testing.T) {
	t.Parallel()
	down := errors.New("connection refused")
	c := newCluster(t, newClock(), hook())
	source, rotator := c.replica()
	step(t, rotator)
	load(t, source)
	for _, request := range []string{"get secrets", "get validatingwebhookconfigurations"} {
		c.failing[request] = down
		if err := rotator.Sync(t.Context()); !errors.Is(err, down) {
			t.Errorf("%s: error %v", request, err)
		}
		if err := source.Load(t.Context()); request == "get secrets" && !errors.Is(err, down) {
			t.Errorf("%s: error %v", request, err)
		}
		if err := source.Ready(); err != nil {
			t.Errorf("%s: %v", request, err)
		}
		delete(c.failing, request)
	}
	c.publish(nil)
	c.failing["patch validatingwebhookconfigurations"] = down
	if err := rotator.Sync(t.Context()); !errors.Is(err, down) {
		t.Errorf("patch: error %v", err)
	}
	c.damage(func(data map[string][]byte) { clear(data) })
	c.failing["update secrets"] = down
	if err := rotator.Sync(t.Context()); !errors.Is(err, down) {
		t.Errorf("update: error %v", err)
	}
	served(t, source)
}

func TestWithoutAConfigurationTheSecretIsKept(t *testing.T) {
	t.Parallel()
	c := newCluster(t, newClock())
	source, rotator := c.replica()
	for range 400 {
		step(t, rotator)
		load(t, source)
		if err := source.Ready(); err != nil {
			t.Fatal(err)
		}
		c.clock.advance(day)
	}
	if _, err := c.hooks().Create(t.Context(), hook(), metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	step(t, rotator)
	_, err := served(t, source).Verify(x509.VerifyOptions{Roots: roots(c.trusted(0)[0]), DNSName: serverName, CurrentTime: c.clock.Now()})
	if err != nil {
		t.Error(err)
	}
}

// A clock that is set makes leaves early, but neither shortens the wait nor drops a CA that others use.
func TestAClockThatIsSet(t *testing.T) {
	t.Parallel()
	for name, jump := range map[string]time.Duration{
		"25 hours forward": 25 * time.Hour,
		"25 hours back":    -25 * time.Hour,
		"2 years forward":  2 * 365 * day,
		"2 years back":     -2 * 365 * day,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCluster(t, newClock(), hook())
			right, rotator := c.replica()
			step(t, rotator)
			load(t, right)
			wrong := &clock{now: c.clock.Now().Add(jump)}
			_, leader := c.replica(func(s *certs.Settings) { s.Now = wrong.Now })
			for range 60 {
				_ = leader.Sync(t.Context())
				_ = right.Load(t.Context())
				_, err := served(t, right).Verify(x509.VerifyOptions{
					Roots: roots(c.trusted(0)[0]), DNSName: serverName, CurrentTime: c.clock.Now(),
				})
				if err != nil {
					t.Fatalf("%s: %v", c.clock.Now(), err)
				}
				c.clock.advance(3 * time.Minute)
				wrong.advance(3 * time.Minute)
			}
		})
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCluster(t, &clock{now: time.Now()}, hook())
		var log strings.Builder
		edit := func(s *certs.Settings) {
			s.Now, s.Poll = nil, 12*time.Hour
			s.Log = slog.New(slog.NewTextHandler(&log, nil))
		}
		source, rotator := c.replica(edit)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 2)
		go func() { done <- rotator.Run(ctx) }()
		synctest.Wait()
		go func() { done <- source.Run(ctx) }()
		synctest.Wait()
		if err := source.Ready(); err != nil {
			t.Error(err)
		}
		first := served(t, source)

		c.mu.Lock()
		c.failing["get secrets"] = errors.New("connection refused")
		c.mu.Unlock()
		time.Sleep(3 * day)
		c.mu.Lock()
		delete(c.failing, "get secrets")
		c.mu.Unlock()
		time.Sleep(400 * day)
		synctest.Wait()
		if err := source.Ready(); err != nil {
			t.Error(err)
		}
		if served(t, source).Issuer.String() == first.Issuer.String() {
			t.Error("the CA is still the first after more than a year")
		}
		cancel()
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if n := strings.Count(log.String(), "connection refused"); n != 2 {
			t.Errorf("one failure of two loops, three days long, is logged %d times", n)
		}
		if n := strings.Count(log.String(), "well again"); n != 2 {
			t.Errorf("the end of a failure of two loops is logged %d times", n)
		}
	})
}
