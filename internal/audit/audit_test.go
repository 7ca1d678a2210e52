package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/rest"

	"github.com/redislint/redislint/internal/manifest"
)

// api is an API server with some objects, by the path that lists them.
type api struct {
	t     *testing.T
	older bool // than aggregated discovery
	lists map[string][]string
	// answer, where set, answers a list in the server's place; false leaves it to the server.
	answer func(w http.ResponseWriter, r *http.Request) bool

	mu       sync.Mutex
	requests []string
}

const (
	budgets  = "/apis/policy/v1/poddisruptionbudgets"
	services = "/api/v1/services"
	classes  = "/apis/storage.k8s.io/v1/storageclasses"
)

var kinds = []string{"/Service", "keda.sh/ScaledObject", "policy/PodDisruptionBudget", "storage.k8s.io/StorageClass"}

// some makes n objects of a kind, as items of a list have them.
func some(kind string, n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf(`{"metadata": {"name": "%s-%d", "namespace": "shop", "uid": "u", "managedFields": [{}]}, "spec": {"x": "redis"}, "status": {}}`, kind, i))
	}
	return all
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.requests = append(a.requests, r.Method+" "+r.URL.RequestURI())
	a.mu.Unlock()
	if a.answer != nil && a.answer(w, r) {
		return
	}
	if text, ok := a.discovery(r); ok {
		_, _ = w.Write([]byte(text))
		return
	}
	path := strings.Replace(r.URL.Path, "/namespaces/shop", "", 1)
	items, ok := a.lists[path]
	if !ok {
		refuse(w, http.StatusNotFound, "no such thing")
		return
	}
	start := 0
	_, _ = fmt.Sscan(r.URL.Query().Get("continue"), &start)
	end := min(start+pageSize, len(items))
	next := ""
	if end < len(items) {
		next = fmt.Sprint(end)
	}
	_, _ = fmt.Fprintf(w, `{"kind": "List", "apiVersion": "v1", "metadata": {"resourceVersion": "7", "continue": %q}, "items": [%s]}`,
		next, strings.Join(items[start:end], ","))
}

// discovery answers what is served, in either way.
func (a *api) discovery(r *http.Request) (string, bool) {
	const resource = `{"resource": %q, "scope": %q, "responseKind": {"kind": %q}, "verbs": ["get", "list"]}`
	group := func(name, version, resources string) string {
		return fmt.Sprintf(`{"metadata": {"name": %q}, "versions": [{"version": "v0", "resources": []}, {"version": %q, "resources": [%s]}]}`, name, version, resources)
	}
	list := func(groups ...string) string {
		return `{"kind": "APIGroupDiscoveryList", "items": [` + strings.Join(groups, ",") + `]}`
	}
	switch r.URL.Path {
	case "/api":
		if a.older {
			return `{"kind": "APIVersions", "versions": ["v1"]}`, true
		}
		return list(group("", "v1", fmt.Sprintf(resource, "services", "Namespaced", "Service"))), true
	case "/apis":
		if a.older {
			return `{"kind": "APIGroupList", "groups": [{"name": "policy", "preferredVersion": {"version": "v1"}},
				{"name": "storage.k8s.io", "preferredVersion": {"version": "v1"}}, {"name": "other", "preferredVersion": {"version": "v1"}}]}`, true
		}
		return list(
			group("policy", "v1", fmt.Sprintf(resource, "poddisruptionbudgets", "Namespaced", "PodDisruptionBudget")),
			group("storage.k8s.io", "v1", fmt.Sprintf(resource, "storageclasses", "Cluster", "StorageClass")),
		), true
	case "/api/v1":
		return `{"resources": [{"name": "services", "kind": "Service", "namespaced": true, "verbs": ["list"]},
			{"name": "services/status", "kind": "Service", "namespaced": true, "verbs": ["list"]}]}`, true
	case "/apis/policy/v1":
		return `{"resources": [{"name": "poddisruptionbudgets", "kind": "PodDisruptionBudget", "namespaced": true, "verbs": ["list"]}]}`, true
	case "/apis/storage.k8s.io/v1":
		return `{"resources": [{"name": "storageclasses", "kind": "StorageClass", "verbs": ["list"]}]}`, true
	case "/api/v1/namespaces/shop":
		return `{}`, true
	default:
		return "", false
	}
}

