package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	ctrlmetrics "sigs.k8s.io/controller-runtime/pkg/metrics"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/redislint/redislint/internal/admission"
	"github.com/redislint/redislint/internal/certs"
)

// run is the webhook without the process around it. It returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	cmd := newCommand(func(cmd *cobra.Command, o options) error { return serve(cmd.Context(), o, cmd.ErrOrStderr()) })
	cmd.SetArgs(args)
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	return conclude(cmd.ExecuteContext(ctx), stderr)
}

// serve runs the webhook until ctx ends or a signal ends it. A second signal ends the process at once.
func serve(ctx context.Context, o options, stderr io.Writer) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	context.AfterFunc(ctx, stop)
	log := newLogger(stderr, o.logFormat, o.logLevel)
	bridge(log)

	m, err := newMetrics(ctrlmetrics.Registry)
	if err != nil {
		return err
	}
	defer m.close()
	mgr, err := assemble(o, log, m)
	if err != nil {
		return err
	}
	log.Info("starting", "pid", os.Getpid())
	if err := mgr.Start(ctx); err != nil {
		if ctx.Err() == nil {
			return fmt.Errorf("run: %w", err)
		}
		log.Warn("ended untidily", "error", err)
	}
	return nil
}

// assemble puts the parts together. It reaches nobody: what an API server has to be there for waits for it.
func assemble(o options, log *slog.Logger, m *metrics) (ctrl.Manager, error) {
	cluster, err := clusterConfig(o.kubeconfig)
	if err != nil {
		return nil, err
	}
	view := admission.NewView()
	bounds := newLimits(o.maxBodyBytes, o.maxEvaluations, o.maxWaiting)
	policy := &reloader[*admission.Policy]{
		folder: o.policyFolder, file: o.configFile, interval: o.reloadInterval, compile: compile, log: log, metrics: m,
	}
	s := &server{
		address:     net.JoinHostPort(o.host, strconv.Itoa(o.port)),
		connections: newConnections(o.maxConnections, o.maxPerIP),
		refused:     m.refusedConnections.Inc,
		lag:         o.lag,
		tail:        o.tail,
		after:       time.After,
		log:         log,
	}

	// The drain is the longest that anything takes to end.
	shutdown := s.drainTakes() + 10*time.Second
	mgr, err := ctrl.NewManager(cluster, ctrl.Options{
		Logger:                  logr.FromSlogHandler(log.Handler()),
		Metrics:                 metricsserver.Options{BindAddress: o.metricsAddress},
		Cache:                   view.CacheOptions(),
		HealthProbeBindAddress:  "0", // ours says why it is not ready
		GracefulShutdownTimeout: &shutdown,
	})
	if err != nil {
		return nil, fmt.Errorf("set up the manager: %w", err)
	}
	client, err := kubernetes.NewForConfigAndClient(cluster, mgr.GetHTTPClient())
	if err != nil {
		return nil, fmt.Errorf("set up a client: %w", err)
	}
	certificates, rotator, err := certs.New(certSettings(o, client, log))
	if err != nil {
		return nil, err
	}
	live := admission.LiveFrom(mgr.GetAPIReader(), mgr.GetRESTMapper())
	s.handler = newHandler(admission.New(view, policy.current, live, m), bounds, m, log, s.lame)
	s.certificate = certificates.GetCertificate
	p := &probes{
		conditions: []condition{
			{"caches", func() (string, error) { return cacheState(view) }},
			{"policies", policy.state},
			{"certificate", func() (string, error) { return certificateState(certificates) }},
		},
		serving: s.ready,
		alive:   func() error { return bounds.stuck(time.Now()) },
	}
	s.await = p.await

	watch := &watcher{start: func(ctx context.Context) error { return view.Watch(ctx, mgr.GetCache(), mgr.GetRESTMapper()) }, log: log}
	parts := []manager.Runnable{s, policy, watch, everyReplica(certificates.Run)}
	var leading []func(context.Context) error
	if rotator != nil {
		leading = append(leading, rotator.Run)
	}
	if o.auditInterval > 0 {
		audit, err := newAudit(o, cluster, view, policy.current, bounds, m, log)
		if err != nil {
			return nil, err
		}
		leading = append(leading, audit.Run)
	}
	if len(leading) > 0 {
		parts = append(parts, inOneReplica(o, client, together(leading), log))
	}
	if o.probeAddress != "0" {
		probe, err := probeServer(o.probeAddress, p, log)
		if err != nil {
			return nil, err
		}
		parts = append(parts, probe)
	}
	for _, part := range parts {
		if err := mgr.Add(part); err != nil {
			return nil, fmt.Errorf("set up the manager: %w", err)
		}
	}
	return mgr, errors.Join(
		m.watchLimits(bounds),
		m.gauge("cache_objects", "Objects that are known of the cluster.",
			func() float64 { objects, _ := view.Size(); return float64(objects) }),
		m.gauge("cache_bytes", "What they take.",
			func() float64 { _, bytes := view.Size(); return float64(bytes) }),
		m.gauge("connections", "Open connections.", func() float64 { return float64(s.connections.open()) }),
		m.gauge("cache_age_seconds", "How long what is known of the cluster has not been brought up to date; 0 while it is.",
			func() float64 { return view.Age().Seconds() }),
		m.gauge("certificate_expiry_timestamp_seconds", "When API servers will no longer accept the certificate; 0 without one.",
			func() float64 { return unix(certificates.NotAfter()) }),
	)
}

