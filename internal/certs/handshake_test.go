package certs_test

import (
	"crypto/tls"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/redislint/redislint/internal/certs"
)

// Real handshakes over loopback, by clients that trust a caBundle as old as an API server's may be, while leaves and CAs rotate.
func TestHandshakesWhileRotating(t *testing.T) {
	t.Parallel()
	c := newCluster(t, newClock(), hook())
	f := newFleet(c, certs.DefaultWait, []time.Duration{0, time.Minute, 3 * day})
	f.install()
	var addresses []string
	var wg sync.WaitGroup
	for _, r := range f.replicas {
		listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{MinVersion: tls.VersionTLS13, GetCertificate: r.GetCertificate, Time: c.clock.Now})
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		addresses = append(addresses, listener.Addr().String())
		go serve(listener)
	}

	// A handshake and the choice of its bundle take no time, by the clock of the test: else it would be an API server that lags
	// more than any does.
	var pause sync.RWMutex
	handshakes := 0
	made, stop := make(chan error), make(chan struct{})
	for range 2 {
		wg.Go(func() {
			for {
				pause.RLock()
				bundles := c.trusted(certs.DefaultWait)
				err := handshake(addresses[rand.IntN(len(addresses))], bundles[rand.IntN(len(bundles))], c.clock.Now)
				pause.RUnlock()
				select {
				case made <- err:
				case <-stop:
					return
				}
			}
		})
	}

	const leaves, authorities = 20, 3
	for (len(f.leaves) < leaves || len(f.issuers) < authorities) && !t.Failed() && c.clock.Now().Before(newClock().now.Add(5*365*day)) {
		step(t, f.rotator)
		f.load()
		for _, r := range f.replicas {
			leaf := served(t, r.Source)
			f.leaves[string(leaf.Raw)], f.issuers[leaf.Issuer.CommonName] = true, true
		}
		tick, tries := day, 1
		if len(c.trusted(10*time.Minute)) > 1 {
			tick, tries = 15*time.Second, 4
		}
		for range tries {
			handshakes++
			if err := <-made; err != nil {
				t.Errorf("%s: %v", c.clock.Now(), err)
			}
		}
		pause.Lock()
		c.clock.advance(tick)
		pause.Unlock()
	}
	close(stop)
	wg.Wait()
	if len(f.leaves) < leaves || len(f.issuers) < authorities {
		t.Errorf("only %d leaves of %d CAs were served", len(f.leaves), len(f.issuers))
	}
	t.Logf("%d handshakes, %d leaves, %d CAs", handshakes, len(f.leaves), len(f.issuers))
}

func serve(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			_, _ = conn.Write([]byte("ok"))
		}()
	}
}

func handshake(address, bundle string, now func() time.Time) error {
	conn, err := tls.Dial("tcp", address, &tls.Config{RootCAs: roots(bundle), ServerName: serverName, Time: now, MinVersion: tls.VersionTLS13})
	if err != nil {
		return err
	}
	answer, err := io.ReadAll(conn)
	if string(answer) != "ok" && err == nil {
		err = errors.New("the server hung up")
	}
	return errors.Join(err, conn.Close())
}
