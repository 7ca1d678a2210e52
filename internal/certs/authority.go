package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"time"
)

// backdate is how far a new certificate's life begins in the past, for clients whose clocks are behind.
const backdate = time.Hour

// Authority is a CA that signs leaves, with an ECDSA key on P-256: its handshakes cost half of RSA's. It does not change.
type Authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// NewAuthority makes a CA that begins an hour before now and ends life after it. It can sign leaves, and no other CA.
func NewAuthority(now time.Time, life time.Duration) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a CA key: %w", err)
	}
	distinct := make([]byte, 8)
	if _, err := rand.Read(distinct); err != nil {
		return nil, fmt.Errorf("name a CA: %w", err)
	}
	der, err := create(&x509.Certificate{
		// No two have one name, so that a client finds the issuer of a leaf by it.
		Subject:               pkix.Name{CommonName: "redislint webhook CA " + hex.EncodeToString(distinct)},
		NotBefore:             now.Add(-backdate),
		NotAfter:              now.Add(life),
		KeyUsage:              x509.KeyUsageCertSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
	}, nil, key, key)
	if err != nil {
		return nil, fmt.Errorf("make a CA: %w", err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("make a CA: %w", err)
	}
	return &Authority{certificate, key}, nil
}

// FindAuthority returns the CA whose private key this is, in PEM, among some certificates.
func FindAuthority(key []byte, among []*x509.Certificate) (*Authority, error) {
	if len(key) > maxKey {
		return nil, fmt.Errorf("private key: %d bytes, more than %d", len(key), maxKey)
	}
	block, _ := pem.Decode(key)
	if block == nil {
		return nil, errors.New("private key: no PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("private key: %w", err)
	}
	private, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("private key: %T, not ECDSA", parsed)
	}
	for _, c := range among {
		if c.IsCA && private.PublicKey.Equal(c.PublicKey) {
			return &Authority{c, private}, nil
		}
	}
	return nil, errors.New("private key: no CA has it")
}

// Certificate returns the CA's own certificate, which clients are to trust.
func (a *Authority) Certificate() *x509.Certificate { return a.certificate }

// Key returns the CA's private key as PKCS #8 in PEM.
func (a *Authority) Key() ([]byte, error) { return encodeKey(a.key) }

// Issue makes a leaf with a key of its own, for servers of these DNS names. It begins an hour before now and ends life after it,
// or with the CA.
func (a *Authority) Issue(now time.Time, life time.Duration, names []string) (*Pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a leaf key: %w", err)
	}
	end := now.Add(life)
	if a.certificate.NotAfter.Before(end) {
		end = a.certificate.NotAfter
	}
	der, err := create(&x509.Certificate{
		// The names stand in DNSNames alone: a CommonName has no room for 64 characters.
		Subject:               pkix.Name{CommonName: "redislint webhook"},
		DNSNames:              names,
		NotBefore:             now.Add(-backdate),
		NotAfter:              end,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}, a.certificate, key, a.key)
	if err != nil {
		return nil, fmt.Errorf("issue a leaf: %w", err)
	}
	private, err := encodeKey(key)
	if err != nil {
		return nil, err
	}
	return ParsePair(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), private)
}

// create signs a template, by itself without a parent.
func create(template, parent *x509.Certificate, subject, signer *ecdsa.PrivateKey) ([]byte, error) {
	if parent == nil {
		parent = template
	}
	return x509.CreateCertificate(rand.Reader, template, parent, &subject.PublicKey, signer)
}

func encodeKey(key *ecdsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode a private key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// Due reports whether a certificate that this package made is to be renewed at now: two thirds of its life are over, or, by a
// clock that was set back, it has not begun.
func Due(c *x509.Certificate, now time.Time) bool {
	return now.Before(c.NotBefore) || lived(c, now, 2)
}

// lived reports whether so many thirds of the life that a certificate was made for are over.
func lived(c *x509.Certificate, now time.Time, thirds time.Duration) bool {
	made := c.NotBefore.Add(backdate)
	return !now.Before(made.Add(c.NotAfter.Sub(made) / 3 * thirds))
}
