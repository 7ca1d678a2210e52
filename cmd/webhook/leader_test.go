package main

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
)

func TestOneReplicaLeads(t *testing.T) {
	t.Parallel()
	client := fake.NewClientset()
	leading := make(chan string, 2)
	ended := make(chan error, 2)
	start := func(name string) context.CancelFunc {
		ctx, cancel := context.WithCancel(t.Context())
		l := &leader{
			client: client, namespace: "redislint-system", name: "redislint-webhook", identity: name, log: slog.New(slog.DiscardHandler),
			run: func(ctx context.Context) error {
				leading <- name
				<-ctx.Done()
				return ctx.Err()
			},
		}
		go func() { ended <- l.Start(ctx) }()
		return cancel
	}
	end := start("a")
	if name := <-leading; name != "a" {
		t.Fatalf("%s leads", name)
	}
	endB := start("b")
	select {
	case name := <-leading:
		t.Fatalf("%s leads too", name)
	default:
	}
	end() // and releases the lease, or b would wait until it has run out
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if name := <-leading; name != "b" {
		t.Errorf("%s leads", name)
	}
	lease, err := client.CoordinationV1().Leases("redislint-system").Get(t.Context(), "redislint-webhook", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if holder := lease.Spec.HolderIdentity; holder == nil || *holder != "b" {
		t.Errorf("held by %v", holder)
	}
	endB()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// What a leader runs does not end with what it runs beside that.
func TestTogether(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	failed, running := make(chan struct{}), make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		ended <- together([]func(context.Context) error{
			func(context.Context) error { close(failed); return errors.New("oops") },
			func(ctx context.Context) error { <-failed; close(running); <-ctx.Done(); return nil },
		})(ctx)
	}()
	<-running
	select {
	case err := <-ended:
		t.Fatalf("one ended the other: %v", err)
	default:
	}
	cancel()
	if err := <-ended; err == nil || err.Error() != "oops" {
		t.Errorf("ended with %v", err)
	}
}

func TestWatcherTriesAgain(t *testing.T) {
	t.Parallel()
	tries := 0
	w := &watcher{log: slog.New(slog.DiscardHandler), start: func(context.Context) error {
		if tries++; tries < 3 {
			return errors.New("nobody there")
		}
		return nil
	}}
	if err := w.Start(t.Context()); err != nil || tries != 3 {
		t.Errorf("%v after %d tries", err, tries)
	}
}
