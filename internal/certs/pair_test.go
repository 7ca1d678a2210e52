package certs_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/certs"
)

func TestDNSNames(t *testing.T) {
	t.Parallel()
	for domain, want := range map[string][]string{
		"":              {"webhook", "webhook.shop", "webhook.shop.svc"},
		"cluster.local": {"webhook", "webhook.shop", "webhook.shop.svc", "webhook.shop.svc.cluster.local"},
	} {
		if diff := cmp.Diff(want, certs.DNSNames("webhook", "shop", domain)); diff != "" {
			t.Errorf("domain %q (-want +got):\n%s", domain, diff)
		}
	}
}

func TestWhatIsMade(t *testing.T) {
	t.Parallel()
	now := newClock().Now()
	authority := mustAuthority(t, now)
	leaf := mustIssue(t, authority, now, names...).Leaf()
	ca := authority.Certificate()
	type facts struct {
		Curve      elliptic.Curve
		IsCA       bool
		Usage      x509.KeyUsage
		ExtUsage   []x509.ExtKeyUsage
		Names      []string
		Begin, End time.Time
		Signed     error
	}
	of := func(c *x509.Certificate) facts {
		curve := c.PublicKey.(*ecdsa.PublicKey).Curve
		return facts{curve, c.IsCA, c.KeyUsage, c.ExtKeyUsage, c.DNSNames, c.NotBefore, c.NotAfter, c.CheckSignatureFrom(ca)}
	}
	want := facts{elliptic.P256(), true, x509.KeyUsageCertSign, nil, nil, now.Add(-time.Hour), now.Add(365 * day), nil}
	sameCurve := cmp.Comparer(func(a, b elliptic.Curve) bool { return a == b })
	if diff := cmp.Diff(want, of(ca), sameCurve); diff != "" {
		t.Errorf("CA (-want +got):\n%s", diff)
	}
	served := []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	want = facts{elliptic.P256(), false, x509.KeyUsageDigitalSignature, served, names, now.Add(-time.Hour), now.Add(30 * day), nil}
	if diff := cmp.Diff(want, of(leaf), sameCurve); diff != "" {
		t.Errorf("leaf (-want +got):\n%s", diff)
	}
	if other := mustAuthority(t, now).Certificate(); other.Subject.String() == ca.Subject.String() {
		t.Errorf("two CAs have the name %s", ca.Subject)
	}
}

func TestACertificateIsDueAfterTwoThirdsOfItsLife(t *testing.T) {
	t.Parallel()
	now := newClock().Now()
	leaf := mustIssue(t, mustAuthority(t, now), now, names...).Leaf()
	for name, test := range map[string]struct {
		after time.Duration
		want  bool
	}{
		"when it is made":                 {0, false},
		"just before":                     {20*day - time.Second, false},
		"at two thirds":                   {20 * day, true},
		"when it has expired":             {31 * day, true},
		"when the clock is set forward":   {25 * time.Hour, false},
		"when the clock is set back":      {-25 * time.Hour, true},
		"when the clock is a little late": {-59 * time.Minute, false},
	} {
		if got := certs.Due(leaf, now.Add(test.after)); got != test.want {
			t.Errorf("%s: due %t, want %t", name, got, test.want)
		}
	}
}

func TestAnAuthorityIsFoundByItsKey(t *testing.T) {
	t.Parallel()
	now := newClock().Now()
	one, other := mustAuthority(t, now), mustAuthority(t, now)
	key, err := other.Key()
	if err != nil {
		t.Fatal(err)
	}
	bundle := []*x509.Certificate{one.Certificate(), other.Certificate()}
	found, err := certs.FindAuthority(key, certs.ParseBundle(certs.EncodeBundle(bundle)))
	if err != nil {
		t.Fatal(err)
	}
	if !found.Certificate().Equal(other.Certificate()) {
		t.Errorf("found %s", found.Certificate().Subject)
	}
	if _, err := mustIssue(t, found, now, names...).Verify(bundle[1:], serverName, now); err != nil {
		t.Error(err)
	}

	leaf := mustIssue(t, one, now, names...)
	_, leafKey := leaf.PEM()
	rsaKey, _ := rsaPair(t)
	for name, test := range map[string]struct {
		key    []byte
		bundle []*x509.Certificate
	}{
		"no key":                {nil, bundle},
		"garbage":               {[]byte("garbage"), bundle},
		"PEM of garbage":        {[]byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), bundle},
		"too big":               {bytes.Repeat(key, 999), bundle},
		"an RSA key":            {rsaKey, bundle},
		"not in the bundle":     {key, bundle[:1]},
		"the key of no CA":      {leafKey, []*x509.Certificate{leaf.Leaf()}},
		"nothing in the bundle": {key, nil},
	} {
		if a, err := certs.FindAuthority(test.key, test.bundle); err == nil {
			t.Errorf("%s: found %s", name, a.Certificate().Subject)
		}
	}
}

