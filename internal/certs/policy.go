package certs

import (
	"crypto/x509"
	"fmt"
	"slices"
	"time"
)

// policy decides the next step of a rotation. It is a function of the material and of what API servers trust.
type policy struct {
	names                   []string // of the leaf
	authorityLife, leafLife time.Duration
}

// standing says how far the bundle of some material has come.
type standing struct {
	held   bool // every API server has had the time to learn it
	proven bool // and nobody has seen one that has not
}

// advance returns the material that is to follow m, which may be m, and what has happened, for people.
func (p policy) advance(m material, now time.Time, s standing) (after material, done []string, err error) {
	idle := m.idle(now)
	if m.signing != nil && now.After(m.signing.certificate.NotAfter) {
		m.signing = nil
		done = append(done, "the signing CA has expired")
	}

	fresh := false
	if m.next == nil && (m.signing == nil || Due(m.signing.certificate, now)) {
		if m.next, err = NewAuthority(now, p.authorityLife); err != nil {
			return material{}, nil, err
		}
		m.trusted = union(slices.Clone(m.trusted), m.next.certificate)
		fresh = true
		done = append(done, "a new CA joins the bundle")
	}

	switch {
	case m.next != nil && (s.held && s.proven && !fresh || idle && m.signing == nil):
		m.signing, m.next = m.next, nil
		done = append(done, "the new CA signs")
	case m.signing == nil || !s.held && !idle || p.suits(m.leaf, m.signing, now):
		return p.drop(m, now), done, nil
	}
	if m.leaf, err = m.signing.Issue(now, p.leafLife, p.names); err != nil {
		return material{}, nil, err
	}
	return m, append(done, fmt.Sprintf("issued a leaf that ends at %s", stamp(m.leaf.Leaf().NotAfter))), nil
}

// idle reports whether nobody can serve a leaf that a client accepts: the leaf has expired, or no CA is left to verify it. Then a
// wait would save no call. A leaf that is lost tells nothing: replicas serve it still.
func (m material) idle(now time.Time) bool {
	if m.leaf != nil && now.After(m.leaf.Leaf().NotAfter) {
		return true
	}
	return !slices.ContainsFunc(m.trusted, func(c *x509.Certificate) bool {
		return !now.After(c.NotAfter) && (m.next == nil || !c.Equal(m.next.certificate))
	})
}

// suits reports whether a leaf may stay.
func (p policy) suits(leaf *Pair, signing *Authority, now time.Time) bool {
	return leaf != nil && signing.signed(leaf, now) && slices.Equal(leaf.Leaf().DNSNames, p.names) && !Due(leaf.Leaf(), now)
}

// drop returns m without the CAs of the past, once every replica has long served a leaf of the present one. It is not a CA's end
// that decides: a clock that runs ahead would drop one that is in use.
func (p policy) drop(m material, now time.Time) material {
	if m.signing == nil || m.leaf == nil || !m.signing.signed(m.leaf, now) || !lived(m.leaf.Leaf(), now, 1) {
		return m
	}
	m.trusted = []*x509.Certificate{m.signing.certificate}
	if m.next != nil {
		m.trusted = append(m.trusted, m.next.certificate)
	}
	return m
}

// signed reports whether a client that trusts this CA alone accepts the leaf at now, by the first of its names.
func (a *Authority) signed(leaf *Pair, now time.Time) bool {
	names := leaf.Leaf().DNSNames
	if len(names) == 0 {
		return false
	}
	_, err := leaf.Verify([]*x509.Certificate{a.certificate}, names[0], now)
	return err == nil
}
