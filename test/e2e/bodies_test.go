package e2e

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// stranger is an address that is not the API server's, and has a share of connections of its own.
const stranger = "10.77.0.2"

// strangers returns a client that connects from there.
func strangers(t testing.TB, connections int) *http.Client {
	t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(stranger)}}
	transport := &http.Transport{
		DialContext:         dialer.DialContext,
		TLSClientConfig:     &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // it is the replica of this test
		MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections,
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 60 * time.Second}
}

// review is what an API server would send about the creation of an object.
func review(object string) string {
	return `{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {"uid": "1", "operation": "CREATE", "namespace": "default", "name": "redis",
"kind": {"group": "apps", "version": "v1", "kind": "StatefulSet"}, "resource": {"group": "apps", "version": "v1", "resource": "statefulsets"},
"object": ` + object + `}}`
}

// redisWith is a Redis with one field of its first container as given.
func redisWith(field string) string {
	return `{"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "redis", "namespace": "default"}, "spec": {"replicas": 1,
"template": {"spec": {"containers": [{"name": "redis", "image": "redis:7.2", ` + field + `}]}}}}`
}

// Whatever strangers send, they are refused in time, and the API server is served meanwhile.
func TestBadBodiesAreRefusedAndOthersServed(t *testing.T) {
	c := rig(t)
	r := c.run(t, "--cert-dir="+c.certificateFolder(t))
	if err := errors.Join(c.publish(t.Context(), r), c.judging(t.Context(), r)); err != nil {
		t.Fatal(err)
	}
	url := fmt.Sprintf("https://%s:%d/validate?timeout=3s", address, r.port)
	client := strangers(t, 60)
	post := func(ctx context.Context, url, contentType string, body io.Reader) (status int, text string, err error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, body)
		if err != nil {
			return 0, "", err
		}
		request.Header.Set("Content-Type", contentType)
		response, err := client.Do(request)
		if err != nil {
			return 0, "", err
		}
		defer response.Body.Close()
		all, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
		return response.StatusCode, string(all), err
	}

	for name, test := range map[string]struct {
		body string
		want int
	}{
		"nothing":                {"", 400},
		"no JSON":                {"apiVersion: v1", 400},
		"half of it":             {review(`{`), 400},
		"a list":                 {"[]", 400},
		"no request":             {`{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}`, 400},
		"no uid":                 {strings.Replace(review("null"), `"1"`, `""`, 1), 400},
		"another version":        {strings.Replace(review("null"), "k8s.io/v1", "k8s.io/v1beta1", 1), 400},
		"another kind":           {strings.Replace(review("null"), `"AdmissionReview"`, `"ConversionReview"`, 1), 400},
		"an object of no kind":   {review(`"redis"`), 500},
		"more than 7 MiB":        {review(`"` + strings.Repeat("x", 7<<20) + `"`), 413},
		"10,000 levels of redis": {review(strings.Repeat(`{"redis":`, 10000) + "1" + strings.Repeat("}", 10000)), 0},
		"a huge exponent":        {review(redisWith(`"resources": {"limits": {"memory": "1e-1000000000"}}`)), 200},
		"an exabyte in digits":   {review(redisWith(`"resources": {"limits": {"memory": "2E6024865272343"}}`)), 200},
		"a million digits":       {review(redisWith(`"resources": {"limits": {"memory": "` + strings.Repeat("9", 1000000) + `"}}`)), 200},
		"a number for a text":    {review(redisWith(`"args": [1e400]`)), 0},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			status, text, err := post(t.Context(), url, "application/json", strings.NewReader(test.body))
			if err != nil {
				t.Fatal(err)
			}
			if test.want != 0 && status != test.want {
				t.Errorf("status %d, want %d: %.300s", status, test.want, text)
			}
			var answer struct {
				Response struct{ Allowed bool }
			}
			if status != 200 && json.Unmarshal([]byte(text), &answer) == nil {
				t.Errorf("an error with a verdict: %s", text)
			}
			if took := time.Since(began); took > 3*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
	for name, test := range map[string]struct {
		url, contentType string
		want             int
	}{
		"another path":         {strings.Replace(url, "/validate", "/mutate", 1), "application/json", 404},
		"a climbing path":      {strings.Replace(url, "/validate", "/x/../validate", 1), "application/json", 404},
		"another content type": {url, "text/yaml", 415},
		"no duration":          {strings.Replace(url, "3s", "soon", 1), "application/json", 400},
	} {
		t.Run(name, func(t *testing.T) {
			status, text, err := post(t.Context(), test.url, test.contentType, strings.NewReader(review("null")))
			if err != nil {
				t.Fatal(err)
			}
			if status != test.want {
				t.Errorf("status %d, want %d: %.300s", status, test.want, text)
			}
		})
	}

	// The API server's own requests, while something goes on.
	redis := one(t, "default", bare)
	served := func(t *testing.T, attack func(ctx context.Context)) {
		t.Helper()
		var attackers sync.WaitGroup
		ctx, cancel := context.WithCancel(t.Context())
		attackers.Go(func() { attack(ctx) })
		slowest, most := time.Duration(0), int64(0)
		for range 40 {
			began := time.Now()
			if err := c.create(t, redis, metav1.DryRunAll).refused(noMemory); err != nil {
				t.Errorf("the API server is not served: %v", err)
			}
			slowest, most = max(slowest, time.Since(began)), max(most, r.resident(t))
			<-time.After(50 * time.Millisecond)
		}
		cancel()
		attackers.Wait()
		t.Logf("slowest request %s, memory up to %d MiB", slowest.Round(time.Millisecond), most>>20)
		if most > 256<<20 {
			t.Errorf("took %d MiB, and the deployment's limit is 256", most>>20)
		}
	}
	t.Run("50 bodies of 7 MiB at once", func(t *testing.T) {
		filler := strings.Repeat(`{"name": "sidecar-redis", "image": "redis:7.2"},`, (7<<20-4000)/49)
		body := []byte(review(strings.Replace(redisWith(`"tty": true`), `"containers": [`, `"containers": [`+filler, 1)))
		if len(body) > 7<<20 {
			t.Fatal("the body is too big")
		}
		answers := make(chan int, 50)
		served(t, func(ctx context.Context) {
			var all sync.WaitGroup
			for range 50 {
				all.Go(func() {
					status, _, _ := post(ctx, url, "application/json", bytes.NewReader(body))
					answers <- status
				})
			}
			all.Wait()
		})
		byStatus := map[int]int{}
		for range 50 {
			byStatus[<-answers]++
		}
		t.Logf("answers by status: %v", byStatus)
		if byStatus[0] == 50 {
			t.Error("no body got an answer")
		}
	})
	t.Run("60 bodies that never end", func(t *testing.T) {
		served(t, func(ctx context.Context) {
			var all sync.WaitGroup
			for range 60 {
				all.Go(func() {
					reader, writer := io.Pipe()
					go func() {
						defer writer.Close()
						for ctx.Err() == nil {
							if _, err := writer.Write([]byte(" ")); err != nil {
								return
							}
							<-time.After(20 * time.Millisecond)
						}
					}()
					_, _, _ = post(ctx, url, "application/json", reader)
				})
			}
			all.Wait()
		})
	})
	t.Run("10,000 connections", func(t *testing.T) {
		dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(stranger)}, Timeout: time.Second}
		served(t, func(ctx context.Context) {
			var open []net.Conn
			for range 10000 {
				if ctx.Err() != nil {
					break
				}
				conn, err := dialer.DialContext(ctx, "tcp", fmt.Sprintf("%s:%d", address, r.port))
				if err == nil {
					open = append(open, conn)
				}
			}
			t.Logf("%d connections", len(open))
			<-ctx.Done()
			for _, conn := range open {
				_ = conn.Close()
			}
		})
	})
	refused, err := r.metric(t.Context(), "redislint_refused_connections_total")
	if err != nil || refused == 0 {
		t.Errorf("connections refused: %v, %v", refused, err)
	}
}
