package certs_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redislint/redislint/internal/certs"
)

var names = certs.DNSNames("webhook", namespace, "")

// files is the content of a folder.
type files map[string][]byte

func mustAuthority(t testing.TB, now time.Time) *certs.Authority {
	t.Helper()
	a, err := certs.NewAuthority(now, 365*day)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func mustIssue(t testing.TB, a *certs.Authority, now time.Time, names ...string) *certs.Pair {
	t.Helper()
	p, err := a.Issue(now, 30*day, names)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// material returns the files of a pair, and of the bundle that verifies it.
func material(p *certs.Pair, bundle ...*certs.Authority) files {
	f := files{}
	f["tls.crt"], f["tls.key"] = p.PEM()
	for _, a := range bundle {
		f["ca.crt"] = append(f["ca.crt"], certs.EncodeBundle([]*x509.Certificate{a.Certificate()})...)
	}
	return f
}

func (f files) write(t testing.TB, folder string) {
	t.Helper()
	for _, name := range []string{"tls.crt", "tls.key", "ca.crt"} {
		if _, ok := f[name]; !ok {
			if err := os.RemoveAll(filepath.Join(folder, name)); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.WriteFile(filepath.Join(folder, name), f[name], 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func folderSource(t testing.TB, folder string, now func() time.Time) *certs.Source {
	t.Helper()
	source, rotator, err := certs.New(certs.Settings{
		Mode: certs.Files, Service: "webhook", Namespace: namespace, Folder: folder, Now: now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	if rotator != nil {
		t.Fatal("mode files has a Rotator")
	}
	return source
}

func served(t testing.TB, s *certs.Source) *x509.Certificate {
	t.Helper()
	c, err := s.GetCertificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	return c.Leaf
}

func TestBadMaterialLeavesTheLastGoodPair(t *testing.T) {
	t.Parallel()
	clock := newClock()
	now := clock.Now()
	authority, stranger := mustAuthority(t, now), mustAuthority(t, now)
	pair := func() *certs.Pair { return mustIssue(t, authority, now, names...) }
	with := func(name string, content []byte) files {
		f := material(pair(), authority)
		f[name] = content
		return f
	}
	without := func(name string) files {
		f := material(pair(), authority)
		delete(f, name)
		return f
	}
	cut := func(name string) files {
		f := material(pair(), authority)
		f[name] = f[name][:len(f[name])/2]
		return f
	}

	garbageChain := material(pair(), authority)
	garbageChain["tls.crt"] = append(garbageChain["tls.crt"], "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"...)

	for name, test := range map[string]struct {
		material files
		fault    string
	}{
		"no files at all":                     {files{}, "tls.crt: no such file"},
		"no certificate":                      {without("tls.crt"), "tls.crt: no such file"},
		"no key":                              {without("tls.key"), "tls.key: no such file"},
		"an empty certificate":                {with("tls.crt", nil), "failed to find any PEM data in certificate"},
		"an empty key":                        {with("tls.key", nil), "failed to find any PEM data in key"},
		"half a certificate":                  {cut("tls.crt"), "failed to find any PEM data in certificate"},
		"half a key":                          {cut("tls.key"), "failed to find any PEM data in key"},
		"half a bundle":                       {cut("ca.crt"), "ca.crt holds no certificate"},
		"garbage":                             {with("tls.crt", bytes.Repeat([]byte{0xff, 0}, 999)), "failed to find any PEM data"},
		"a certificate of garbage":            {with("tls.crt", []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")), "malformed certificate"},
		"a key where the certificate belongs": {with("tls.crt", material(pair())["tls.key"]), "PEM inputs may have been switched"},
		"the key of another pair":             {with("tls.key", material(pair())["tls.key"]), "private key does not match public key"},
		"a chain that ends in garbage":        {garbageChain, "certificate 2 of the chain"},
		"a certificate too big to be one":     {with("tls.crt", bytes.Repeat([]byte("#"), 1<<20)), "more than 262144 bytes"},
		"a key too big to be one":             {with("tls.key", bytes.Repeat([]byte("#"), 1<<20)), "more than 16384 bytes"},
		"a bundle of another CA":              {material(pair(), stranger), "signed by unknown authority"},
		"a leaf for another Service":          {material(mustIssue(t, authority, now, "other.redislint.svc"), authority), "not webhook.redislint.svc"},
		"a leaf for another Service, without a bundle": {
			material(mustIssue(t, authority, now, "other.redislint.svc")), "not for webhook.redislint.svc",
		},
		"a leaf that has expired":          {material(mustIssue(t, authority, now.Add(-31*day), names...), authority), "expired at 2026-02-28"},
		"a leaf that is not valid yet":     {material(mustIssue(t, authority, now.Add(2*time.Hour), names...), authority), "not valid before 2026-03-01T13:00:00Z"},
		"a leaf whose CA is not valid yet": {leafOf(t, mustAuthority(t, now.Add(3*day)), now), "not yet valid"},
		"a leaf for clients":               {clientLeaf(t, now), "incompatible key usage"},
		"a bundle without a certificate":   {with("ca.crt", []byte("# the CA follows\n")), "ca.crt holds no certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()

			test.material.write(t, folder)
			source := folderSource(t, folder, clock.Now)
			if err := source.Load(t.Context()); err == nil || !strings.Contains(err.Error(), test.fault) {
				t.Errorf("at the start: error %v, want %q", err, test.fault)
			}
			if err := source.Ready(); err == nil || !strings.Contains(err.Error(), test.fault) {
				t.Errorf("at the start: ready with error %v, want %q", err, test.fault)
			}
			if c, err := source.GetCertificate(nil); err == nil {
				t.Errorf("at the start: serves %v", c.Leaf.Subject)
			}
			if end := source.NotAfter(); !end.IsZero() {
				t.Errorf("at the start: ends at %s", end)
			}

			good := pair()
			material(good, authority).write(t, folder)
			load(t, source)
			test.material.write(t, folder)
			err := source.Load(t.Context())
			if err == nil || source.LastError() == nil || !strings.Contains(source.LastError().Error(), test.fault) {
				t.Errorf("later: error %v, last error %v, want %q", err, source.LastError(), test.fault)
			}
			if !served(t, source).Equal(good.Leaf()) {
				t.Error("later: the last good pair is not served")
			}
			if err := source.Ready(); err != nil {
				t.Errorf("later: %v", err)
			}
			if !strings.Contains(source.Warning(), test.fault) {
				t.Errorf("later: warning %q, want %q", source.Warning(), test.fault)
			}

			better := pair()
			material(better, authority).write(t, folder)
			load(t, source)
			if !served(t, source).Equal(better.Leaf()) || source.LastError() != nil || source.Warning() != "" {
				t.Errorf("at the end: last error %v, warning %q", source.LastError(), source.Warning())
			}
		})
	}
}

func leafOf(t *testing.T, a *certs.Authority, now time.Time) files {
	t.Helper()
	return material(mustIssue(t, a, now, names...), a)
}

// clientLeaf is a leaf with which nobody can serve.
func clientLeaf(t *testing.T, now time.Time) files {
	t.Helper()
	return foreign(t, now, 10*day, 10*day, x509.ExtKeyUsageClientAuth)
}

// foreign is a leaf with its CA, as others may make them: with lives that do not fit.
func foreign(t *testing.T, now time.Time, ca, leaf time.Duration, usage x509.ExtKeyUsage) files {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	root := &x509.Certificate{
		Subject: pkix.Name{CommonName: "root"}, NotBefore: now, NotAfter: now.Add(ca),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	encode := func(template *x509.Certificate) []byte {
		der, err := x509.CreateCertificate(rand.Reader, template, root, &key.PublicKey, key)
		if err != nil {
			t.Fatal(err)
		}
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return files{
		"ca.crt": encode(root),
		"tls.crt": encode(&x509.Certificate{
			DNSNames: names, NotBefore: now, NotAfter: now.Add(leaf), ExtKeyUsage: []x509.ExtKeyUsage{usage},
		}),
		"tls.key": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
	}
}

func TestExpiryWarnsBeforeItFails(t *testing.T) {
	t.Parallel()
	clock := newClock()
	folder := t.TempDir()
	authority := mustAuthority(t, clock.Now())
	material(mustIssue(t, authority, clock.Now(), names...), authority).write(t, folder)
	source := folderSource(t, folder, clock.Now)
	load(t, source)
	if want := clock.Now().Add(30 * day); !source.NotAfter().Equal(want) {
		t.Errorf("ends at %s, want %s", source.NotAfter(), want)
	}
	for _, step := range []struct {
		passes        time.Duration
		warns, failed bool
	}{
		{26 * day, false, false},
		{day, true, false},
		{3*day - time.Second, true, false},
		{time.Second, true, false},
		{time.Second, true, true},
		{300 * day, true, true},
	} {
		clock.advance(step.passes)
		if warns := strings.Contains(source.Warning(), "expires at 2026-03-31T12:00:00Z"); warns != step.warns {
			t.Errorf("%s: warning %q", clock.Now(), source.Warning())
		}
		if err := source.Ready(); (err != nil) != step.failed {
			t.Errorf("%s: ready with error %v", clock.Now(), err)
		}
		// What has expired still stands in the files, and is still better than nothing.
		load(t, source)
		served(t, source)
	}
}

func TestWhatIsServedEndsWithItsCA(t *testing.T) {
	t.Parallel()
	clock := newClock()
	folder := t.TempDir()
	source := folderSource(t, folder, clock.Now)
	whole := foreign(t, clock.Now(), 10*day, 30*day, x509.ExtKeyUsageServerAuth)

	whole.write(t, folder)
	load(t, source)
	if end := clock.Now().Add(10 * day); !source.NotAfter().Equal(end) {
		t.Errorf("ends at %s, want %s", source.NotAfter(), end)
	}
	delete(whole, "ca.crt")
	whole.write(t, folder)
	load(t, source)
	if end := clock.Now().Add(30 * day); !source.NotAfter().Equal(end) {
		t.Errorf("without a bundle: ends at %s, want %s", source.NotAfter(), end)
	}
}

func TestAMountedSecretIsReadAsAWhole(t *testing.T) {
	t.Parallel()
	clock := newClock()
	folder := t.TempDir()
	authority := mustAuthority(t, clock.Now())
	mount := mounted{t: t, folder: folder}
	mount.replace(material(mustIssue(t, authority, clock.Now(), names...), authority))
	source := folderSource(t, folder, clock.Now)
	load(t, source)

	stop, done := make(chan struct{}), make(chan int)
	go func() {
		loads := 0
		defer func() { done <- loads }()
		for {
			if err := source.Load(t.Context()); err != nil {
				t.Error(err)
				return
			}
			loads++
			select {
			case <-stop:
				return
			default:
			}
		}
	}()
	var last *certs.Pair
	for range 100 {
		ca := mustAuthority(t, clock.Now())
		last = mustIssue(t, ca, clock.Now(), names...)
		mount.replace(material(last, ca))
	}
	close(stop)
	if loads := <-done; loads == 0 {
		t.Error("nothing was read while the Secret changed")
	}
	load(t, source)
	if !served(t, source).Equal(last.Leaf()) {
		t.Error("the last edition is not served")
	}
}

// mounted is a Secret as the kubelet mounts it.
type mounted struct {
	t       *testing.T
	folder  string
	edition string
}

func (m *mounted) replace(f files) {
	m.t.Helper()
	edition, err := os.MkdirTemp(m.folder, "..edition")
	if err != nil {
		m.t.Fatal(err)
	}
	f.write(m.t, edition)
	link := filepath.Join(m.folder, "..data_tmp")
	if err := os.Symlink(filepath.Base(edition), link); err != nil {
		m.t.Fatal(err)
	}
	if err := os.Rename(link, filepath.Join(m.folder, "..data")); err != nil {
		m.t.Fatal(err)
	}
	if m.edition == "" {
		for name := range f {
			if err := os.Symlink(filepath.Join("..data", name), filepath.Join(m.folder, name)); err != nil {
				m.t.Fatal(err)
			}
		}
	} else if err := os.RemoveAll(m.edition); err != nil {
		m.t.Fatal(err)
	}
	m.edition = edition
}

func TestAFileThatIsNoneIsNotOpened(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, name := range []string{"tls.crt", "tls.key"} {
		if err := os.Mkdir(filepath.Join(folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	source := folderSource(t, folder, newClock().Now)
	if err := source.Load(t.Context()); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("error %v", err)
	}
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if err := source.Load(t.Context()); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("error %v", err)
	}
}
