package certs

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"time"
)

// The most that is parsed, in bytes of PEM: a hundred certificates, and an RSA key of 16384 bits. Of a bigger key, the check
// alone would take seconds.
const (
	maxCertificates = 256 << 10
	maxKey          = 16 << 10
)

// Pair is a certificate with its chain, and its private key. It does not change.
type Pair struct {
	certificate tls.Certificate
	chain       []*x509.Certificate // the leaf first; never empty
	crt, key    []byte              // PEM, as read
}

// ParsePair reads a certificate, followed by the CAs between it and its root if there are any, and its private key, both PEM.
// An error never shows the key.
func ParsePair(crt, key []byte) (*Pair, error) {
	switch {
	case len(crt) > maxCertificates:
		return nil, fmt.Errorf("certificate: %d bytes, more than %d", len(crt), maxCertificates)
	case len(key) > maxKey:
		return nil, fmt.Errorf("private key: %d bytes, more than %d", len(key), maxKey)
	}
	certificate, err := tls.X509KeyPair(crt, key)
	if err != nil {
		return nil, fmt.Errorf("certificate and private key: %w", err)
	}
	p := &Pair{certificate: certificate, crt: bytes.Clone(crt), key: bytes.Clone(key)}
	for i, der := range certificate.Certificate {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("certificate %d of the chain: %w", i+1, err)
		}
		p.chain = append(p.chain, c)
	}
	return p, nil
}

// Leaf returns the certificate itself.
func (p *Pair) Leaf() *x509.Certificate { return p.chain[0] }

// PEM returns what ParsePair has read.
func (p *Pair) PEM() (crt, key []byte) { return bytes.Clone(p.crt), bytes.Clone(p.key) }

// Verify reports whether a client that calls name at now, and trusts these certificates, accepts the pair; and until when, which
// may be earlier than the leaf's own end. Without trusted certificates it cannot say by whom the leaf is signed, and does not ask.
func (p *Pair) Verify(trusted []*x509.Certificate, name string, now time.Time) (until time.Time, err error) {
	leaf := p.Leaf()
	switch {
	case now.Before(leaf.NotBefore):
		return time.Time{}, fmt.Errorf("the certificate is not valid before %s", stamp(leaf.NotBefore))
	case now.After(leaf.NotAfter):
		return time.Time{}, fmt.Errorf("the certificate expired at %s", stamp(leaf.NotAfter))
	}
	if len(trusted) == 0 {
		if err := leaf.VerifyHostname(name); err != nil {
			return time.Time{}, fmt.Errorf("the certificate is not for %s: %w", name, err)
		}
		return leaf.NotAfter, nil
	}
	chains, err := leaf.Verify(x509.VerifyOptions{
		Roots:         pool(trusted),
		Intermediates: pool(p.chain[1:]),
		DNSName:       name,
		CurrentTime:   now,
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("the certificate does not verify for %s: %w", name, err)
	}
	for _, chain := range chains {
		end := chain[0].NotAfter
		for _, c := range chain {
			if c.NotAfter.Before(end) {
				end = c.NotAfter
			}
		}
		if end.After(until) {
			until = end
		}
	}
	return until, nil
}

func pool(certificates []*x509.Certificate) *x509.CertPool {
	p := x509.NewCertPool()
	for _, c := range certificates {
		p.AddCert(c)
	}
	return p
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// ParseBundle returns the certificates of a PEM bundle, each once. What is not a certificate is passed over, as API servers do
// with caBundle; a bundle beyond 256 KiB holds none.
func ParseBundle(data []byte) []*x509.Certificate {
	if len(data) > maxCertificates {
		return nil
	}
	var bundle []*x509.Certificate
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			return bundle
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		if c, err := x509.ParseCertificate(block.Bytes); err == nil {
			bundle = union(bundle, c)
		}
	}
}

// EncodeBundle is the reverse of ParseBundle.
func EncodeBundle(bundle []*x509.Certificate) []byte {
	var b bytes.Buffer
	for _, c := range bundle {
		b.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	}
	return b.Bytes()
}

// union returns bundle with those of others that it lacks at its end.
func union(bundle []*x509.Certificate, others ...*x509.Certificate) []*x509.Certificate {
	for _, c := range others {
		if !contains(bundle, c) {
			bundle = append(bundle, c)
		}
	}
	return bundle
}

func contains(bundle []*x509.Certificate, c *x509.Certificate) bool {
	for _, one := range bundle {
		if one.Equal(c) {
			return true
		}
	}
	return false
}
