package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	openreports "github.com/openreports/reports-api/apis/openreports.io/v1alpha1"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/redislint/redislint/internal/admission"
	"github.com/redislint/redislint/internal/patrol"
)

// How hard audits ask the API server, which reviews need more.
const (
	auditQPS     = 5
	auditBurst   = 10
	auditTimeout = 10 * time.Second // of one request
)

// newAudit returns the audit that the flags ask for. It judges what the watches show, and so lists nothing again.
func newAudit(
	o options, cluster *rest.Config, view *admission.View, policy func() *admission.Policy, bounds *limits, m *metrics, log *slog.Logger,
) (*patrol.Patrol, error) {
	found := patrol.NewMetrics()
	p := &patrol.Patrol{
		Cluster: standing{view, policy, func(ctx context.Context) { bounds.giveWay(ctx) }}, Interval: o.auditInterval, Metrics: found, Log: log,
	}
	if o.auditEvents || o.auditReports {
		c, err := auditClient(cluster)
		if err != nil {
			return nil, err
		}
		if o.auditEvents {
			p.Tellers = append(p.Tellers, patrol.NewEvents(c, instance(), found, log))
		}
		if o.auditReports {
			p.Tellers = append(p.Tellers, patrol.NewReports(c, found, log))
		}
	}
	return p, errors.Join(
		m.register(found),
		m.gauge("audit_interval_seconds", "How long after an audit the next one comes.", func() float64 { return o.auditInterval.Seconds() }),
	)
}

// auditClient is a client of its own, so that what it is slowed down by slows nothing else down.
func auditClient(cluster *rest.Config) (client.Client, error) {
	config := rest.CopyConfig(cluster)
	config.QPS, config.Burst, config.Timeout, config.UserAgent = auditQPS, auditBurst, auditTimeout, "redislint-webhook-audit"
	scheme := runtime.NewScheme()
	if err := errors.Join(eventsv1.AddToScheme(scheme), openreports.Install(scheme)); err != nil {
		return nil, fmt.Errorf("set up the audit's client: %w", err)
	}
	c, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		return nil, fmt.Errorf("set up the audit's client: %w", err)
	}
	return c, nil
}

// standing is the cluster as the watches show it, judged by the policy in force.
type standing struct {
	view   *admission.View
	policy func() *admission.Policy
	pause  func(context.Context)
}

// Unread returns what the watches do not show.
func (s standing) Unread() ([]admission.Unread, error) {
	if s.policy() == nil {
		return nil, errors.New("no policy is compiled yet")
	}
	return s.view.Unread()
}

// Survey judges what they show.
func (s standing) Survey(ctx context.Context, unread []admission.Unread, tell func(admission.Standing)) error {
	return s.view.Survey(ctx, s.policy(), unread, s.pause, tell)
}