func refuse(w http.ResponseWriter, code int, message string) {
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]string{"kind": "Status", "message": message})
}

// listed are the paths and continuations that were asked for.
func (a *api) listed(path string) []string {
	var all []string
	for _, r := range a.requests {
		if where, query, _ := strings.Cut(strings.TrimPrefix(r, "GET "), "?"); where == path {
			all = append(all, query)
		}
	}
	return all
}

func (a *api) start(t *testing.T, timeout time.Duration) *Server {
	t.Helper()
	a.t = t
	if a.lists == nil {
		a.lists = map[string][]string{budgets: some("budget", 1), services: some("redis", 2), classes: some("fast", 1)}
	}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	s, err := Dial(&rest.Config{Host: server.URL}, timeout)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// told is what a Set says of itself.
func told(set *manifest.Set) []string {
	all := []string{fmt.Sprintf("%d objects", len(set.Objects))}
	for _, g := range set.Gaps {
		all = append(all, "gap "+g.Kind+" in "+g.Namespace)
	}
	for _, e := range set.Errors {
		all = append(all, "error "+e.File+": "+e.Message)
	}
	for _, n := range set.Notices {
		all = append(all, "notice "+n.File+": "+n.Message)
	}
	return all
}

const unknown = "; what depends on them stays unknown"

func TestRead(t *testing.T) {
	t.Parallel()
	forbid := func(path string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasSuffix(r.URL.Path, path) {
				return false
			}
			refuse(w, http.StatusForbidden, "user \"x\" cannot list")
			return true
		}
	}
	for name, c := range map[string]struct {
		api        *api
		namespaces []string
		want       []string
	}{
		"all that is there":                {want: []string{"4 objects"}},
		"all that an older server has":     {api: &api{older: true}, want: []string{"4 objects"}},
		"a namespace":                      {namespaces: []string{"shop"}, want: []string{"4 objects"}},
		"budgets that nobody may list":     {api: &api{answer: forbid("/poddisruptionbudgets")}, want: []string{"3 objects", "gap policy/PodDisruptionBudget in ", "error cluster: not allowed to list poddisruptionbudgets.policy" + unknown}},
		"a kind removed since":             {api: &api{lists: map[string][]string{budgets: some("b", 1), services: nil}}, want: []string{"1 objects"}},
		"a list that is null":              {api: &api{answer: raw(services, `{"items": null}`)}, want: []string{"2 objects"}},
		"budgets forbidden in a namespace": {api: &api{answer: forbid("/poddisruptionbudgets")}, namespaces: []string{"shop"}, want: []string{"3 objects", "gap policy/PodDisruptionBudget in shop", "error namespace shop: not allowed to list poddisruptionbudgets.policy" + unknown}},
		"classes forbidden to who asks for a namespace": {
			api: &api{answer: forbid("/storageclasses")}, namespaces: []string{"shop"},
			want: []string{"3 objects", "gap storage.k8s.io/StorageClass in ", "notice cluster: not allowed to list storageclasses.storage.k8s.io" + unknown},
		},
		"an answer that is no JSON": {
			api:  &api{answer: raw(services, "<html>")},
			want: []string{"2 objects", "gap /Service in ", "error cluster: cannot list services: invalid character '<' looking for beginning of value" + unknown},
		},
		"an answer that is no list": {
			api:  &api{answer: raw(services, "[]")},
			want: []string{"2 objects", "gap /Service in ", "error cluster: cannot list services: the answer is no list of objects: [ where { was expected" + unknown},
		},
		"a list that breaks off": {
			api:  &api{answer: raw(services, `{"items": [`+some("redis", 1)[0]+`,`)},
			want: []string{"3 objects", "gap /Service in ", "error cluster: cannot list services: after 1 objects: the answer broke off" + unknown},
		},
		"a server that fails": {
			api: &api{answer: func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path == services || r.URL.Path == budgets {
					refuse(w, http.StatusInternalServerError, "etcd: no leader")
				}
				return r.URL.Path == services || r.URL.Path == budgets
			}},
			want: []string{"1 objects", "gap /Service in ", "gap policy/PodDisruptionBudget in ", "error cluster: cannot list poddisruptionbudgets.policy, services: etcd: no leader" + unknown},
		},
		"a group whose server does not answer": {
			api: &api{answer: func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path != "/apis" {
					return false
				}
				_, _ = w.Write([]byte(`{"kind": "APIGroupDiscoveryList", "items": [{"metadata": {"name": "keda.sh"}, "versions": [{"version": "v1", "freshness": "Stale"}]}]}`))
				return true
			}},
			want: []string{"2 objects", "gap keda.sh/ScaledObject in ", "error cluster: cannot list keda.sh/ScaledObject: the server behind them does not answer" + unknown},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.api == nil {
				c.api = &api{}
			}
			server := c.api.start(t, time.Minute)
			set, err := Read(t.Context(), server, Options{Kinds: kinds, Namespaces: c.namespaces})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, told(set)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			slices.Sort(c.api.requests)
			if once := slices.Compact(slices.Clone(c.api.requests)); len(once) != len(c.api.requests) {
				t.Errorf("something was asked twice: %q", c.api.requests)
			}
			if server.Requests() != len(c.api.requests) {
				t.Errorf("%d requests counted, %d made", server.Requests(), len(c.api.requests))
			}
			for _, r := range c.api.requests {
				if strings.Contains(r, "secrets") || !strings.HasPrefix(r, "GET ") {
					t.Errorf("a request that nobody may make: %s", r)
				}
			}
		})
	}
}

