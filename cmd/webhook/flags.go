package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/redislint/redislint/internal/admission"
)

// options are the flags.
type options struct {
	kubeconfig string

	host             string
	port             int
	metricsAddress   string
	probeAddress     string
	logLevel         slog.Level
	logFormat        string
	policyFolder     string
	configFile       string
	reloadInterval   time.Duration
	lag, tail        time.Duration
	maxConnections   int
	maxPerIP         int
	maxBodyBytes     int64
	maxEvaluations   int
	maxWaiting       int
	selfSigned       bool
	certFolder       string
	certSecret       string
	service          string
	namespace        string
	clusterDomain    string
	webhook          string
	leaderElect      bool
	leaderElectionID string
	auditInterval    time.Duration
	auditEvents      bool
	auditReports     bool
}

const help = `webhook judges changes of Redis in a cluster and refuses those that would make it fail.

It serves AdmissionReviews of admission.k8s.io/v1 on ` + admission.Path + `, over TLS 1.3. Its certificate has one owner:
itself (--self-signed-certs) or whoever fills a folder (--cert-dir).

Exit codes:
  0  ended by SIGTERM or SIGINT
  1  a failure
  2  wrong flags`

func newCommand(serve func(cmd *cobra.Command, o options) error) *cobra.Command {
	var o options
	level := "info"
	cmd := &cobra.Command{
		Use:           "webhook",
		Short:         "Judge changes of Redis before they happen",
		Long:          help,
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.logLevel.UnmarshalText([]byte(level)); err != nil {
				return fmt.Errorf("--log-level %s: want debug, info, warn or error", level)
			}
			if err := o.check(); err != nil {
				return err
			}
			if err := serve(cmd, o); err != nil {
				return &failure{err}
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.kubeconfig, "kubeconfig", "", "`file` that says how to reach the API server, outside of a cluster")
	f.StringVar(&o.host, "webhook-host", "", "`address` to serve reviews on; all of the host's when empty")
	f.IntVar(&o.port, "webhook-port", 9443, "port to serve reviews on")
	f.StringVar(&o.metricsAddress, "metrics-bind-address", ":8080", "`address` to serve /metrics on; 0 for none")
	f.StringVar(&o.probeAddress, "health-probe-bind-address", ":8081", "`address` to serve /healthz and /readyz on; 0 for none")

	f.StringVar(&o.certFolder, "cert-dir", "", "`folder` with tls.crt, tls.key and, if there is one, ca.crt")
	f.BoolVar(&o.selfSigned, "self-signed-certs", false, "make and rotate the certificate and its CA")
	f.StringVar(&o.certSecret, "cert-secret", admission.DefaultName+"-certs", "`name` of the Secret they are kept in")
	f.StringVar(&o.webhook, "webhook-configuration", admission.DefaultName, "`name` of the ValidatingWebhookConfiguration that learns the CA")
	f.StringVar(&o.service, "service-name", admission.DefaultName, "`name` of the Service that API servers call")
	f.StringVar(&o.namespace, "namespace", ownNamespace(), "`namespace` of the Service, the Secret and the lease")
	f.StringVar(&o.clusterDomain, "cluster-domain", "", "`domain` to make the certificate valid for too, such as cluster.local")
	f.BoolVar(&o.leaderElect, "leader-elect", true, "rotate certificates, and audit, in one replica at a time")
	f.StringVar(&o.leaderElectionID, "leader-election-id", admission.DefaultName, "`name` of the lease")

	f.StringVar(&o.policyFolder, "policy-dir", "", "`folder` of rules beside those built in; its changes are heeded")
	f.StringVar(&o.configFile, "config", "", "`file` that says what each rule does, such as a .redislint.yaml; its changes are heeded")
	f.DurationVar(&o.reloadInterval, "reload-interval", 10*time.Second, "how often they, and the certificate, are looked at")

	f.DurationVar(&o.auditInterval, "audit-interval", 0, "how long after an audit of all Redis that are there already the next one comes; 0 for none")
	f.BoolVar(&o.auditEvents, "audit-events", false, "make an Event for each error and warning that an audit finds and the one before did not")
	f.BoolVar(&o.auditReports, "audit-reports", false, "keep what audits find in Reports of openreports.io, one for each namespace")

	f.IntVar(&o.maxConnections, "max-connections", 1000, "connections at a time")
	f.IntVar(&o.maxPerIP, "max-connections-per-ip", 500, "connections at a time from one address")
	f.Int64Var(&o.maxBodyBytes, "max-in-flight-bytes", 32<<20, "`bytes` of big bodies at a time")
	f.IntVar(&o.maxEvaluations, "max-evaluations", 0, "reviews evaluated at a time; 0 for as many as there are processors")
	f.IntVar(&o.maxWaiting, "max-waiting", 128, "reviews that wait for that; more get an error at once")

	f.DurationVar(&o.lag, "drain-lag", 10*time.Second, "how long after SIGTERM API servers may still connect")
	f.DurationVar(&o.tail, "drain-tail", 95*time.Second, "how long after that they may still use open connections; beyond their idle timeout of 90 s")

	f.StringVar(&level, "log-level", level, "debug, info, warn or error")
	f.StringVar(&o.logFormat, "log-format", "json", "json or text")
	return cmd
}

// check reports all flags that cannot be.
func (o *options) check() error {
	var faults []error
	fault := func(wrong bool, format string, args ...any) {
		if wrong {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	fault(o.selfSigned == (o.certFolder != ""), "the certificate needs one owner: --self-signed-certs or --cert-dir")
	fault(o.namespace == "", "--namespace is empty, and this is not a Pod that knows its own")
	fault(o.port < 0 || o.port > 65535, "--webhook-port %d is no port", o.port)
	fault(o.logFormat != "json" && o.logFormat != "text", "--log-format %s: want json or text", o.logFormat)
	fault(o.reloadInterval < 100*time.Millisecond, "--reload-interval %s is under 100ms", o.reloadInterval)
	fault(o.auditInterval != 0 && o.auditInterval < time.Second, "--audit-interval %s is under 1s", o.auditInterval)
	fault(o.auditInterval == 0 && (o.auditEvents || o.auditReports), "--audit-events and --audit-reports need an --audit-interval")
	fault(o.maxConnections < 1, "--max-connections %d is under 1", o.maxConnections)
	fault(o.maxPerIP < 1, "--max-connections-per-ip %d is under 1", o.maxPerIP)
	fault(o.maxBodyBytes < 2*maxBodyBytes, "--max-in-flight-bytes %d is under two bodies, %d", o.maxBodyBytes, 2*maxBodyBytes)
	fault(o.maxEvaluations < 0, "--max-evaluations %d is negative", o.maxEvaluations)
	fault(o.maxWaiting < 0, "--max-waiting %d is negative", o.maxWaiting)
	fault(o.lag < 0, "--drain-lag %s is negative", o.lag)
	fault(o.tail < 0, "--drain-tail %s is negative", o.tail)
	return errors.Join(faults...)
}

// ownNamespace returns the namespace of the Pod that this is, or "".
func ownNamespace() string {
	if name := os.Getenv("POD_NAMESPACE"); name != "" {
		return name
	}
	name, err := os.ReadFile("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(name))
}

// failure is an error that is not the caller's.
type failure struct{ err error }

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// Exit codes.
const (
	exitEnded   = 0
	exitFailure = 1
	exitUsage   = 2
)

// conclude prints an error and returns the exit code.
func conclude(err error, stderr io.Writer) int {
	if err == nil {
		return exitEnded
	}
	fmt.Fprintf(stderr, "webhook: %v\n", err)
	if _, ok := errors.AsType[*failure](err); ok {
		return exitFailure
	}
	return exitUsage
}
