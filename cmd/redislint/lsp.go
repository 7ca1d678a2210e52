package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/redislint/redislint/internal/config"
	"github.com/redislint/redislint/internal/lsp"
	"github.com/redislint/redislint/internal/rules"
)

const lspHelp = `Lsp speaks the Language Server Protocol on standard input and output: an editor starts
it, and shows findings while files are edited, with what they rest on, how to fix them,
and the page of each rule. Files are judged as "redislint lint FILE" judges them, with
the text that the editor has. What is made of files on disk, a chart or a kustomization,
is judged anew when a file is saved.`

// lspCommand is redislint lsp with its flags.
type lspCommand struct {
	inputs inputs
	cmd    *cobra.Command

	// The rules and the configuration that were read last, for which file, and when that was written.
	chosen  *chosen
	file    string
	written time.Time
}

func newLSP() *cobra.Command {
	l := &lspCommand{inputs: newInputs()}
	cmd := &cobra.Command{
		Use:   "lsp",
		Short: "Show findings in an editor: a language server on standard input and output",
		Long:  lspHelp,
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l.cmd = cmd
			server := lsp.New(lsp.Options{Judge: l.judge, Page: rulePage, Version: cmd.Root().Version})
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

func (l *lspCommand) judge(_ context.Context, path string, texts lsp.Texts) (*lsp.Verdict, error) {
	chosen, err := l.choose(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return &lsp.Verdict{}, nil // not saved yet
	}
	inputs := l.inputs
	inputs.limits.Text = texts
	judged, err := inputs.judgeBy(l.cmd, chosen, []string{path}, nil)
	if err != nil {
		return nil, err
	}
	verdict := &lsp.Verdict{Errors: judged.result.Errors, Saved: judged.built}
	for _, f := range judged.result.Findings {
		verdict.Found = append(verdict.Found, lsp.Found{Finding: f})
	}
	return verdict, nil
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
