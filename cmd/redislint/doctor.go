package main

import (
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/redislint/redislint/internal/doctor"
	"github.com/redislint/redislint/internal/report"
)

const doctorHelp = `Doctor examines an installed webhook: whether API servers find it, trust it and heed
it. It changes nothing; that a bad Redis is refused and a good one is not, it tries by
dry run in a namespace.

Exit codes:
  0  it works
  1  something does not
  2  wrong arguments
  3  something could not be examined, and nothing else fails`

// doctorCommand is redislint doctor with its flags.
type doctorCommand struct {
	out screen

	cluster         clusterFlags
	name, namespace string
	quiet           bool
}

func newDoctor(out screen) *cobra.Command {
	d := &doctorCommand{out: out}
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Examine an installed webhook",
		Long:  doctorHelp,
		Args:  cobra.NoArgs,
		RunE:  d.run,
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	d.cluster.register(cmd)
	flags.StringVar(&d.name, "webhook-configuration", "redislint-webhook", "`name` of the ValidatingWebhookConfiguration")
	flags.StringVarP(&d.namespace, "namespace", "n", "", "`namespace` in which a Redis is tried, instead of the context's")
	flags.BoolVarP(&d.quiet, "quiet", "q", false, "leave out what is well")
	return cmd
}

func (d *doctorCommand) run(cmd *cobra.Command, _ []string) error {
	server, err := d.cluster.connect()
	if err != nil {
		return err
	}
	if d.namespace == "" {
		d.namespace = server.Namespace
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	found, err := doctor.Examine(ctx, server, doctor.Options{Name: d.name, Trial: d.namespace, Version: release()})
	if err != nil {
		return failure("examine %s: %w", d.name, err)
	}
	e := report.Examination{Name: d.name, Requests: server.Requests()}
	if server.Context != "" {
		e.Name += " in context " + server.Context
	}
	worst := error(nil)
	for _, f := range found {
		e.Parts = append(e.Parts, report.Part{Level: string(f.Level), Subject: f.Subject, Message: f.Message, Remedy: f.Remedy})
		switch {
		case f.Level == doctor.Fail:
			worst = &exit{code: exitFindings}
		case f.Level == doctor.Unknown && worst == nil:
			worst = &exit{code: exitFailure}
		}
	}
	options := d.out.options()
	options.Quiet = d.quiet
	if err := e.Text(cmd.OutOrStdout(), options); err != nil {
		return failure("write report: %w", err)
	}
	return worst
}