func TestABundleIsReadAsAPIServersReadIt(t *testing.T) {
	t.Parallel()
	now := newClock().Now()
	a, b := mustAuthority(t, now).Certificate(), mustAuthority(t, now).Certificate()
	one, two := certs.EncodeBundle([]*x509.Certificate{a}), certs.EncodeBundle([]*x509.Certificate{b})
	for name, test := range map[string]struct {
		bundle []byte
		want   []*x509.Certificate
	}{
		"nothing":                   {nil, nil},
		"a newline":                 {[]byte("\n"), nil},
		"garbage between":           {bytes.Join([][]byte{one, []byte("# garbage\x00\n-----BEGIN\n"), two}, nil), []*x509.Certificate{a, b}},
		"a certificate of garbage":  {append([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), two...), []*x509.Certificate{b}},
		"something else in between": {bytes.Join([][]byte{one, []byte("-----BEGIN X-----\nAAAA\n-----END X-----\n"), two}, nil), []*x509.Certificate{a, b}},
		"one twice":                 {bytes.Join([][]byte{one, two, one}, nil), []*x509.Certificate{a, b}},
		"cut off":                   {append(bytes.Clone(one), two[:len(two)/2]...), []*x509.Certificate{a}},
		"more than there can be":    {bytes.Repeat(one, 1000), nil},
	} {
		got := certs.ParseBundle(test.bundle)
		if diff := cmp.Diff(test.want, got, cmp.Comparer(func(a, b *x509.Certificate) bool { return a.Equal(b) })); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// rsaPair returns a private key and a certificate signed with it.
func rsaPair(t testing.TB) (key, crt []byte) {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return selfSigned(t, private)
}

func selfSigned(t testing.TB, private crypto.Signer) (key, crt []byte) {
	t.Helper()
	now := newClock().Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: names, NotBefore: now, NotAfter: now.Add(day),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// FuzzPair reads three files as whoever can write them would fill them. It makes nothing: what is random looks new to the fuzzer
// every time.
func FuzzPair(f *testing.F) {
	now := newClock().Now()
	authority := mustAuthority(f, now)
	good := material(mustIssue(f, authority, now, names...), authority)
	add := func(crt, key, ca []byte) { f.Add(crt, key, ca) }
	add(good["tls.crt"], good["tls.key"], good["ca.crt"])
	add(append(bytes.Clone(good["tls.crt"]), good["ca.crt"]...), good["tls.key"], nil)
	add(good["tls.key"], good["tls.crt"], good["ca.crt"])
	add(good["tls.crt"][:99], good["tls.key"], good["ca.crt"][:99])
	add(good["tls.crt"], mustKey(f, authority), nil)
	add(append(bytes.Clone(good["tls.key"]), good["tls.crt"]...), append(bytes.Clone(good["tls.crt"]), good["tls.key"]...), nil)
	add(nil, nil, nil)
	add([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), []byte("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n"), nil)
	key, crt := rsaPair(f)
	add(crt, key, crt)
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	key, crt = selfSigned(f, edwards)
	add(crt, key, crt)

	f.Fuzz(func(t *testing.T, crt, key, ca []byte) {
		trusted := certs.ParseBundle(ca)
		if again := certs.ParseBundle(certs.EncodeBundle(trusted)); len(again) != len(trusted) {
			t.Errorf("a bundle of %d is one of %d when it is read again", len(trusted), len(again))
		}
		if a, err := certs.FindAuthority(key, trusted); err == nil {
			if again, err := certs.FindAuthority(mustKey(t, a), trusted); err != nil || !again.Certificate().Equal(a.Certificate()) {
				t.Errorf("a CA is not found by its own key: %v", err)
			}
		}
		p, err := certs.ParsePair(crt, key)
		if err != nil {
			return
		}
		if until, err := p.Verify(trusted, serverName, now); err == nil && (until.Before(now) || until.After(p.Leaf().NotAfter)) {
			t.Errorf("verifies until %s, at %s, although it ends at %s", until, now, p.Leaf().NotAfter)
		}
		again, err := certs.ParsePair(p.PEM())
		if err != nil || !again.Leaf().Equal(p.Leaf()) {
			t.Errorf("cannot be read again: %v", err)
		}
		private, err := x509.ParsePKCS8PrivateKey(firstKey(key))
		if signer, ok := private.(*ecdsa.PrivateKey); err == nil && ok && !signer.PublicKey.Equal(p.Leaf().PublicKey) {
			t.Error("the key is not the certificate's")
		}
	})
}

func mustKey(t testing.TB, a *certs.Authority) []byte {
	t.Helper()
	key, err := a.Key()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// firstKey returns the first block of PEM that is a PKCS #8 key, if there is one.
func firstKey(data []byte) []byte {
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			return nil
		}
		if block.Type == "PRIVATE KEY" {
			return block.Bytes
		}
	}
}