// raw answers one path with a text.
func raw(path, text string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == path {
			_, _ = w.Write([]byte(text))
		}
		return r.URL.Path == path
	}
}

func TestReadAsksForEveryPageOnce(t *testing.T) {
	t.Parallel()
	a := api{lists: map[string][]string{services: some("redis", 2*pageSize+1), budgets: some("b", pageSize)}}
	set, err := Read(t.Context(), a.start(t, time.Minute), Options{Kinds: kinds})
	if err != nil {
		t.Fatal(err)
	}
	if want := 3*pageSize + 1; len(set.Objects) != want {
		t.Errorf("%d objects, want %d", len(set.Objects), want)
	}
	if diff := cmp.Diff([]string{"limit=500", "continue=500&limit=500", "continue=1000&limit=500"}, a.listed(services)); diff != "" {
		t.Errorf("pages of services (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"limit=500"}, a.listed(budgets)); diff != "" {
		t.Errorf("pages of budgets (-want +got):\n%s", diff)
	}
}

func TestReadBeginsAnExpiredListAnewOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		gone int // how often the second page has expired
		want []string
		asks int
	}{
		"that expires once":  {1, []string{"502 objects"}, 4},
		"that expires twice": {2, []string{"501 objects", "gap /Service in ", "error cluster: cannot list services: after 500 objects: the list expired" + unknown}, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			gone := c.gone
			a := api{lists: map[string][]string{services: some("redis", pageSize+1), budgets: some("b", 1)}}
			a.answer = func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path != services || r.URL.Query().Get("continue") == "" || gone == 0 {
					return false
				}
				gone--
				refuse(w, http.StatusGone, "the list expired")
				return true
			}
			set, err := Read(t.Context(), a.start(t, time.Minute), Options{Kinds: kinds})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, told(set)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if asks := len(a.listed(services)); asks != c.asks {
				t.Errorf("services were asked for %d times, want %d", asks, c.asks)
			}
		})
	}
}

