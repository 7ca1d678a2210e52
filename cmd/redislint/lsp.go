package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/redislint/redislint/internal/config"
	"github.com/redislint/redislint/internal/fix"
	"github.com/redislint/redislint/internal/lint"
	"github.com/redislint/redislint/internal/lsp"
	"github.com/redislint/redislint/internal/rules"
)

const lspHelp = `Lsp speaks the Language Server Protocol on standard input and output: an editor starts
it, and shows findings while files are edited, with what they rest on, how to fix them,
and the page of each rule. Files are judged as "redislint lint FILE" judges them, with
the text that the editor has.`

// lspCommand is redislint lsp with its flags.
type lspCommand struct {
	inputs inputs
	cmd    *cobra.Command
	memo   *rules.Memo

	mu sync.Mutex // held while files are judged

	// The rules and the configuration that were read last, for which file, and when that was written.
	chosen  *chosen
	file    string
	written time.Time
}

func newLSP() *cobra.Command {
	l := &lspCommand{inputs: newInputs(), memo: rules.NewMemo()}
	cmd := &cobra.Command{
		Use:   "lsp",
		Short: "Show findings in an editor: a language server on standard input and output",
		Long:  lspHelp,
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l.cmd = cmd
			server := lsp.New(lsp.Options{Judge: l.judge, Page: rulePage})
			if err := server.Serve(cmd.Context(), stdio{cmd.InOrStdin(), cmd.OutOrStdout()}); err != nil {
				return failure("%w", err)
			}
			return nil
		},
	}
	// Editors pass it to say which of several ways to speak they want; there is one.
	cmd.Flags().Bool("stdio", true, "speak on standard input and output")
	l.inputs.rules.register(cmd)
	return cmd
}

// rulePage is where the page of a rule that is built in can be read.
func rulePage(rule *rules.Rule) string {
	return "https://github.com/redislint/redislint/blob/main/docs/rules/" + rule.ID + ".md"
}

func (l *lspCommand) judge(ctx context.Context, path string, open map[string][]byte) (*lsp.Verdict, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return &lsp.Verdict{}, nil // not saved yet
	}
	result, err := l.lint(path, open)
	if err != nil {
		return nil, err
	}
	verdict := &lsp.Verdict{Errors: result.Errors}
	for _, f := range result.Findings {
		fixes := sync.OnceValue(func() []lsp.Fix { return l.fixesOf(ctx, path, open, result, f) })
		verdict.Found = append(verdict.Found, lsp.Found{Finding: f, Fixes: fixes})
	}
	return verdict, nil
}

// lint judges the file at a path, with what the editor holds of files.
func (l *lspCommand) lint(path string, open map[string][]byte) (*lint.Result, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	chosen, err := l.choose(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	chosen.selection.Memo = l.memo
	inputs := l.inputs
	inputs.overlay = open
	judged, err := inputs.judgeBy(l.cmd, chosen, []string{path}, nil)
	if err != nil {
		return nil, err
	}
	return judged.result, nil
}

// fixesOf are the edits that end a finding and bring no other, if a rule knows some that can be written.
func (l *lspCommand) fixesOf(ctx context.Context, path string, open map[string][]byte, result *lint.Result, f rules.Finding) []lsp.Fix {
	repair, err := fix.For(f, true)
	if err != nil {
		return nil
	}
	judge := func(_ context.Context, overlay map[string][]byte) (fix.Verdict, error) {
		after := maps.Clone(open)
		maps.Copy(after, overlay)
		result, err := l.lint(path, after)
		if err != nil {
			return fix.Verdict{}, err
		}
		return verdictOf(result), nil
	}
	if fix.Try(ctx, judge, verdictOf(result), f, repair) != nil {
		return nil // a person has to find another way
	}
	offered := lsp.Fix{Title: "Fix " + f.Rule.ID + ": " + repair.Summary(), Safe: repair.Safe}
	if !repair.Safe {
		offered.Title += " (think first)"
	}
	for _, e := range repair.Edits {
		offered.Edits = append(offered.Edits, lsp.Edit{File: e.File, Position: e.Position, Text: e.Text, Source: e.Source})
	}
	return []lsp.Fix{offered}
}

// choose reads the configuration that counts for a folder, unless it is that of the last time.
func (l *lspCommand) choose(folder string) (*chosen, error) {
	flags := l.inputs.rules
	if flags.file == "" && !flags.noFile {
		file, err := config.Find(folder)
		if err != nil {
			return nil, err
		}
		flags.file, flags.noFile = file, file == ""
	}
	var written time.Time
	if info, err := os.Stat(flags.file); err == nil {
		written = info.ModTime()
	}
	if l.chosen != nil && l.file == flags.file && l.written.Equal(written) {
		return l.chosen, nil
	}
	chosen, err := flags.choose(l.cmd.Flags())
	if err != nil {
		return nil, err
	}
	l.chosen, l.file, l.written = chosen, flags.file, written
	return chosen, nil
}

// stdio is standard input and output as one stream.
type stdio struct {
	io.Reader
	out io.Writer
}

func (s stdio) Write(p []byte) (int, error) {
	n, err := s.out.Write(p)
	if flusher, buffered := s.out.(interface{ Flush() error }); buffered && err == nil {
		err = flusher.Flush()
	}
	return n, err
}

func (s stdio) Close() error {
	if closer, closes := s.Reader.(io.Closer); closes {
		return closer.Close()
	}
	return nil
}
