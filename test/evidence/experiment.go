//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"time"
)

// experiments in the order of the document.
var experiments = []experiment{
	sentinels, replicas, restarts, shutdowns,
	memory, limits,
	volumes, disks,
	probes, windows, loading, stalls,
	masters, bus, announce,
	spellings,
}

// experiment is one question that rules rest on, and how a real server answers it.
type experiment struct {
	name     string // one noun; the heading and the anchor of its section
	question string
	setup    string // what a reader needs to judge the figures
	needs    []need
	limit    time.Duration // that it may take, 15 minutes when it names none
	claims   []claim
	measure  func(context.Context, *lab, *result) error
}

// claim is a sentence that the measurement confirms or refutes.
type claim struct {
	key   string
	rules []string // whose pages rest on it
	text  string
}

// need is what an experiment cannot do without, besides redis-server and redis-cli.
type need int

const (
	namespaces  need = iota // of network, mounts and processes, which root can make, and mostly everybody
	memoryLimit             // a cgroup for memory, which root can make
	diskLimit               // a cgroup for block devices, and a device, which root can make
)

// lacks says why the experiment cannot run on this machine; it is empty when it can.
func (e experiment) lacks() string {
	for _, program := range []string{"redis-server", "redis-cli"} {
		if _, err := exec.LookPath(program); err != nil {
			return "no " + program
		}
	}
	for _, n := range e.needs {
		switch n {
		case namespaces:
			if reason := unisolated(); reason != "" {
				return reason
			}
			if _, err := exec.LookPath("ip"); err != nil {
				return "no ip (iproute2)"
			}
		case memoryLimit:
			if _, err := memoryRoot(); err != nil {
				return err.Error()
			}
		case diskLimit:
			if _, err := diskRoot(); err != nil {
				return err.Error()
			}
		}
	}
	return ""
}

// run measures in a folder of its own, and ends all that it started.
func (e experiment) run(ctx context.Context, quick bool) (*result, error) {
	limit := e.limit
	if limit == 0 {
		limit = 15 * time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	dir, err := os.MkdirTemp("", "redislint-evidence-")
	if err != nil {
		return nil, err
	}
	l := &lab{dir: dir, quick: quick}
	r := &result{verdicts: make(map[string]bool)}
	err = e.measure(ctx, l, r)
	if ended := l.end(); err == nil {
		err = ended
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, err
	}
	for _, c := range e.claims {
		if _, judged := r.verdicts[c.key]; !judged && !quick {
			return nil, fmt.Errorf("nothing measured says whether %q holds", c.text)
		}
	}
	for key := range r.verdicts {
		if !slices.ContainsFunc(e.claims, func(c claim) bool { return c.key == key }) {
			return nil, fmt.Errorf("there is no claim %q", key)
		}
	}
	return r, nil
}

// result is what an experiment has measured.
type result struct {
	tables   []*table
	verdicts map[string]bool // on claims, by key
}

// table is a table of the document. Its first column names the case.
type table struct {
	caption string // may be empty
	columns []string
	rows    [][]string
}

func (r *result) table(caption string, columns ...string) *table {
	t := &table{caption: caption, columns: columns}
	r.tables = append(r.tables, t)
	return t
}

func (t *table) row(cells ...any) {
	row := make([]string, len(cells))
	for i, cell := range cells {
		row[i] = fmt.Sprint(cell)
	}
	t.rows = append(t.rows, row)
}

// parts measures the parts of an experiment at the same time and adds their tables in order.
func (r *result) parts(ctx context.Context, l *lab, measures ...func(context.Context, *lab, *result) error) error {
	parts, err := concurrently(len(measures), func(i int) (*result, error) {
		part := &result{verdicts: make(map[string]bool)}
		return part, measures[i](ctx, l, part)
	})
	for _, part := range parts {
		r.tables = append(r.tables, part.tables...)
		for key, holds := range part.verdicts {
			r.judge(key, holds)
		}
	}
	return err
}

// judge says whether a claim holds; of several verdicts on one, all have to be good.
func (r *result) judge(key string, holds bool) {
	if earlier, judged := r.verdicts[key]; judged {
		holds = holds && earlier
	}
	r.verdicts[key] = holds
}

// refuted returns the keys of claims that do not hold, sorted.
func (r *result) refuted() []string {
	var keys []string
	for key, holds := range r.verdicts {
		if !holds {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}
