package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/redislint/redislint/internal/certs"
)

// reviewFunc is a reviewer.
type reviewFunc func(context.Context, admissionv1.AdmissionRequest) (*admissionv1.AdmissionResponse, error)

func (f reviewFunc) Review(ctx context.Context, r admissionv1.AdmissionRequest) (*admissionv1.AdmissionResponse, error) {
	return f(ctx, r)
}

func allow(context.Context, admissionv1.AdmissionRequest) (*admissionv1.AdmissionResponse, error) {
	return &admissionv1.AdmissionResponse{Allowed: true}, nil
}

// byName does what the name of the request's object says.
func byName(_ context.Context, r admissionv1.AdmissionRequest) (*admissionv1.AdmissionResponse, error) {
	switch r.Name {
	case "panic":
		panic("no such luck")
	case "error":
		return nil, errors.New("secret of the engine")
	case "nothing":
		return nil, nil
	case "errored": // what controller-runtime's Errored makes
		return &admissionv1.AdmissionResponse{Result: &metav1.Status{Code: 500, Message: "secret of the engine"}}, nil
	case "deny":
		return &admissionv1.AdmissionResponse{Result: &metav1.Status{
			Message: "one Sentinel is no quorum",
			Details: &metav1.StatusDetails{Causes: []metav1.StatusCause{{Type: "sentinel-too-few"}}},
		}}, nil
	default:
		return &admissionv1.AdmissionResponse{Allowed: true}, nil
	}
}

var authority = sync.OnceValues(func() (*certs.Authority, error) { return certs.NewAuthority(time.Now(), time.Hour) })

const serverName = "redislint-webhook.redislint-system.svc"

// rig is a server on loopback.
type rig struct {
	*server
	limits  *limits
	metrics *metrics
	log     *bytes.Buffer // to be read when the server has ended
	addr    string
	roots   *x509.CertPool
	end     context.CancelFunc
	ended   chan error
	floor   http.Handler // to be served instead of reviews
}

func newRig(t testing.TB, r reviewer, adjust ...func(*rig)) *rig {
	t.Helper()
	ca, err := authority()
	if err != nil {
		t.Fatal(err)
	}
	pair, err := ca.Issue(time.Now(), time.Hour, []string{serverName})
	if err != nil {
		t.Fatal(err)
	}
	crt, key := pair.PEM()
	certificate, err := tls.X509KeyPair(crt, key)
	if err != nil {
		t.Fatal(err)
	}
	m, err := newMetrics(prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	g := &rig{
		server: &server{
			certificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &certificate, nil },
			connections: newConnections(500, 500),
			refused:     m.refusedConnections.Inc,
			tail:        10 * time.Second,
			after:       time.After,
		},
		limits: newLimits(32<<20, 2, 128), metrics: m, log: &bytes.Buffer{}, ended: make(chan error, 1),
		roots: x509.NewCertPool(),
	}
	g.roots.AddCert(ca.Certificate())
	for _, a := range adjust {
		a(g)
	}
	g.server.log = newLogger(g.log, "json", slog.LevelDebug)
	g.handler = newHandler(r, g.limits, m, g.server.log, g.lame)
	if g.floor != nil {
		g.handler = g.floor
	}

	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g.addr = inner.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	g.end = cancel
	go func() { g.ended <- g.serve(ctx, inner) }()
	return g
}

// stop ends the server and waits for it.
func (g *rig) stop(t testing.TB) {
	t.Helper()
	g.end()
	if err := <-g.ended; err != nil {
		t.Error(err)
	}
}

// started is a rig that ends with the test.
func started(t testing.TB, r reviewer, adjust ...func(*rig)) *rig {
	t.Helper()
	g := newRig(t, r, append(adjust, func(g *rig) { g.tail = 0 })...)
	t.Cleanup(func() { g.stop(t) })
	return g
}