func TestReadDoesNotWaitForever(t *testing.T) {
	t.Parallel()
	a := api{answer: func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == services {
			_, _ = w.Write([]byte(`{"items": [` + some("redis", 1)[0]))
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}
		return r.URL.Path == services
	}}
	set, err := Read(t.Context(), a.start(t, 100*time.Millisecond), Options{Kinds: kinds})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"3 objects", "gap /Service in ", "error cluster: cannot list services: after 1 objects: no answer within 100ms" + unknown}
	if diff := cmp.Diff(want, told(set)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReadHeedsThatItIsTooMuch(t *testing.T) {
	t.Parallel()
	put := 0
	a := api{answer: func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != services || put == 1 {
			return false
		}
		put++
		w.Header().Set("Retry-After", "1")
		refuse(w, http.StatusTooManyRequests, "later")
		return true
	}}
	set, err := Read(t.Context(), a.start(t, time.Minute), Options{Kinds: kinds})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"4 objects"}, told(set)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReadErrors(t *testing.T) {
	t.Parallel()
	a := api{}
	server := a.start(t, time.Minute)
	_, err := Read(t.Context(), server, Options{Kinds: kinds, Namespaces: []string{"shop", "shpo"}})
	if missing, ok := errors.AsType[*NamespaceError](err); !ok || missing.Name != "shpo" {
		t.Errorf("a namespace that does not exist: %v", err)
	}
	before := server.Requests()
	for _, name := range []string{"", "..", "shop/../../secrets", "Shop"} {
		if _, err := Read(t.Context(), server, Options{Kinds: kinds, Namespaces: []string{name}}); !errors.As(err, new(*NamespaceError)) {
			t.Errorf("a namespace that nobody can have, %q: %v", name, err)
		}
	}
	for _, path := range []string{"", "api/v1/secrets", "api/v1/namespaces/../secrets", "api//v1"} {
		if err := server.Get(t.Context(), path, nil, new(struct{})); err == nil {
			t.Errorf("asked for %q", path)
		}
	}
	if server.Requests() != before {
		t.Error("requests were made that nobody may make")
	}
	if _, err := Read(t.Context(), server, Options{Kinds: []string{"/Secret"}}); err == nil {
		t.Error("read Secrets")
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Read(canceled, server, Options{Kinds: kinds}); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	stranger := api{answer: func(w http.ResponseWriter, _ *http.Request) bool {
		refuse(w, http.StatusUnauthorized, "Unauthorized")
		return true
	}}
	if _, err := Read(t.Context(), stranger.start(t, time.Minute), Options{Kinds: kinds}); err == nil || err.Error() != "ask what the API server has: Unauthorized" {
		t.Errorf("a stranger: %v", err)
	}
}

func TestReadOfMoreThanTheLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		limits manifest.Options
		want   []string
	}{
		"a document": {manifest.Options{MaxDocumentBytes: 120}, []string{"gap /Service"}},
		"all":        {manifest.Options{MaxDocuments: 2}, []string{"gap /Service", "gap policy/PodDisruptionBudget", "gap storage.k8s.io/StorageClass"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			large := strings.Replace(some("redis", 1)[0], `"redis"`, `"redis`+strings.Repeat("x", 100)+`"`, 1)
			a := api{lists: map[string][]string{services: {large}, budgets: some("b", 1), classes: some("c", 1)}}
			set, err := Read(t.Context(), a.start(t, time.Minute), Options{Kinds: kinds, Limits: c.limits})
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range c.want {
				if !set.Lacks(strings.TrimPrefix(want, "gap "), "shop") {
					t.Errorf("no %s; gaps %v, errors %v", want, set.Gaps, set.Errors)
				}
			}
			if len(set.Errors) == 0 {
				t.Error("nothing is told")
			}
		})
	}
}
