package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// leader runs something in one replica at a time. controller-runtime would end the process when it loses the lease, as in an
// outage of the API server, and with it the connections of API servers that are well. This one stops what it runs, and tries
// again.
type leader struct {
	client                    kubernetes.Interface
	namespace, name, identity string
	run                       func(context.Context) error // until its context ends
	log                       *slog.Logger

	one sync.Mutex // a new term waits until the last one's run has returned
}

// NeedLeaderElection says that the manager is not to elect anybody: this does.
func (l *leader) NeedLeaderElection() bool { return false }

// Start stands for election until ctx ends.
func (l *leader) Start(ctx context.Context) error {
	elector, err := leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
		Lock: &resourcelock.LeaseLock{
			LeaseMeta:  metav1.ObjectMeta{Namespace: l.namespace, Name: l.name},
			Client:     l.client.CoordinationV1(),
			LockConfig: resourcelock.ResourceLockConfig{Identity: l.identity},
		},
		Name:            l.name,
		LeaseDuration:   15 * time.Second,
		RenewDeadline:   10 * time.Second,
		RetryPeriod:     2 * time.Second,
		ReleaseOnCancel: true,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(ctx context.Context) {
				l.one.Lock()
				defer l.one.Unlock()
				l.log.Info("leading")
				if err := l.run(ctx); err != nil && ctx.Err() == nil {
					l.log.Error("lead", "error", err)
				}
			},
			OnStoppedLeading: func() { l.log.Info("not leading") },
		},
	})
	if err != nil {
		return fmt.Errorf("stand for election: %w", err)
	}
	for ctx.Err() == nil {
		elector.Run(ctx)
	}
	l.one.Lock() // so that the process does not end in the middle of a write
	defer l.one.Unlock()
	return nil
}