// client keeps connections as an API server does, but gives idle ones up sooner.
func (g *rig) client(t testing.TB, dial func(ctx context.Context, network, addr string) (net.Conn, error)) *http.Client {
	transport := &http.Transport{
		DialTLSContext:      dial,
		TLSClientConfig:     g.tls(),
		MaxIdleConnsPerHost: 25,
		IdleConnTimeout:     time.Second,
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func (g *rig) tls() *tls.Config { return &tls.Config{RootCAs: g.roots, ServerName: serverName} }

func (g *rig) url(query string) string { return "https://" + g.addr + "/validate" + query }

// dial connects without sending anything.
func (g *rig) dial(t testing.TB) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", g.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// secure connects and shakes hands.
func (g *rig) secure(t testing.TB) *tls.Conn {
	t.Helper()
	c := tls.Client(g.dial(t), g.tls())
	if err := c.HandshakeContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

// review is an AdmissionReview about an object of that name, with extra bytes in it.
func review(name string, extra int) []byte {
	object, _ := json.Marshal(map[string]any{
		"apiVersion": "apps/v1", "kind": "StatefulSet",
		"metadata": map[string]any{"name": name, "namespace": "shop", "annotations": map[string]any{"pad": strings.Repeat("x", extra)}},
	})
	return fmt.Appendf(nil, `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u-1",`+
		`"kind":{"group":"apps","version":"v1","kind":"StatefulSet"},"operation":"CREATE","namespace":"shop","name":%q,"object":%s}}`, name, object)
}

// post returns the status and, of a success, the response.
func post(t testing.TB, client *http.Client, url string, body []byte) (int, *admissionv1.AdmissionResponse) {
	t.Helper()
	reply, err := client.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0, nil
	}
	return reply.StatusCode, responseOf(t, reply)
}

func responseOf(t testing.TB, reply *http.Response) *admissionv1.AdmissionResponse {
	t.Helper()
	defer reply.Body.Close()
	raw, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Error(err)
	}
	if reply.StatusCode != http.StatusOK {
		return nil
	}
	var review admissionv1.AdmissionReview
	if err := json.Unmarshal(raw, &review); err != nil || review.Response == nil ||
		review.APIVersion != "admission.k8s.io/v1" || review.Kind != "AdmissionReview" {
		t.Errorf("not an AdmissionReview with a response: %s", raw)
		return nil
	}
	return review.Response
}

// value returns that of a counter or a gauge.
func value(t testing.TB, m prometheus.Metric) float64 {
	t.Helper()
	var written dto.Metric
	if err := m.Write(&written); err != nil {
		t.Fatal(err)
	}
	return written.GetCounter().GetValue() + written.GetGauge().GetValue()
}

func TestSlowClientsAreLeft(t *testing.T) {
	t.Parallel()
	tests := map[string]func(t *testing.T, g *rig) net.Conn{
		"one that does not shake hands": func(t *testing.T, g *rig) net.Conn { return g.dial(t) },
		"one that stops in the middle of its greeting": func(t *testing.T, g *rig) net.Conn {
			c := g.dial(t)
			fmt.Fprint(c, "\x16\x03\x01\x02\x00\x01\x00")
			return c
		},
		"one that sends no request": func(t *testing.T, g *rig) net.Conn { return g.secure(t) },
		"one that does not end its header": func(t *testing.T, g *rig) net.Conn {
			c := g.secure(t)
			fmt.Fprint(c, "POST /validate HTTP/1.1\r\nHost: webhook\r\nX-Slow: ")
			return c
		},
		"one whose body does not come, where there is nothing": func(t *testing.T, g *rig) net.Conn {
			c := g.secure(t)
			fmt.Fprint(c, "POST /elsewhere HTTP/1.1\r\nHost: webhook\r\nContent-Length: 100\r\n\r\n")
			return c
		},
	}
	g := started(t, reviewFunc(allow))
	connected := map[string]net.Conn{}
	for name, connect := range tests {
		connected[name] = connect(t, g)
	}
	for name, c := range connected {
		// Long after the server should have hung up, this reports that it has not.
		_ = c.SetReadDeadline(time.Now().Add(30 * time.Second))
		_, err := io.Copy(io.Discard, c)
		if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
			t.Errorf("%s: still connected", name)
		}
	}
}

func TestSlowBodyIsRefused(t *testing.T) {
	t.Parallel()
	for name, length := range map[string]int{"a small one": 1000, "a big one": 1 << 20} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := started(t, reviewFunc(allow))
			c := g.secure(t)
			fmt.Fprintf(c, "POST /validate?timeout=1s HTTP/1.1\r\nHost: webhook\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", length)
			_, _ = c.Write(bytes.Repeat([]byte(" "), length-1))
			reply, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Fatal(err)
			}
			if reply.StatusCode != http.StatusRequestTimeout {
				t.Errorf("got %s", reply.Status)
			}
			if reserved := g.limits.reserved.Load(); reserved != 0 {
				t.Errorf("%d bytes stay reserved", reserved)
			}
		})
	}
}

