package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestRequestsThatAreNoReviews(t *testing.T) {
	t.Parallel()
	const head = `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview",`
	full := review("", 0)
	tests := map[string]struct {
		method, path, contentType string // "" for those of a review
		header                    http.Header
		body                      io.Reader
		want                      int
	}{
		"a review":                           {want: 200},
		"one with a character set":           {contentType: "application/json; charset=utf-8", want: 200},
		"one without an object":              {body: strings.NewReader(head + `"request":{"uid":"u-1","object":null}}`), want: 200},
		"GET":                                {method: "GET", want: 405},
		"PUT":                                {method: "PUT", want: 405},
		"another path":                       {path: "/", want: 404},
		"a folder":                           {path: "/validate/", want: 404},
		"a traversal":                        {path: "/validate/../validate", want: 404},
		"a double slash":                     {path: "//validate", want: 404},
		"an escaped path":                    {path: "/%76alidate", want: 404},
		"a timeout that is none":             {path: "/validate?timeout=soon", want: 400},
		"a negative timeout":                 {path: "/validate?timeout=-1s", want: 400},
		"no content type":                    {contentType: "-", want: 415},
		"YAML by its type":                   {contentType: "application/yaml", want: 415},
		"gzip":                               {header: http.Header{"Content-Encoding": {"gzip"}}, want: 415},
		"a header of 64 KiB":                 {header: http.Header{"X-Long": {strings.Repeat("x", 64<<10)}}, want: 431},
		"no body":                            {body: http.NoBody, want: 400},
		"no JSON":                            {body: strings.NewReader("AdmissionReview"), want: 400},
		"YAML":                               {body: strings.NewReader("apiVersion: admission.k8s.io/v1\nkind: AdmissionReview\nrequest: {uid: a}"), want: 400},
		"null":                               {body: strings.NewReader("null"), want: 400},
		"a list":                             {body: strings.NewReader("[" + string(full) + "]"), want: 400},
		"half a review":                      {body: bytes.NewReader(full[:len(full)/2]), want: 400},
		"two reviews":                        {body: bytes.NewReader(append(full, full...)), want: 400},
		"no request":                         {body: strings.NewReader(head + `"response":{"uid":"u-1","allowed":true}}`), want: 400},
		"a request of null":                  {body: strings.NewReader(head + `"request":null}`), want: 400},
		"an empty uid":                       {body: strings.NewReader(head + `"request":{"uid":""}}`), want: 400},
		"a uid that is a number":             {body: strings.NewReader(head + `"request":{"uid":1}}`), want: 400},
		"v1beta1":                            {body: bytes.NewReader(bytes.Replace(full, []byte("k8s.io/v1"), []byte("k8s.io/v1beta1"), 1)), want: 400},
		"another kind":                       {body: bytes.NewReader(bytes.Replace(full, []byte("AdmissionReview"), []byte("Pod"), 1)), want: 400},
		"no kind":                            {body: strings.NewReader(`{"request":{"uid":"u-1"}}`), want: 400},
		"nesting without end":                {body: strings.NewReader(head + `"request":{"uid":"u-1","object":` + strings.Repeat(`{"a":`, 1<<20)), want: 400},
		"7 MiB":                              {body: bytes.NewReader(review("", maxBodyBytes-len(full))), want: 200},
		"a byte more":                        {body: bytes.NewReader(review("", maxBodyBytes-len(full)+1)), want: 413},
		"7 MiB in chunks":                    {body: io.MultiReader(bytes.NewReader(review("", maxBodyBytes-len(full)))), want: 200},
		"a byte more in chunks":              {body: io.MultiReader(bytes.NewReader(review("", maxBodyBytes-len(full)+1))), want: 413},
		"a review in chunks":                 {body: io.MultiReader(bytes.NewReader(full)), want: 200},
		"a body without end":                 {body: endless{}, want: 413},
		"a review followed by endless space": {body: io.MultiReader(bytes.NewReader(full), endless{}), want: 413},
	}
	g := started(t, reviewFunc(allow))
	client := g.client(t, nil)
	t.Run("all", func(t *testing.T) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				body := test.body
				if body == nil {
					body = bytes.NewReader(full)
				}
				request, err := http.NewRequestWithContext(t.Context(), cmp.Or(test.method, "POST"), "https://"+g.addr+cmp.Or(test.path, "/validate?timeout=30s"), body)
				if err != nil {
					t.Fatal(err)
				}
				maps.Copy(request.Header, test.header)
				request.Header.Set("Content-Type", cmp.Or(test.contentType, "application/json"))
				if test.contentType == "-" {
					request.Header.Del("Content-Type")
				}
				reply, err := client.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				if reply.StatusCode != test.want {
					t.Errorf("got %s, want %d", reply.Status, test.want)
				}
				if response := responseOf(t, reply); response != nil && (response.UID != "u-1" || !response.Allowed) {
					t.Errorf("got %+v", response)
				}
			})
		}
	})
	if status, _ := post(t, client, g.url("?timeout=30s"), full); status != http.StatusOK {
		t.Errorf("a review after all that: %d", status)
	}
}

