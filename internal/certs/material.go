package certs

import (
	"bytes"
	"cmp"
	"crypto/x509"
	"fmt"
	"maps"
	"slices"
)

// The entries of the Secret, and of the folder in mode files: the first three.
const (
	entryCertificate = "tls.crt"
	entryKey         = "tls.key"
	entryBundle      = "ca.crt"
	entrySigning     = "ca.key"
	entryNext        = "next.key"
)

// maxBundle is how many CAs a bundle keeps, should the Secret be lost over and over.
const maxBundle = 16

// material is what the Secret holds. What cannot be read is not there.
type material struct {
	trusted       []*x509.Certificate // of every CA, those of signing and next among them
	signing, next *Authority          // nil when there is none
	leaf          *Pair               // nil when there is none
}

// readMaterial reads the Secret's entries, and says what it could not read. What API servers trust already, published, is part of
// the bundle even if the Secret has lost it: somebody may serve a leaf that depends on it.
func readMaterial(data map[string][]byte, published []*x509.Certificate) (m material, faults []error) {
	m.trusted = union(ParseBundle(data[entryBundle]), published...)
	authority := func(entry string) *Authority {
		if len(data[entry]) == 0 {
			return nil
		}
		a, err := FindAuthority(data[entry], m.trusted)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", entry, err))
		}
		return a
	}
	m.signing, m.next = authority(entrySigning), authority(entryNext)
	if m.signing != nil && m.next != nil && m.next.certificate.Equal(m.signing.certificate) {
		m.next = nil
	}
	if len(data[entryCertificate])+len(data[entryKey]) > 0 {
		leaf, err := ParsePair(data[entryCertificate], data[entryKey])
		if err != nil {
			faults = append(faults, fmt.Errorf("%s, %s: %w", entryCertificate, entryKey, err))
		}
		m.leaf = leaf
	}
	return m, faults
}

// bundle returns what API servers are to trust, in PEM: the same bytes for the same certificates.
func (m material) bundle() []byte {
	var current []*x509.Certificate
	for _, a := range []*Authority{m.signing, m.next} {
		if a != nil {
			current = append(current, a.certificate)
		}
	}
	bundle := union(current, slices.SortedFunc(slices.Values(m.trusted), func(a, b *x509.Certificate) int {
		return cmp.Or(b.NotBefore.Compare(a.NotBefore), bytes.Compare(a.Raw, b.Raw))
	})...)
	return EncodeBundle(bundle[:min(len(bundle), maxBundle)])
}

// write returns the entries of a Secret with this material in place of what was there. Entries of others stay, and so does a
// leaf that cannot be read as long as there is no other.
func (m material) write(data map[string][]byte) (map[string][]byte, error) {
	written := maps.Clone(data)
	if written == nil {
		written = map[string][]byte{}
	}
	written[entryBundle] = m.bundle()
	for entry, a := range map[string]*Authority{entrySigning: m.signing, entryNext: m.next} {
		if a == nil {
			delete(written, entry)
			continue
		}
		key, err := a.Key()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", entry, err)
		}
		written[entry] = key
	}
	if m.leaf != nil {
		written[entryCertificate], written[entryKey] = m.leaf.PEM()
	}
	return written, nil
}
