package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/picture"
	"github.com/redislint/redislint/internal/report"
)

const graphHelp = `Graph draws every Redis in the input: its servers, Sentinels, Services, volumes and
clients, and which of them have findings.

The formats are svg (a document that needs nothing beside it), mermaid (a flowchart for
Markdown) and dot (for Graphviz):

  redislint graph shop/ > shop.svg
  redislint graph shop/ --redis shop/redis --format mermaid`

// graphCommand is redislint graph with its flags.
type graphCommand struct {
	err screen

	inputs inputs
	format choice
	redis  string
}

func newGraph(err screen) *cobra.Command {
	g := &graphCommand{
		err:    err,
		inputs: newInputs(),
		format: choice{value: "svg", allowed: []string{"svg", "mermaid", "dot"}},
	}
	cmd := &cobra.Command{
		Use:   "graph [PATH|-]...",
		Short: "Draw each Redis, with its findings",
		Long:  graphHelp,
		RunE:  g.run,
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.Var(&g.format, "format", g.format.list())
	flags.StringVar(&g.redis, "redis", "", "draw this one alone: `namespace/name`, or name")
	g.inputs.register(cmd)
	register(cmd, map[string]cobra.CompletionFunc{"format": g.format.completion})
	return cmd
}

func (g *graphCommand) run(cmd *cobra.Command, paths []string) error {
	judged, err := g.inputs.judge(cmd, paths, nil)
	if err != nil {
		return err
	}
	r := judged.report()
	if err := report.Notices(cmd.ErrOrStderr(), report.Report{Notices: r.Notices}, report.TextOptions{Width: g.err.width}); err != nil {
		return failure("write notices: %w", err)
	}
	pictures, err := g.pictures(judged)
	if err != nil {
		return err
	}
	formats := map[string]func(io.Writer, []picture.Picture) error{"svg": picture.SVG, "mermaid": picture.Mermaid, "dot": picture.DOT}
	if err := formats[g.format.value](cmd.OutOrStdout(), pictures); err != nil {
		return failure("write %s: %w", g.format.value, err)
	}
	return incomplete(r)
}

// pictures are those of the Redis that were asked for.
func (g *graphCommand) pictures(judged *judged) ([]picture.Picture, error) {
	var pictures []picture.Picture
	var names []string
	of := byRedis(judged.result.Findings)
	for _, redis := range judged.result.Redis {
		full := reportRedis(redis).FullName()
		names = append(names, full)
		if g.redis == "" || g.redis == full || g.redis == redis.Name {
			pictures = append(pictures, picture.Of(redis, of[full]))
		}
	}
	switch {
	case len(pictures) > 0:
		return pictures, nil
	case len(names) == 0:
		return nil, failure("no Redis recognised in the input")
	}
	return nil, suggest(fmt.Errorf("the input has no Redis %q", g.redis), "", cmp.Or(nearest(g.redis, names), names[0]))
}

// incomplete is the error for what a run could not read or judge.
func incomplete(r report.Report) error {
	var list []error
	for _, e := range r.Errors {
		list = append(list, notRead(e))
	}
	for _, u := range r.Undecided {
		list = append(list, fmt.Errorf("undecided: %s for %s: %s", cmp.Or(u.Rule, "every rule"), cmp.Or(u.Redis, "every Redis"), u.Reason))
	}
	if len(list) == 0 {
		return nil
	}
	return &exit{exitFailure, errors.Join(list...)}
}

func notRead(e manifest.Error) error {
	if e.Line > 0 {
		return fmt.Errorf("not read: %s:%d: %s", e.File, e.Line, e.Message)
	}
	return fmt.Errorf("not read: %s: %s", e.File, e.Message)
}
