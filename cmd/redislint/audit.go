package main

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/redislint/redislint/internal/audit"
	"github.com/redislint/redislint/internal/lint"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/report"
	"github.com/redislint/redislint/internal/source"
)

const auditHelp = `Audit reads every Redis of a running cluster and reports what would make it fail, by
the same rules as lint. It only reads: workloads, the resources of Redis operators,
and what they refer to; never a Secret.

Without -n or -A the namespace of the kubeconfig's context is audited. What the user
may not list is told, rules that depend on it stay silent, and the run ends with exit
code 3. deploy/audit has the roles that it takes.`

// auditCommand is redislint audit with its flags.
type auditCommand struct {
	rules   ruleFlags
	reports reports

	cluster    clusterFlags
	namespaces []string
	all        bool
}

// clusterFlags say which cluster is meant.
type clusterFlags struct {
	kubeconfig, context string
	timeout             time.Duration
}

func (f *clusterFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.kubeconfig, "kubeconfig", "", "kubeconfig `file`, instead of the one that kubectl takes")
	flags.StringVar(&f.context, "context", "", "context of the kubeconfig")
	flags.DurationVar(&f.timeout, "request-timeout", 30*time.Second, "longest that one answer of the API server may take")
}

// connect finds the API server, and asks nothing of it.
func (f *clusterFlags) connect() (*audit.Server, error) {
	if f.timeout <= 0 {
		return nil, fmt.Errorf("--request-timeout %s: must be more than 0", f.timeout)
	}
	return audit.Connect(f.kubeconfig, f.context, f.timeout)
}

func newAudit(out, err screen) *cobra.Command {
	a := &auditCommand{reports: newReports(out, err)}
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Find what makes the Redis of a running cluster fail",
		Long:  auditHelp,
		Args:  cobra.NoArgs,
		RunE:  a.run,
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	a.cluster.register(cmd)
	flags.StringSliceVarP(&a.namespaces, "namespace", "n", nil, "audit these `namespaces`")
	flags.BoolVarP(&a.all, "all-namespaces", "A", false, "audit all namespaces")
	cmd.MarkFlagsMutuallyExclusive("namespace", "all-namespaces")
	a.reports.register(cmd)
	a.rules.register(cmd)
	return cmd
}

func (a *auditCommand) run(cmd *cobra.Command, _ []string) error {
	started := time.Now()
	if err := a.reports.outputs.check(nil); err != nil {
		return err
	}
	chosen, err := a.rules.choose(cmd.Flags())
	if err != nil {
		return err
	}
	evaluator, err := chosen.library.Select(chosen.selection)
	if err != nil {
		return err
	}
	server, err := a.cluster.connect()
	if err != nil {
		return err
	}
	var told *progress
	if a.reports.err.terminal && !a.reports.quiet {
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		told = startProgress(cmd.ErrOrStderr(), "asking the API server", ticker.C)
		defer told.end()
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	set, err := a.read(ctx, server, told)
	if err != nil {
		return err
	}
	told.now("judging")
	result, err := lint.Run(ctx, set, evaluator)
	if err != nil {
		return failure("audit: %w", err)
	}
	told.end()
	j := judged{chosen: chosen, evaluator: evaluator, set: set, result: result, started: started}
	r := j.report()
	r.Cluster = &report.Cluster{Name: a.name(server), Requests: server.Requests()}
	if err := a.reports.write(cmd, r); err != nil {
		return err
	}
	return verdict(result, chosen.failOn)
}

// read lists what is to be judged.
func (a *auditCommand) read(ctx context.Context, server *audit.Server, told *progress) (*manifest.Set, error) {
	if len(a.namespaces) == 0 && !a.all {
		a.namespaces = []string{server.Namespace}
	}
	limits := manifest.DefaultOptions()
	limits.Sign = source.Sign
	set, err := audit.Read(ctx, server, audit.Options{
		Kinds: source.Observed(), Namespaces: a.namespaces, Limits: limits,
		Told: func(objects int) { told.now(fmt.Sprintf("reading, %d objects", objects)) },
	})
	if missing := new(audit.NamespaceError); errors.As(err, &missing) {
		return nil, err // the user's
	}
	if err != nil {
		return nil, failure("audit %s: %w", a.name(server), err)
	}
	return set, nil
}

// name says which part of which cluster is audited.
func (a *auditCommand) name(server *audit.Server) string {
	name := "this cluster"
	if server.Context != "" {
		name = "context " + server.Context
	}
	switch {
	case a.all:
		return name
	case len(a.namespaces) == 1:
		return name + ", namespace " + a.namespaces[0]
	default:
		return name + ", namespaces " + strings.Join(a.namespaces, ", ")
	}
}