// clusterConfig says how to reach the API server: by a file, $KUBECONFIG, the Pod's own account, or ~/.kube/config.
func clusterConfig(file string) (*rest.Config, error) {
	if file == "" {
		c, err := ctrl.GetConfig()
		if err != nil {
			return nil, fmt.Errorf("find the cluster: %w", err)
		}
		return c, nil
	}
	c, err := clientcmd.BuildConfigFromFlags("", file)
	if err != nil {
		return nil, fmt.Errorf("find the cluster: %w", err)
	}
	c.QPS = -1 // the API server's own fairness is enough, as in controller-runtime
	return c, nil
}

func certSettings(o options, client kubernetes.Interface, log *slog.Logger) certs.Settings {
	s := certs.Settings{Service: o.service, Namespace: o.namespace, Poll: o.reloadInterval, Log: log}
	if !o.selfSigned {
		s.Mode, s.Folder = certs.Files, o.certFolder
		return s
	}
	s.Mode, s.Client, s.Secret, s.Webhook, s.ClusterDomain = certs.Self, client, o.certSecret, o.webhook, o.clusterDomain
	return s
}

// inOneReplica has a leader run something, or this replica, where there is no other.
func inOneReplica(o options, client kubernetes.Interface, run func(context.Context) error, log *slog.Logger) manager.Runnable {
	if !o.leaderElect {
		return everyReplica(run)
	}
	return &leader{
		client: client, namespace: o.namespace, name: o.leaderElectionID,
		identity: instance(), run: run, log: log,
	}
}

// instance names this replica.
func instance() string {
	host, _ := os.Hostname() // only for people to read
	return host + "_" + randomName()
}

func cacheState(view *admission.View) (string, error) {
	if !view.Synced() {
		return "", errors.New("not synced yet")
	}
	if age := view.Age(); age > 0 {
		return fmt.Sprintf("synced, and not brought up to date for %s", age.Round(time.Second)), nil
	}
	return "synced", nil
}

func certificateState(source *certs.Source) (string, error) {
	if err := source.Ready(); err != nil {
		return "", err
	}
	detail := "expires at " + source.NotAfter().UTC().Format(time.RFC3339)
	if warning := source.Warning(); warning != "" {
		detail += "; " + warning
	}
	return detail, nil
}

func unix(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.Unix())
}

// probeServer listens at once, so that a kubelet never finds nobody, and serves until everything else has ended.
func probeServer(address string, p *probes, log *slog.Logger) (manager.Runnable, error) {
	inner, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for probes: %w", err)
	}
	log.Info("answering probes", "address", inner.Addr().String())
	last := time.Second
	return &manager.Server{
		Name:            "probes",
		Listener:        inner,
		ShutdownTimeout: &last,
		Server: &http.Server{
			Handler:           p.handler(),
			ReadHeaderTimeout: headerTimeout,
			ReadTimeout:       headerTimeout,
			WriteTimeout:      headerTimeout,
			IdleTimeout:       idleTimeout,
			MaxHeaderBytes:    maxHeaderBytes,
		},
	}, nil
}
