// Package certs makes and rotates the webhook's CA and leaf. It knows X.509 and one Secret; it knows nothing of admission.
//
// The material has exactly one owner, named by a Mode. In mode files that is whoever fills the mounted folder: cert-manager,
// or a Secret made by hand. In mode self it is the replica that runs a Rotator: the Secret holds
//
//	tls.crt, tls.key  the leaf that every replica serves
//	ca.crt            the bundle: each CA that API servers are to trust, the signing one first
//	ca.key            the key of the CA that signs leaves
//	next.key          the key of the CA that will, while API servers learn to trust it
//
// and a Role needs get, create and update on it, and get and patch on the ValidatingWebhookConfiguration. Who can read the
// Secret can pose as the webhook.
//
// A rotation loses no call, because no step needs another to be simultaneous: (1) the new CA joins the bundle, in the Secret and
// then in caBundle; (2) nothing else happens until every API server has had the time to learn it; (3) the leaf in the Secret
// comes from the new CA, and each replica serves it when it sees it; (4) the old CA leaves the bundle once that leaf has lived a
// third of its life. Everything but the wait of (2) is read from the certificates themselves, so a new leader goes on where the
// last one stopped, and waits anew.
//
// To distrust a CA at once, losing calls meanwhile, delete the Secret and empty caBundle.
package certs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/client-go/kubernetes"
)

// Mode says who owns the certificates.
type Mode string

const (
	// Self is a Rotator that makes them and keeps them in a Secret.
	Self Mode = "self"
	// Files is somebody else, who puts them into a folder. Nothing is ever written.
	Files Mode = "files"
)

// Defaults of Settings. A year for a CA, and not ten, so that its rotation is a thing that is done and not one that is dreaded.
const (
	DefaultAuthorityLife = 365 * 24 * time.Hour
	DefaultLeafLife      = 30 * 24 * time.Hour
	DefaultWait          = 90 * time.Second
	DefaultPoll          = 10 * time.Second
)

// Settings say where the certificates are. Fields of the other mode must be empty: two owners are none.
type Settings struct {
	Mode Mode

	// Service and Namespace are those that API servers call. A leaf that is not for <Service>.<Namespace>.svc is not served.
	Service, Namespace string

	// Folder holds tls.crt, tls.key and, optionally, ca.crt. Mode files.
	Folder string

	// Client reaches the Secret, and the Rotator's writes go through it. Mode self.
	Client kubernetes.Interface
	// Secret is a name in Namespace; the Secret may exist, empty. Mode self.
	Secret string
	// Webhook names the ValidatingWebhookConfiguration of which every caBundle is kept; it may be made later. Mode self.
	Webhook string
	// ClusterDomain adds <Service>.<Namespace>.svc.<ClusterDomain> to the leaf; "" adds nothing. Mode self.
	ClusterDomain string
	// AuthorityLife and LeafLife are renewed after two thirds. Zero means the default. Mode self.
	AuthorityLife, LeafLife time.Duration
	// Wait is how long caBundle must have been right before a leaf may depend on it: longer than any API server's watch
	// lags. Zero means DefaultWait. Mode self.
	Wait time.Duration
	// Prove, when set, is asked after the wait and before the switch to a new CA whether every API server trusts it, which is
	// in caBundle. An error puts the switch off. Mode self.
	Prove func(context.Context) error

	// Poll is how often the material is read again; zero means DefaultPoll.
	Poll time.Duration
	// Now is the time by which certificates are made and judged; nil means time.Now.
	Now func() time.Time
	// Log receives what changes and what goes wrong; nil means slog.Default().
	Log *slog.Logger
}

// New returns the Source, for every replica to run, and in mode self the Rotator, for one replica to run; in mode files that is
// nil. Neither has read anything yet.
func New(s Settings) (*Source, *Rotator, error) {
	if err := s.check(); err != nil {
		return nil, nil, fmt.Errorf("certificates: %w", err)
	}
	s.fill()
	source := &Source{settings: s}
	if s.Mode == Files {
		source.read = func(context.Context) (entries, error) { return readFolder(s.Folder) }
		return source, nil, nil
	}
	source.read = func(ctx context.Context) (entries, error) { return readServed(ctx, s) }
	return source, &Rotator{
		settings: s,
		policy: policy{
			names:         DNSNames(s.Service, s.Namespace, s.ClusterDomain),
			authorityLife: s.AuthorityLife,
			leafLife:      s.LeafLife,
		},
	}, nil
}

func (s *Settings) fill() {
	for _, d := range []struct {
		value    *time.Duration
		fallback time.Duration
	}{
		{&s.AuthorityLife, DefaultAuthorityLife},
		{&s.LeafLife, DefaultLeafLife},
		{&s.Wait, DefaultWait},
		{&s.Poll, DefaultPoll},
	} {
		if *d.value == 0 {
			*d.value = d.fallback
		}
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.Log == nil {
		s.Log = slog.Default()
	}
}

func (s Settings) check() error {
	s.fill()
	if s.Poll < 0 {
		return fmt.Errorf("poll %s is negative", s.Poll)
	}
	for _, label := range []struct{ field, value string }{{"service", s.Service}, {"namespace", s.Namespace}} {
		if faults := validation.IsDNS1123Label(label.value); len(faults) > 0 {
			return fmt.Errorf("%s %q: %s", label.field, label.value, faults[0])
		}
	}
	switch s.Mode {
	case Self:
		return s.checkSelf()
	case Files:
		switch {
		case s.Folder == "":
			return errors.New("mode files needs a folder")
		case s.Client != nil || s.Secret != "" || s.Webhook != "" || s.ClusterDomain != "" || s.Prove != nil:
			return errors.New("mode files reads a folder and writes nothing; a client, Secret, webhook configuration, cluster domain or proof is for mode self")
		}
		return nil
	default:
		return fmt.Errorf("mode %q is neither self nor files", s.Mode)
	}
}

func (s Settings) checkSelf() error {
	switch {
	case s.Folder != "":
		return errors.New("mode self keeps certificates in a Secret; a folder is for mode files")
	case s.Client == nil || s.Secret == "" || s.Webhook == "":
		return errors.New("mode self needs a client and the names of a Secret and of a webhook configuration")
	case s.Wait < 0:
		return fmt.Errorf("wait %s is negative", s.Wait)
	case s.LeafLife < time.Minute || s.LeafLife/3 < s.Wait:
		return fmt.Errorf("leaf life %s is under a minute, or a third of it under the wait of %s", s.LeafLife, s.Wait)
	case s.AuthorityLife/3 < s.LeafLife+s.Wait:
		return fmt.Errorf("CA life %s: the third that is left at its renewal does not cover the wait and a leaf's life, %s", s.AuthorityLife, s.LeafLife+s.Wait)
	}
	if s.ClusterDomain != "" {
		if faults := validation.IsDNS1123Subdomain(s.ClusterDomain); len(faults) > 0 {
			return fmt.Errorf("cluster domain %q: %s", s.ClusterDomain, faults[0])
		}
	}
	return nil
}

// serverName is the name by which API servers call a Service, and which they look for in its certificate.
func (s Settings) serverName() string { return s.Service + "." + s.Namespace + ".svc" }

// DNSNames returns the names of a Service inside its cluster, the shortest first; the fully qualified one only when the cluster's
// domain is known.
func DNSNames(service, namespace, clusterDomain string) []string {
	names := []string{service, service + "." + namespace, service + "." + namespace + ".svc"}
	if clusterDomain != "" {
		names = append(names, strings.Join([]string{service, namespace, "svc", clusterDomain}, "."))
	}
	return names
}
