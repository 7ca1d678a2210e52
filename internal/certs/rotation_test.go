package certs_test

import (
	"crypto/x509"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/redislint/redislint/internal/certs"
)

const day = 24 * time.Hour

// fleet is replicas that see the Secret late, each by its own lag, and API servers that see caBundle late, by up to lag.
type fleet struct {
	*cluster
	lag      time.Duration
	rotator  *certs.Rotator
	replicas []*replica
	verdicts map[string]error // of a client that trusts a bundle, about a leaf
	leaves   map[string]bool  // that were served
	issuers  map[string]bool  // of these
}

type replica struct {
	*certs.Source
	lag  time.Duration
	seen time.Time
}

func newFleet(c *cluster, lag time.Duration, lags []time.Duration, edits ...func(*certs.Settings)) *fleet {
	f := &fleet{cluster: c, lag: lag, verdicts: map[string]error{}, leaves: map[string]bool{}, issuers: map[string]bool{}}
	_, f.rotator = c.replica(edits...)
	for _, lag := range lags {
		source, _ := c.replica()
		f.replicas = append(f.replicas, &replica{Source: source, lag: lag})
	}
	return f
}

// load has each replica read the Secret if its lag has passed.
func (f *fleet) load() {
	for _, r := range f.replicas {
		if now := f.clock.Now(); now.Sub(r.seen) >= r.lag {
			_ = r.Load(f.t.Context()) // the Secret may be damaged: then the last good pair stays
			r.seen = now
		}
	}
}

// losses returns why some API server would not accept what some replica serves; "" when each accepts all.
func (f *fleet) losses() string {
	for i, r := range f.replicas {
		served, err := r.GetCertificate(nil)
		if err != nil {
			continue // a replica without a certificate is not ready, and is not called
		}
		f.leaves[string(served.Leaf.Raw)], f.issuers[served.Leaf.Issuer.CommonName] = true, true
		for j, bundle := range f.trusted(f.lag) {
			key := string(served.Leaf.Raw) + bundle
			if _, known := f.verdicts[key]; !known || f.clock.Now().After(served.Leaf.NotAfter) {
				f.verdicts[key] = f.accepts(bundle, served.Leaf)
			}
			if err := f.verdicts[key]; err != nil {
				return fmt.Sprintf("%s: replica %d, caBundle %d: %v", f.clock.Now(), i, j, err)
			}
		}
	}
	return ""
}

// accepts is what an API server does, in the words of crypto/x509 and not in those of the package.
func (f *fleet) accepts(bundle string, leaf *x509.Certificate) error {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(bundle))
	_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: serverName, CurrentTime: f.clock.Now()})
	return err
}

// install takes the first steps, before which nobody can be called.
func (f *fleet) install() {
	f.t.Helper()
	step(f.t, f.rotator)
	for _, r := range f.replicas {
		load(f.t, r.Source)
	}
	f.clock.advance(f.lag + time.Second)
}

// live advances time until enough leaves and CAs were served, and returns the first loss.
func (f *fleet) live(leaves, authorities int) (lost string) {
	for f.clock.Now().Before(newClock().now.Add(5*365*day)) && (len(f.leaves) < leaves || len(f.issuers) < authorities) {
		step(f.t, f.rotator)
		if lost := f.losses(); lost != "" {
			return lost
		}
		f.load()
		if lost := f.losses(); lost != "" {
			return lost
		}
		// Slowly while something changes, fast when nothing does.
		tick := 6 * time.Hour
		if len(f.trusted(10*time.Minute)) > 1 {
			tick = 15 * time.Second
		}
		f.clock.advance(tick)
	}
	return ""
}

func TestNoRotationLosesACall(t *testing.T) {
	t.Parallel()
	// The last replica is cut off for days, but for less than the third of a leaf's life after which an old CA is dropped.
	lags := []time.Duration{0, 7 * time.Minute, 9 * day}
	const leaves, authorities = 25, 4
	f := newFleet(newCluster(t, newClock(), hook()), certs.DefaultWait, lags)
	f.install()
	if lost := f.live(leaves, authorities); lost != "" {
		t.Fatal(lost)
	}
	if len(f.leaves) < leaves || len(f.issuers) < authorities {
		t.Errorf("only %d leaves of %d CAs were served", len(f.leaves), len(f.issuers))
	}
	f.clock.advance(15 * day)
	step(t, f.rotator)
	if n := len(certs.ParseBundle(f.secret().Data["ca.crt"])); n != 1 {
		t.Errorf("%d CAs are trusted long after the last rotation, not 1", n)
	}
}

