package main

import (
	"io"
	"log/slog"
	"slices"
	"sync"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/redislint/redislint/internal/report"
)

// newLogger writes one line for each record, JSON or text. Names of objects come from strangers: nothing in a line acts on the
// terminal that shows it.
func newLogger(w io.Writer, format string, level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: visible}
	if format == "text" {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}

// visible escapes what a reader would not see or a terminal would obey.
func visible(_ []string, a slog.Attr) slog.Attr {
	switch value := a.Value.Any().(type) {
	case string:
		a.Value = slog.StringValue(report.Visible(value))
	case error:
		a.Value = slog.StringValue(report.Visible(value.Error()))
	case []string:
		shown := make([]string, len(value))
		for i, text := range value {
			shown[i] = report.Visible(text)
		}
		a.Value = slog.AnyValue(shown)
	}
	return a
}

var bridged sync.Once

// bridge sends what controller-runtime and client-go log the same way. They can be told once in the life of a process.
func bridge(log *slog.Logger) {
	bridged.Do(func() {
		sink := logr.FromSlogHandler(log.Handler())
		ctrl.SetLogger(sink)
		klog.SetLogger(sink)
	})
}

// unique returns names sorted, each once.
func unique(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
