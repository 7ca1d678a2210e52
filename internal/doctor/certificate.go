package doctor

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"time"
)

const (
	dialTimeout = 3 * time.Second
	soon        = 7 * 24 * time.Hour // before the end of a certificate

	mend = "kubectl -n %s rollout restart deployment/%s with certificates of its own; else see Certificates in docs/webhook.md"
)

// certificates examines what API servers trust, and the certificate that each ready endpoint shows.
func (e *examination) certificates(ctx context.Context) {
	if e.service.Name == "" {
		return
	}
	first := e.configuration.Webhooks[0].ClientConfig.CABundle
	roots, authorities := x509.NewCertPool(), parse(first)
	switch {
	case len(bytes.TrimSpace(first)) == 0:
		e.say(Fail, "authority", "caBundle is empty: API servers do not trust the webhook, and "+e.unanswered(), e.mend())
		return
	case len(authorities) == 0:
		e.say(Fail, "authority", "caBundle holds no certificate", e.mend())
		return
	}
	for _, w := range e.configuration.Webhooks {
		if !bytes.Equal(w.ClientConfig.CABundle, first) {
			e.say(Fail, "authority", fmt.Sprintf("caBundle of %s is another than that of %s", w.Name, e.configuration.Webhooks[0].Name), e.mend())
			return
		}
	}
	var last time.Time
	for _, a := range authorities {
		roots.AddCert(a)
		if a.NotAfter.After(last) {
			last = a.NotAfter
		}
	}
	e.expires("authority", "caBundle", last)
	for _, address := range e.addresses {
		e.leaf(ctx, address, roots)
	}
}

func (e *examination) mend() string { return fmt.Sprintf(mend, e.service.Namespace, e.service.Name) }

// expires says when a certificate ends.
func (e *examination) expires(subject, what string, at time.Time) {
	left := time.Until(at)
	date := at.UTC().Format(time.DateOnly)
	switch {
	case left <= 0:
		e.say(Fail, subject, fmt.Sprintf("%s expired on %s: %s", what, date, e.unanswered()), e.mend())
	case left < soon:
		e.say(Warn, subject, fmt.Sprintf("%s expires on %s, in %d days", what, date, int(left.Hours()/24)), e.mend())
	default:
		e.okay(subject, "%s is valid until %s", what, date)
	}
}

// leaf examines the certificate that an endpoint shows. Where it cannot be reached from here, what the API server said of
// the trial stands for it.
func (e *examination) leaf(ctx context.Context, address string, roots *x509.CertPool) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}} // it is verified below, and told why not
	connection, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		e.unreachable(address, err)
		return
	}
	chain := connection.(*tls.Conn).ConnectionState().PeerCertificates
	_ = connection.Close() // nothing was sent
	host := e.service.Name + "." + e.service.Namespace + ".svc"
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err = chain[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between})
	outdated := x509.CertificateInvalidError{}
	switch {
	case errors.As(err, &outdated) && outdated.Reason == x509.Expired && time.Now().Before(chain[0].NotBefore):
		e.say(Fail, "certificate", fmt.Sprintf("%s shows one that is not valid before %s: %s", address, chain[0].NotBefore.UTC().Format(time.RFC3339), e.unanswered()), "set the clock of its node")
	case err != nil && (outdated.Reason != x509.Expired || outdated.Cert == nil):
		e.say(Fail, "certificate", fmt.Sprintf("%s shows one that caBundle does not sign (%v): %s", address, err, e.unanswered()), e.mend())
	case chain[0].VerifyHostname(host) != nil:
		e.say(Fail, "certificate", fmt.Sprintf("%s shows one for %v, and API servers ask for %s", address, chain[0].DNSNames, host), e.mend())
	default:
		e.expires("certificate", fmt.Sprintf("that of %s, for %s,", address, host), chain[0].NotAfter)
	}
}

func (e *examination) unreachable(address string, err error) {
	reason := err.Error()
	if at := new(net.OpError); errors.As(err, &at) {
		reason = at.Err.Error()
	}
	if e.denies {
		e.okay("certificate", "the API server takes it; %s cannot be reached from here to see its dates (%s)", address, reason)
		return
	}
	e.say(Unknown, "certificate", fmt.Sprintf("%s cannot be reached from here (%s)", address, reason), "run this in a Pod of the cluster")
}

// parse reads the certificates of a bundle.
func parse(bundle []byte) []*x509.Certificate {
	var all []*x509.Certificate
	for {
		var block *pem.Block
		if block, bundle = pem.Decode(bundle); block == nil {
			return all
		}
		if c, err := x509.ParseCertificate(block.Bytes); err == nil {
			all = append(all, c)
		}
	}
}
