package certs

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"
)

// readTimeout bounds one attempt to read or rotate; the next begins with the next poll.
const readTimeout = 30 * time.Second

// maxWarning is the longest that a certificate's end is warned of in advance.
const maxWarning = 30 * 24 * time.Hour

// entries are a certificate, its key and the bundle that verifies it, in PEM, read together.
type entries struct {
	crt, key, ca []byte
}

// Source gives the server its certificate: the newest that is good. Material that is not, whatever is wrong with it, leaves the
// last good one in place. Its methods are safe for concurrent use, but for Run and Load, of which one at a time may run.
type Source struct {
	settings Settings
	read     func(context.Context) (entries, error)
	serving  atomic.Pointer[serving]
	fault    atomic.Pointer[error]
}

// serving is a pair that was good when it was read.
type serving struct {
	entries entries
	pair    *Pair
	until   time.Time
}

// Run loads at once and every Poll until ctx ends, and returns nil then.
func (s *Source) Run(ctx context.Context) error {
	return every(ctx, s.settings.Poll, s.settings.Log, "load certificates", s.Load)
}

// Load reads the material once and serves it, if it is good. Otherwise it returns what LastError then returns.
func (s *Source) Load(ctx context.Context) error {
	next, err := s.load(ctx)
	if err != nil {
		s.fault.Store(&err)
		return err
	}
	if before := s.serving.Swap(next); before == nil || !before.pair.Leaf().Equal(next.pair.Leaf()) {
		s.settings.Log.Info("serving a new certificate", "serial", next.pair.Leaf().SerialNumber.Text(16), "until", next.until)
	}
	s.fault.Store(nil)
	return nil
}

func (s *Source) load(ctx context.Context) (*serving, error) {
	e, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	if now := s.serving.Load(); now != nil && now.entries.equal(e) {
		return now, nil
	}
	pair, err := ParsePair(e.crt, e.key)
	if err != nil {
		return nil, err
	}
	trusted := ParseBundle(e.ca)
	if len(trusted) == 0 && len(bytes.TrimSpace(e.ca)) > 0 {
		return nil, errors.New("ca.crt holds no certificate that can be read")
	}
	until, err := pair.Verify(trusted, s.settings.serverName(), s.settings.Now())
	if err != nil {
		return nil, err
	}
	return &serving{e, pair, until}, nil
}

func (e entries) equal(other entries) bool {
	return bytes.Equal(e.crt, other.crt) && bytes.Equal(e.key, other.key) && bytes.Equal(e.ca, other.ca)
}

// GetCertificate is for tls.Config. It fails as long as no good certificate was ever read.
func (s *Source) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	now := s.serving.Load()
	if now == nil {
		return nil, s.none()
	}
	return &now.pair.certificate, nil
}

// NotAfter returns when clients stop to accept what is served, be it for the leaf's end or a CA's; the zero time without a
// certificate.
func (s *Source) NotAfter() time.Time {
	if now := s.serving.Load(); now != nil {
		return now.until
	}
	return time.Time{}
}

// LastError returns why the newest material is not served, or could not be read; nil when it is served.
func (s *Source) LastError() error {
	if fault := s.fault.Load(); fault != nil {
		return *fault
	}
	return nil
}

// Ready returns why clients cannot accept what is served: there is nothing, or it has expired. That newer material is bad, or the
// end near, is no reason; Warning says so.
func (s *Source) Ready() error {
	now := s.serving.Load()
	switch {
	case now == nil:
		return s.none()
	case s.settings.Now().After(now.until):
		return fmt.Errorf("the certificate expired at %s", stamp(now.until))
	}
	return nil
}

// Warning returns what will need somebody's attention before long, in a sentence, or "". The end of a certificate does when
// seven eighths of its life are over, or all but 30 days of it.
func (s *Source) Warning() string {
	now := s.serving.Load()
	if now == nil {
		return ""
	}
	var warning string
	left := now.until.Sub(s.settings.Now())
	if life := now.until.Sub(now.pair.Leaf().NotBefore); left < min(life/8, maxWarning) {
		warning = fmt.Sprintf("the certificate expires at %s and is not renewed", stamp(now.until))
	}
	if err := s.LastError(); err != nil {
		if warning != "" {
			warning += ": "
		}
		warning += err.Error()
	}
	return warning
}

func (s *Source) none() error {
	if err := s.LastError(); err != nil {
		return fmt.Errorf("no certificate: %w", err)
	}
	return errors.New("no certificate: none was read yet")
}

// every calls do at once and each interval until ctx ends. It logs an error when it is a new one, and its end.
func every(ctx context.Context, interval time.Duration, log *slog.Logger, what string, do func(context.Context) error) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	var last string
	for {
		attempt, cancel := context.WithTimeout(ctx, readTimeout)
		err := do(attempt)
		cancel()
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && err.Error() != last:
			last = err.Error()
			log.Error(what, "error", err)
		case err == nil && last != "":
			last = ""
			log.Info(what + ": well again")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