func TestBytesThatAreNoHTTP(t *testing.T) {
	t.Parallel()
	g := started(t, reviewFunc(allow))
	for name, sent := range map[string]string{
		"the preface of HTTP/2":   "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"two lengths":             "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
		"a length below zero":     "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
		"a length without end":    "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9223372036854775807\r\n\r\n",
		"a chunk that is none":    "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"another method's tunnel": "CONNECT elsewhere:443 HTTP/1.1\r\nHost: a\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := g.secure(t)
			fmt.Fprint(c, sent)
			reply, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				return // hung up on
			}
			if reply.StatusCode < 400 {
				t.Errorf("got %s", reply.Status)
			}
		})
	}
}

func TestFaultsAreNoVerdicts(t *testing.T) {
	t.Parallel()
	g := started(t, reviewFunc(byName))
	client := g.client(t, nil)
	for name, reason := range map[string]string{"panic": "panic", "error": "error", "nothing": "error", "errored": "error"} {
		before := value(t, g.metrics.faults.WithLabelValues(reason))
		reply, err := client.Post(g.url("?timeout=30s"), "application/json", bytes.NewReader(review(name, 0)))
		if err != nil {
			t.Fatal(err)
		}
		told, _ := io.ReadAll(reply.Body)
		reply.Body.Close()
		if reply.StatusCode != http.StatusInternalServerError {
			t.Errorf("%s: %s", name, reply.Status)
		}
		if bytes.Contains(told, []byte("secret")) || bytes.Contains(told, []byte("goroutine")) {
			t.Errorf("%s: the caller is told %q", name, told)
		}
		if got := value(t, g.metrics.faults.WithLabelValues(reason)); got != before+1 {
			t.Errorf("%s: %v faults by %s, want %v", name, got, reason, before+1)
		}
	}
	if status, response := post(t, client, g.url("?timeout=30s"), review("well", 0)); status != http.StatusOK || !response.Allowed {
		t.Errorf("a review after that: %d", status)
	}
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	g := newRig(t, reviewFunc(byName))
	client := g.client(t, nil)
	_, response := post(t, client, g.url("?timeout=30s"), review("deny", 0))
	want := &admissionv1.AdmissionResponse{UID: "u-1", Result: &metav1.Status{
		Code: http.StatusForbidden, Message: "one Sentinel is no quorum",
		Details: &metav1.StatusDetails{Causes: []metav1.StatusCause{{Type: "sentinel-too-few"}}},
	}}
	if diff := gocmp.Diff(want, response); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	client.CloseIdleConnections()
	g.stop(t)

	var denied map[string]any
	for line := range strings.Lines(g.log.String()) {
		if strings.Contains(line, `"msg":"denied"`) {
			if err := json.Unmarshal([]byte(line), &denied); err != nil {
				t.Fatal(err)
			}
		}
	}
	delete(denied, "time")
	if diff := gocmp.Diff(map[string]any{
		"level": "INFO", "msg": "denied", "uid": "u-1", "operation": "CREATE", "kind": "StatefulSet", "namespace": "shop",
		"name": "deny", "user": "", "rules": []any{"sentinel-too-few"}, "message": "one Sentinel is no quorum",
	}, denied); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

func TestLogActsOnNoTerminal(t *testing.T) {
	t.Parallel()
	const hostile = "a\x1b]0;b\a\n\u009b\u202e"
	for _, format := range []string{"json", "text"} {
		var out bytes.Buffer
		log := newLogger(&out, format, slog.LevelInfo)
		log.Info(hostile, "name", hostile, "error", fmt.Errorf("%s", hostile), "rules", []string{hostile}, slog.Group("g", "name", hostile))
		line := strings.TrimSuffix(out.String(), "\n")
		if strings.ContainsAny(line, "\x1b\a\n\u009b\u202e") || strings.Count(line, "202e") != 5 {
			t.Errorf("%s: %q", format, line)
		}
	}
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	reviewed := make(chan struct{})
	g := started(t, reviewFunc(func(ctx context.Context, r admissionv1.AdmissionRequest) (*admissionv1.AdmissionResponse, error) {
		if r.Name == "obedient" {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		if r.Name == "deaf" {
			<-release
			defer close(reviewed)
		}
		return allow(ctx, r)
	}), func(g *rig) { g.limits = newLimits(32<<20, 2, 128) })
	client := g.client(t, nil)
	for _, name := range []string{"obedient", "deaf"} {
		if status, _ := post(t, client, g.url("?timeout=200ms"), review(name, 0)); status != http.StatusGatewayTimeout {
			t.Errorf("%s: %d", name, status)
		}
	}
	if got := g.limits.evaluating(); got != 1 {
		t.Errorf("%d evaluations are under way, want the one that ended by no deadline", got)
	}
	if status, _ := post(t, client, g.url("?timeout=30s"), review("", 0)); status != http.StatusOK {
		t.Errorf("at the place that is left: %d", status)
	}
	if got := value(t, g.metrics.faults.WithLabelValues("deadline")); got != 2 {
		t.Errorf("%v faults, want 2", got)
	}
	close(release)
	<-reviewed
}

func TestOverload(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	entered := make(chan struct{}, 2)
	g := started(t, reviewFunc(func(ctx context.Context, r admissionv1.AdmissionRequest) (*admissionv1.AdmissionResponse, error) {
		entered <- struct{}{}
		<-release
		return allow(ctx, r)
	}), func(g *rig) { g.limits = newLimits(32<<20, 1, 1) })
	client := g.client(t, nil)
	answers := make(chan int, 2)
	for range 2 {
		go func() {
			status, _ := post(t, client, g.url("?timeout=30s"), review("", 0))
			answers <- status
		}()
	}
	<-entered
	for g.limits.waiting.Load() == 0 {
		if t.Context().Err() != nil {
			t.Fatal("nobody waits")
		}
	}
	// One is evaluated, one waits. Neither ends before the third has its answer.
	if status, _ := post(t, client, g.url("?timeout=30s"), review("", 0)); status != http.StatusServiceUnavailable {
		t.Errorf("the third: %d", status)
	}
	close(release)
	if a, b := <-answers, <-answers; a != http.StatusOK || b != http.StatusOK {
		t.Errorf("the first two: %d, %d", a, b)
	}
}

// FuzzReview sends any bytes as a body. Only a denial by the reviewer may come back as one.
func FuzzReview(f *testing.F) {
	for _, name := range []string{"", "panic", "error", "nothing", "errored", "deny"} {
		f.Add(review(name, 0), "timeout=3s")
	}
	f.Add([]byte(`{"apiVersion":"admission.k8s.io/v1beta1","kind":"AdmissionReview","request":{"uid":"a"}}`), "")
	f.Add([]byte("kind: AdmissionReview"), "timeout=-1s&timeout=1h")
	f.Add([]byte{}, "%zz")
	m, err := newMetrics(prometheus.NewRegistry())
	if err != nil {
		f.Fatal(err)
	}
	denied := false
	h := newHandler(reviewFunc(func(ctx context.Context, r admissionv1.AdmissionRequest) (*admissionv1.AdmissionResponse, error) {
		denied = r.Name == "deny"
		return byName(ctx, r)
	}), newLimits(32<<20, 1, 1), m, slog.New(slog.DiscardHandler), func() bool { return false })
	f.Fuzz(func(t *testing.T, body []byte, query string) {
		denied = false
		request := httptest.NewRequestWithContext(t.Context(), "POST", "/validate", bytes.NewReader(body))
		request.URL.RawQuery = query
		request.Header.Set("Content-Type", "application/json")
		recorder := httptest.NewRecorder()
		h.ServeHTTP(recorder, request)
		reply := recorder.Result()
		if reply.StatusCode != http.StatusOK && reply.StatusCode < 400 {
			t.Errorf("status %d", reply.StatusCode)
		}
		response := responseOf(t, reply)
		if response == nil {
			return
		}
		if response.UID == "" || response.Allowed == denied {
			t.Errorf("denied: %v, response: %+v", denied, response)
		}
	})
}

// BenchmarkReview compares the handler, with a reviewer that does nothing, with net/http serving a reply that is ready.
func BenchmarkReview(b *testing.B) {
	body := review("redis", 11<<10)
	reply := []byte(`{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"u-1","allowed":true,"status":{"code":200}}}`)
	floor := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(reply)
	})
	for name, adjust := range map[string]func(*rig){"floor": func(g *rig) { g.floor = floor }, "handler": func(*rig) {}} {
		b.Run(name, func(b *testing.B) {
			g := started(b, reviewFunc(allow), adjust)
			client := g.client(b, nil)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if status, _ := post(b, client, g.url("?timeout=3s"), body); status != http.StatusOK {
					b.Fatal(status)
				}
			}
		})
	}
}
