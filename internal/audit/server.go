package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// Server is the API server of a cluster. It is asked with care: at most a few requests at a time and a second. It is safe
// for concurrent use.
type Server struct {
	Context   string // of the kubeconfig; "" within a cluster
	Namespace string // of the context

	url     *url.URL
	client  *http.Client
	timeout time.Duration // of one request
	pace    *rate.Limiter
	slots   chan struct{}
	count   atomic.Int64
}

// How hard an API server is asked.
const (
	perSecond = 20
	burst     = 10
	atOnce    = 4
	// attempts is how often a request is made that the server puts off with status 429.
	attempts = 3
	// maxWait bounds how long the server may put a request off.
	maxWait = 10 * time.Second
)

// Connect returns the server of a kubeconfig's context; "" are the files and the context that kubectl takes. Nothing is
// asked of it yet. timeout is how long a single answer may take.
func Connect(kubeconfig, context string, timeout time.Duration) (*Server, error) {
	files := clientcmd.NewDefaultClientConfigLoadingRules()
	files.ExplicitPath = kubeconfig
	loader := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(files, &clientcmd.ConfigOverrides{CurrentContext: context})
	config, err := loader.ClientConfig()
	if clientcmd.IsEmptyConfig(err) {
		return nil, errors.New("no cluster is known here: name a kubeconfig with --kubeconfig or KUBECONFIG")
	}
	if err != nil {
		return nil, fmt.Errorf("read kubeconfig: %w", err)
	}
	namespace, _, err := loader.Namespace()
	if err != nil {
		return nil, fmt.Errorf("read kubeconfig: %w", err)
	}
	if context == "" {
		if raw, err := loader.RawConfig(); err == nil {
			context = raw.CurrentContext
		}
	}
	server, err := Dial(config, timeout)
	if err != nil {
		return nil, err
	}
	server.Context, server.Namespace = context, namespace
	return server, nil
}

// Dial returns the server of a configuration.
func Dial(config *rest.Config, timeout time.Duration) (*Server, error) {
	config = rest.CopyConfig(config)
	if config.UserAgent == "" {
		config.UserAgent = "redislint"
	}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", config.Host, err)
	}
	base, _, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		return nil, fmt.Errorf("connect to %q: %w", config.Host, err)
	}
	return &Server{
		url: base, client: client, timeout: timeout,
		pace: rate.NewLimiter(perSecond, burst), slots: make(chan struct{}, atOnce),
	}, nil
}

// Requests is how many requests were made so far.
func (s *Server) Requests() int { return int(s.count.Load()) }

// StatusError is an answer of the API server that is no success.
type StatusError struct {
	Code    int    // of HTTP
	Message string // its own words; "" when it has none
}

func (e *StatusError) Error() string {
	if e.Message == "" {
		return fmt.Sprintf("status %d %s", e.Code, http.StatusText(e.Code))
	}
	return e.Message
}

// IsStatus reports whether an error is an answer with one of the codes.
func IsStatus(err error, codes ...int) bool {
	status, ok := errors.AsType[*StatusError](err)
	for _, code := range codes {
		if ok && status.Code == code {
			return true
		}
	}
	return false
}

// Get decodes the JSON at a path into v.
func (s *Server) Get(ctx context.Context, path string, query url.Values, v any) error {
	return s.ask(ctx, request{method: http.MethodGet, path: path, query: query}, func(body io.Reader) error {
		return json.NewDecoder(body).Decode(v)
	})
}

// DryRun asks what would come of creating an object at a path, and nothing does. The warnings are those of the answer.
func (s *Server) DryRun(ctx context.Context, path, object string) (warnings []string, err error) {
	r := request{method: http.MethodPost, path: path, query: url.Values{"dryRun": {"All"}, "fieldManager": {"redislint"}}, body: object}
	r.header = func(h http.Header) { warnings = h.Values("Warning") }
	return warnings, s.ask(ctx, r, func(body io.Reader) error {
		_, err := io.Copy(io.Discard, body)
		return err
	})
}

// request is one request to the API server.
type request struct {
	method, path string
	query        url.Values
	accept       string // "" is JSON
	body         string
	header       func(http.Header) // is given that of the answer
}

// maxAnswer bounds one answer, in bytes.
const maxAnswer = 256 << 20

// ask makes a request and reads its answer, when that is a success.
func (s *Server) ask(ctx context.Context, r request, read func(io.Reader) error) error {
	for segment := range strings.SplitSeq(r.path, "/") {
		// No name, whoever made it up, leads anywhere else.
		if segment == "" || segment == "." || segment == ".." || segment == "secrets" {
			return fmt.Errorf("%q is no place to ask", r.path)
		}
	}
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.slots }()
	for attempt := 1; ; attempt++ {
		if err := s.pace.Wait(ctx); err != nil {
			return err
		}
		later, err := s.once(ctx, r, read)
		if later == 0 || attempt == attempts {
			return err
		}
		select {
		case <-time.After(later):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// once makes a request. later is how long to wait before it is made again, 0 when that would be of no use.
func (s *Server) once(ctx context.Context, r request, read func(io.Reader) error) (later time.Duration, err error) {
	within, cancel := context.WithTimeoutCause(ctx, s.timeout, fmt.Errorf("no answer within %s", s.timeout))
	defer cancel()
	target := s.url.JoinPath(r.path)
	target.RawQuery = r.query.Encode()
	ask, err := http.NewRequestWithContext(within, r.method, target.String(), strings.NewReader(r.body))
	if err != nil {
		return 0, err
	}
	ask.Header.Set("Accept", "application/json")
	if r.accept != "" {
		ask.Header.Set("Accept", r.accept)
	}
	if r.body != "" {
		ask.Header.Set("Content-Type", "application/json")
	}
	s.count.Add(1)
	answer, err := s.client.Do(ask)
	if err != nil {
		return 0, cause(within, err)
	}
	defer func() { _ = answer.Body.Close() }() // it is only read
	if r.header != nil {
		r.header(answer.Header)
	}
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		if answer.StatusCode == http.StatusTooManyRequests {
			later = retryAfter(answer.Header)
		}
		return later, statusOf(answer)
	}
	return 0, cause(within, read(io.LimitReader(answer.Body, maxAnswer)))
}

// cause says why a request ended: that it took too long, where that is so, and without the address, which is the same for
// all.
func cause(ctx context.Context, err error) error {
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return context.Cause(ctx)
	}
	if at := new(url.Error); errors.As(err, &at) {
		return at.Err
	}
	return err
}

func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 1 {
		seconds = 1
	}
	return min(time.Duration(seconds)*time.Second, maxWait)
}

func statusOf(answer *http.Response) error {
	var status struct {
		Message string `json:"message"`
	}
	text, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<20)) // what can be read of it
	if json.Unmarshal(text, &status) != nil && answer.StatusCode == http.StatusTooManyRequests {
		status.Message = strings.TrimSpace(string(text))
	}
	return &StatusError{Code: answer.StatusCode, Message: status.Message}
}