// Were the order of steps of no importance, the tests here would prove nothing.
func TestARotationThatDoesNotWaitLosesCalls(t *testing.T) {
	t.Parallel()
	hasty := func(s *certs.Settings) { s.Wait = time.Nanosecond }
	f := newFleet(newCluster(t, newClock(), hook()), certs.DefaultWait, []time.Duration{0}, hasty)
	f.install()
	if lost := f.live(25, 2); lost == "" {
		t.Error("no call was lost")
	}
}

func TestNoDisasterLosesACall(t *testing.T) {
	t.Parallel()
	disasters := []struct {
		name    string
		happens func(f *fleet, random *rand.Rand)
	}{
		{"the Secret is deleted", func(f *fleet, _ *rand.Rand) { f.lose() }},
		{"an entry of the Secret is deleted", func(f *fleet, random *rand.Rand) {
			f.damage(func(data map[string][]byte) { delete(data, entry(random)) })
		}},
		{"an entry of the Secret is garbage", func(f *fleet, random *rand.Rand) {
			f.damage(func(data map[string][]byte) { data[entry(random)] = []byte("-----BEGIN garbage") })
		}},
		{"an entry of the Secret is cut off", func(f *fleet, random *rand.Rand) {
			f.damage(func(data map[string][]byte) { e := entry(random); data[e] = data[e][:random.IntN(len(data[e])+1)] })
		}},
		{"someone brings a CA", func(f *fleet, _ *rand.Rand) {
			authority := mustAuthority(f.t, f.clock.Now())
			f.damage(func(data map[string][]byte) {
				data["ca.key"] = mustKey(f.t, authority)
				data["ca.crt"] = certs.EncodeBundle([]*x509.Certificate{authority.Certificate()})
			})
		}},
		{"another replica becomes the leader", func(f *fleet, _ *rand.Rand) { _, f.rotator = f.replica() }},
		{"a replica starts anew", func(f *fleet, random *rand.Rand) {
			f.replicas[random.IntN(len(f.replicas))].Source, _ = f.replica()
		}},
		{"someone adds a DNS name", func(f *fleet, random *rand.Rand) {
			_, f.rotator = f.replica(func(s *certs.Settings) { s.ClusterDomain = fmt.Sprintf("%d.example", random.IntN(9)) })
		}},
		{"months pass", func(f *fleet, random *rand.Rand) {
			for range random.IntN(8) * 30 {
				f.clock.advance(day)
				f.load()
				_ = f.rotator.Sync(f.t.Context())
			}
		}},
	}
	for seed := range uint64(12) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 0))
			f := newFleet(newCluster(t, newClock(), hook()), certs.DefaultWait, []time.Duration{0, 40 * time.Second, 4 * time.Minute})
			f.install()
			var past []string
			for range 25 {
				d := disasters[random.IntN(len(disasters))]
				past = append(past, d.name)
				d.happens(f, random)
				for range random.IntN(40) {
					if random.IntN(3) > 0 {
						step(t, f.rotator)
					}
					if lost := f.losses(); lost != "" {
						t.Fatalf("%s\nafter %q", lost, past)
					}
					f.load()
					if lost := f.losses(); lost != "" {
						t.Fatalf("%s\nafter %q", lost, past)
					}
					f.clock.advance(10 * time.Second)
				}
				step(t, f.rotator)
			}
			for range 60 {
				f.clock.advance(10 * time.Second)
				step(t, f.rotator)
				f.load()
			}
			for i, r := range f.replicas {
				if err := r.Ready(); err != nil {
					t.Errorf("replica %d has not recovered: %v", i, err)
				}
			}
		})
	}
}

// entry returns the name of an entry of the Secret.
func entry(random *rand.Rand) string {
	all := []string{"tls.crt", "tls.key", "ca.crt", "ca.key", "next.key"}
	return all[random.IntN(len(all))]
}
