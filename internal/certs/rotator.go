package certs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	// OwnerAnnotation marks a Secret as a Rotator's own, with the value "self". A certificate in a Secret without it is left alone.
	OwnerAnnotation = "redislint.dev/certificates"

	fieldManager = "redislint-certificates"

	// attempts bounds how often one Sync starts again because another replica wrote first.
	attempts = 4
)

// Rotator keeps the Secret and caBundle. Of all replicas one runs it; should two do so for a moment, the API server's resource
// versions let one of them write. It is for one goroutine.
type Rotator struct {
	settings Settings
	policy   policy

	// watched is the bundle and the edition of the webhook configuration that were first seen together at since, and in each Sync
	// thereafter. It is kept here and not in the Secret, where a clock that was set would shorten the wait.
	watched string
	since   time.Time
}

// Run syncs at once and every Poll until ctx ends, and returns nil then.
func (r *Rotator) Run(ctx context.Context) error {
	return every(ctx, r.settings.Poll, r.settings.Log.With("secret", r.settings.Secret), "rotate certificates", r.Sync)
}

// Sync takes the next step of a rotation, if one is due, and mends the Secret and caBundle. It is idempotent, and may stop
// between any two writes.
func (r *Rotator) Sync(ctx context.Context) error {
	var err error
	for range attempts {
		if err = r.sync(ctx); !apierrors.IsConflict(err) && !apierrors.IsAlreadyExists(err) {
			break
		}
	}
	return err
}

func (r *Rotator) sync(ctx context.Context) error {
	s := r.settings
	registrations := s.Client.AdmissionregistrationV1().ValidatingWebhookConfigurations()

	// The Secret is read after caBundle and written before it. So whoever replaces a caBundle that is still the one it read
	// knows every CA in it, and cannot take one back.
	hook, err := readRegistration(ctx, registrations, s.Webhook)
	if err != nil {
		return err
	}
	secret, err := r.readSecret(ctx)
	if err != nil {
		return err
	}
	before, faults := readMaterial(secret.Data, hook.published())
	now := s.Now()
	standing, unproven := r.standing(ctx, hook, before, now)
	after, done, err := r.policy.advance(before, now, standing)
	if err != nil {
		return err
	}
	changed, err := r.writeSecret(ctx, secret, after)
	if err != nil {
		return err
	}
	if changed {
		for _, fault := range faults {
			s.Log.Warn("replaced what the Secret held", "secret", s.Secret, "fault", fault)
		}
		s.Log.Info("wrote the certificates", "secret", s.Secret, "done", done, "trusted", len(ParseBundle(after.bundle())))
	}
	return errors.Join(hook.write(ctx, registrations, after.bundle()), unproven)
}

// standing says how long API servers have had the bundle, and asks for proof when a switch of CA depends on it.
func (r *Rotator) standing(ctx context.Context, hook registration, m material, now time.Time) (standing, error) {
	bundle := m.bundle()
	if !hook.has(bundle) {
		r.watched = ""
		return standing{}, nil
	}
	if watched := hook.edition() + "\n" + string(bundle); r.watched != watched {
		r.watched, r.since = watched, now
	}
	s := standing{held: now.Sub(r.since) >= r.settings.Wait, proven: true}
	if s.held && m.next != nil && r.settings.Prove != nil {
		if err := r.settings.Prove(ctx); err != nil {
			s.proven = false
			return s, fmt.Errorf("prove that API servers trust the new CA: %w", err)
		}
	}
	return s, nil
}

// readSecret returns the Secret, or a new one without a resource version.
func (r *Rotator) readSecret(ctx context.Context) (*core.Secret, error) {
	s := r.settings
	secret, err := s.Client.CoreV1().Secrets(s.Namespace).Get(ctx, s.Secret, meta.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return &core.Secret{ObjectMeta: meta.ObjectMeta{Name: s.Secret, Namespace: s.Namespace}, Type: core.SecretTypeOpaque}, nil
	case err != nil:
		return nil, fmt.Errorf("read secret %s: %w", s.Secret, err)
	}
	if len(secret.Data[entryCertificate]) > 0 && secret.Annotations[OwnerAnnotation] != string(Self) {
		return nil, fmt.Errorf("secret %s holds a certificate of another owner: it lacks the annotation %s: %s", s.Secret, OwnerAnnotation, Self)
	}
	return secret, nil
}

// writeSecret reports whether there was anything to write.
func (r *Rotator) writeSecret(ctx context.Context, secret *core.Secret, m material) (changed bool, err error) {
	s := r.settings
	data, err := m.write(secret.Data)
	if err != nil {
		return false, fmt.Errorf("write secret %s: %w", s.Secret, err)
	}
	if maps.EqualFunc(data, secret.Data, bytes.Equal) && secret.Annotations[OwnerAnnotation] == string(Self) {
		return false, nil
	}
	written := secret.DeepCopy()
	written.Data = data
	meta.SetMetaDataAnnotation(&written.ObjectMeta, OwnerAnnotation, string(Self))
	secrets := s.Client.CoreV1().Secrets(s.Namespace)
	if secret.ResourceVersion == "" {
		_, err = secrets.Create(ctx, written, meta.CreateOptions{FieldManager: fieldManager})
	} else {
		_, err = secrets.Update(ctx, written, meta.UpdateOptions{FieldManager: fieldManager})
	}
	if err != nil {
		return false, fmt.Errorf("write secret %s: %w", s.Secret, err)
	}
	return true, nil
}

// readServed returns what the Secret gives replicas to serve.
func readServed(ctx context.Context, s Settings) (entries, error) {
	secret, err := s.Client.CoreV1().Secrets(s.Namespace).Get(ctx, s.Secret, meta.GetOptions{})
	if err != nil {
		return entries{}, fmt.Errorf("read secret %s: %w", s.Secret, err)
	}
	return entries{secret.Data[entryCertificate], secret.Data[entryKey], secret.Data[entryBundle]}, nil
}