func TestBigBodiesLeaveRoomForOthers(t *testing.T) {
	t.Parallel()
	g := started(t, reviewFunc(allow), func(g *rig) { g.limits = newLimits(2*maxBodyBytes, 2, 128) })
	client, others := g.client(t, nil), g.client(t, nil)
	ask := func() {
		if status, _ := post(t, others, g.url("?timeout=30s"), review("small", 0)); status != http.StatusOK {
			t.Errorf("a small review: %d", status)
		}
	}
	ask()

	// What is no JSON costs nothing but its room.
	big := bytes.Repeat([]byte("x"), maxBodyBytes)
	var let, refused atomic.Int64
	var flood sync.WaitGroup
	for range 50 {
		flood.Go(func() {
			reply, err := client.Post(g.url("?timeout=30s"), "application/json", bytes.NewReader(big))
			if err != nil {
				refused.Add(1) // before its body was taken
				return
			}
			reply.Body.Close()
			switch reply.StatusCode {
			case http.StatusBadRequest:
				let.Add(1)
			case http.StatusServiceUnavailable, http.StatusRequestTimeout:
				refused.Add(1)
			default:
				t.Errorf("a big body: %s", reply.Status)
			}
		})
	}
	done := make(chan struct{})
	go func() {
		flood.Wait()
		close(done)
	}()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for flooded := true; flooded; {
		select {
		case <-done:
			flooded = false
		case <-tick.C:
			ask()
		}
	}
	t.Logf("%d let in, %d refused", let.Load(), refused.Load())
	if let.Load() == 0 {
		t.Error("no big body was let in")
	}
	if reserved := g.limits.reserved.Load(); reserved != 0 {
		t.Errorf("%d bytes stay reserved", reserved)
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	g := started(t, reviewFunc(allow), func(g *rig) { g.connections = newConnections(3, 3) })
	var kept []*tls.Conn
	for range 3 {
		kept = append(kept, g.secure(t))
	}
	if _, err := g.dial(t).Read(make([]byte, 1)); err == nil {
		t.Fatal("a fourth connection is served")
	}
	if refused := value(t, g.metrics.refusedConnections); refused != 1 {
		t.Errorf("%v connections were refused, want 1", refused)
	}
	// Its end makes room, once the server knows.
	kept[0].Close()
	client := g.client(t, nil)
	for {
		reply, err := client.Post(g.url("?timeout=30s"), "application/json", bytes.NewReader(review("", 0)))
		if err == nil {
			responseOf(t, reply)
			break
		}
		if t.Context().Err() != nil {
			t.Fatal(err)
		}
	}
}

func TestConnectionsFromOneAddressAreBounded(t *testing.T) {
	t.Parallel()
	a, b := address(from("10.0.0.1")), address(from("::ffff:10.0.0.2"))
	c := newConnections(3, 2)
	got := fmt.Sprint(c.admit(a), c.admit(a), c.admit(a), c.admit(b), c.admit(b), c.open())
	c.forget(a)
	got += fmt.Sprint(" ", c.admit(b), c.admit(b), c.open())
	if want := "true true false true false 3 true false 3"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	gone := c.gone()
	for _, one := range []string{"10.0.0.1", "10.0.0.2", "10.0.0.2"} {
		select {
		case <-gone:
			t.Error("gone although some are open")
		default:
		}
		c.forget(address(from(one)))
	}
	<-gone
	<-c.gone()
	if len(c.each) > 0 {
		t.Errorf("addresses are kept: %v", c.each)
	}
}

type peer struct {
	net.Conn
	remote net.Addr
}

func (p peer) RemoteAddr() net.Addr { return p.remote }

func from(ip string) net.Conn { return peer{remote: &net.TCPAddr{IP: net.ParseIP(ip)}} }

func TestOnlyTLS13AndHTTP11(t *testing.T) {
	t.Parallel()
	g := started(t, reviewFunc(allow))
	old := tls.Client(g.dial(t), &tls.Config{RootCAs: g.roots, ServerName: serverName, MaxVersion: tls.VersionTLS12})
	if err := old.HandshakeContext(t.Context()); err == nil {
		t.Error("TLS 1.2 is spoken")
	}
	modern := tls.Client(g.dial(t), &tls.Config{RootCAs: g.roots, ServerName: serverName, NextProtos: []string{"h2", "http/1.1"}})
	if err := modern.HandshakeContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := modern.ConnectionState().NegotiatedProtocol; got != "http/1.1" {
		t.Errorf("negotiated %q", got)
	}
	only2 := tls.Client(g.dial(t), &tls.Config{RootCAs: g.roots, ServerName: serverName, NextProtos: []string{"h2"}})
	if err := only2.HandshakeContext(t.Context()); err == nil {
		t.Error("HTTP/2 is spoken")
	}
}
