package admission

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/policies"
)

// object reads YAML, with replacements of its parts in pairs.
func object(t testing.TB, text string, replace ...string) *unstructured.Unstructured {
	t.Helper()
	u := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(strings.NewReplacer(replace...).Replace(text)), &u.Object); err != nil {
		t.Fatal(err)
	}
	u.SetResourceVersion("1")
	return u
}

// viewOf is a view that has seen the objects.
func viewOf(t testing.TB, objects ...*unstructured.Unstructured) *View {
	t.Helper()
	v := NewView()
	for _, o := range objects {
		p, err := project(o)
		if err != nil {
			t.Fatal(err)
		}
		v.put(p.(*projection))
	}
	return v
}

func raw(t testing.TB, u *unstructured.Unstructured) runtime.RawExtension {
	t.Helper()
	if u == nil {
		return runtime.RawExtension{}
	}
	b, err := json.Marshal(u.Object)
	if err != nil {
		t.Fatal(err)
	}
	return runtime.RawExtension{Raw: b}
}

// request is what an API server sends for a change from before to after.
func request(t testing.TB, before, after *unstructured.Unstructured) admissionv1.AdmissionRequest {
	t.Helper()
	about := after
	operation := admissionv1.Update
	switch {
	case before == nil:
		operation = admissionv1.Create
	case after == nil:
		operation, about = admissionv1.Delete, before
	}
	gvk := about.GroupVersionKind()
	return admissionv1.AdmissionRequest{
		UID: "1", Operation: operation, Namespace: about.GetNamespace(), Name: about.GetName(),
		Kind:     metav1.GroupVersionKind{Group: gvk.Group, Version: gvk.Version, Kind: gvk.Kind},
		Resource: metav1.GroupVersionResource{Group: gvk.Group, Version: gvk.Version, Resource: strings.ToLower(gvk.Kind) + "s"},
		Object:   raw(t, after), OldObject: raw(t, before),
	}
}

func scale(t testing.TB, of *unstructured.Unstructured, replicas string) admissionv1.AdmissionRequest {
	t.Helper()
	req := request(t, of, of)
	req.SubResource = "scale"
	req.Kind = metav1.GroupVersionKind{Group: "autoscaling", Version: "v1", Kind: "Scale"}
	req.Object = runtime.RawExtension{Raw: []byte(`{"kind":"Scale","apiVersion":"autoscaling/v1","spec":{` + replicas + `}}`)}
	return req
}

var library = func() *rules.Library {
	l, err := rules.Load(policies.FS)
	if err != nil {
		panic(err)
	}
	return l
}()

// handler reviews with all rules; live objects are those of the view.
func handler(t testing.TB, v *View, config Config) *Handler {
	t.Helper()
	policy, err := NewPolicy(library, config)
	if err != nil {
		t.Fatal(err)
	}
	live := func(_ context.Context, kind, namespace, name string) ([]byte, error) {
		return v.raw(kind, namespace, name), nil
	}
	return New(v, func() *Policy { return policy }, live, nil)
}

// said reviews a request and says what came of it in one line: "allowed", or
// "denied" or "warned", with the rules.
func said(t testing.TB, h *Handler, req admissionv1.AdmissionRequest) string {
	t.Helper()
	response, err := h.Review(t.Context(), req)
	if err != nil {
		return "error: " + err.Error()
	}
	if response.UID != req.UID {
		t.Errorf("the answer is for %q, not %q", response.UID, req.UID)
	}
	found := func(text string) string {
		var ids []string
		for _, rule := range library.Rules() {
			if strings.Contains(text, "["+rule.ID+"]") {
				ids = append(ids, rule.ID)
			}
		}
		return strings.Join(ids, " ")
	}
	switch {
	case !response.Allowed:
		if response.Result.Code != 403 || response.Result.Reason != metav1.StatusReasonForbidden {
			t.Errorf("denied with %d %s", response.Result.Code, response.Result.Reason)
		}
		return "denied " + found(response.Result.Message)
	case len(response.Warnings) > 0:
		return "warned " + found(strings.Join(response.Warnings, "\n"))
	default:
		return "allowed"
	}
}

const sound = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis, namespace: shop, labels: {a: b}}
spec:
  serviceName: redis
  replicas: 3
  selector: {matchLabels: {app: redis}}
  template:
    metadata: {labels: {app: redis}}
    spec:
      topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: redis}}}]
      containers:
      - name: redis
        image: redis:7.2
        args: [--maxmemory, 700mb, --maxmemory-policy, noeviction, --client-output-buffer-limit, "replica 64mb 16mb 60", --requirepass, $(REDIS_PASSWORD)]
        env: [{name: REDIS_PASSWORD, valueFrom: {secretKeyRef: {name: redis, key: password}}}]
        ports: [{containerPort: 6379}]
        resources: {requests: {memory: 1Gi}, limits: {memory: 1Gi}}
        volumeMounts: [{name: data, mountPath: /data}]
      - name: sentinel
        image: redis:7.2
        command: [sh, -c, "cp /conf/sentinel.conf /data/ && exec redis-sentinel /data/sentinel.conf"]
        ports: [{containerPort: 26379}]
        resources: {requests: {memory: 64Mi}, limits: {memory: 64Mi}}
        volumeMounts: [{name: conf, mountPath: /conf}]
      volumes: [{name: conf, configMap: {name: sentinel}}, {name: data, emptyDir: {}}]
`

const sentinelConfig = `
apiVersion: v1
kind: ConfigMap
metadata: {name: sentinel, namespace: shop}
data: {sentinel.conf: "sentinel resolve-hostnames yes\nsentinel monitor mymaster redis-0.redis 6379 2\n"}
`

const clustered = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ring, namespace: shop}
spec:
  serviceName: ring
  replicas: 6
  selector: {matchLabels: {app: ring}}
  template:
    metadata: {labels: {app: ring}}
    spec:
      topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: ring}}}]
      containers:
      - name: redis
        image: redis:7.2
        args: [--cluster-enabled, "yes", --maxmemory, 700mb, --requirepass, $(REDIS_PASSWORD)]
        env: [{name: REDIS_PASSWORD, valueFrom: {secretKeyRef: {name: redis, key: password}}}]
        resources: {requests: {memory: 1Gi}, limits: {memory: 1Gi}}
`

const ringService = `
apiVersion: v1
kind: Service
metadata: {name: ring, namespace: shop}
spec: {clusterIP: None, selector: {app: ring}, ports: [{port: 6379}]}
`

func TestReview(t *testing.T) {
	t.Parallel()
	good, conf := object(t, sound), object(t, sentinelConfig)
	greedy := object(t, sound, "700mb", "1gb")
	pair := object(t, sound, "replicas: 3", "replicas: 2")
	leftOver := object(t, sound, "labels: {a: b}", `annotations: {ignore.redislint.dev/maxmemory-too-high: "measured"}`)
	ring, service := object(t, clustered), object(t, ringService)
	open := object(t, ringService, "clusterIP: None, ", "")
	owned := object(t, sound, "labels: {a: b}", "ownerReferences: [{apiVersion: x/v1, kind: X, name: x, uid: u, controller: true}]")
	scaler := object(t, "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: x, namespace: shop}\nspec: {minReplicas: 2, maxReplicas: 5, scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: redis}}\n")
	warnOnly := object(t, "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {redislint.dev/mode: warn}}\n")
	off := object(t, "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {redislint.dev/mode: \"off\"}}\n")
	for name, c := range map[string]struct {
		view   []*unstructured.Unstructured
		req    admissionv1.AdmissionRequest
		config Config
		want   string
	}{
		"a sound Redis is created":              {[]*unstructured.Unstructured{conf}, request(t, nil, good), Config{}, "allowed"},
		"a greedy one is not":                   {[]*unstructured.Unstructured{conf}, request(t, nil, greedy), Config{}, "denied maxmemory-too-high"},
		"all findings are told at once":         {[]*unstructured.Unstructured{conf}, request(t, nil, object(t, sound, "700mb", "1gb", "replicas: 3", "replicas: 2")), Config{}, "denied sentinel-too-few maxmemory-too-high"},
		"what is not Redis passes":              {nil, request(t, nil, object(t, sound, "redis", "web", "sentinel", "side")), Config{}, "allowed"},
		"an update that makes it worse":         {[]*unstructured.Unstructured{conf, good}, request(t, good, greedy), Config{}, "denied maxmemory-too-high"},
		"an update of what was bad before":      {[]*unstructured.Unstructured{conf, greedy}, request(t, greedy, object(t, sound, "700mb", "1gb", "redis:7.2", "redis:7.4")), Config{}, "warned maxmemory-too-high"},
		"old debt and a new finding":            {[]*unstructured.Unstructured{conf, greedy}, request(t, greedy, object(t, sound, "700mb", "1gb", "replicas: 3", "replicas: 2")), Config{}, "denied sentinel-too-few"},
		"an update that mends":                  {[]*unstructured.Unstructured{conf, greedy}, request(t, greedy, good), Config{}, "allowed"},
		"metadata only":                         {[]*unstructured.Unstructured{conf, greedy}, request(t, greedy, object(t, sound, "700mb", "1gb", "{a: b}", "{a: c}")), Config{}, "allowed"},
		"a finalizer goes":                      {[]*unstructured.Unstructured{conf, greedy}, request(t, object(t, sound, "700mb", "1gb", "labels: {a: b}", "deletionTimestamp: \"2026-01-01T00:00:00Z\", finalizers: [x]"), greedy), Config{}, "allowed"},
		"worse while it is deleted":             {[]*unstructured.Unstructured{conf, good}, request(t, good, object(t, sound, "700mb", "1gb", "labels: {a: b}", "deletionTimestamp: \"2026-01-01T00:00:00Z\"")), Config{}, "denied maxmemory-too-high"},
		"scaled to two Sentinels":               {[]*unstructured.Unstructured{conf, good}, scale(t, good, `"replicas":2`), Config{}, "denied sentinel-too-few"},
		"scaled by an autoscaler":               {[]*unstructured.Unstructured{conf, good, scaler}, scale(t, good, `"replicas":2`), Config{}, "denied sentinel-too-few"},
		"scaled up":                             {[]*unstructured.Unstructured{conf, pair}, scale(t, pair, `"replicas":3`), Config{}, "allowed"},
		"scaled to nothing as a whole":          {[]*unstructured.Unstructured{conf, good}, scale(t, good, ``), Config{}, "warned sentinel-quorum-unreachable sentinel-too-few"},
		"the scale of something unknown":        {[]*unstructured.Unstructured{conf}, scale(t, good, `"replicas":1`), Config{}, "allowed"},
		"a ConfigMap that overrides":            {[]*unstructured.Unstructured{conf, good}, request(t, conf, object(t, sentinelConfig, "6379 2", "6379 4")), Config{}, "denied sentinel-quorum-unreachable"},
		"a cluster before its Service":          {nil, request(t, nil, ring), Config{}, "allowed"},
		"its Service with an address":           {[]*unstructured.Unstructured{ring}, request(t, nil, open), Config{}, "denied cluster-service-not-headless"},
		"its Service without":                   {[]*unstructured.Unstructured{ring}, request(t, nil, service), Config{}, "allowed"},
		"a cluster after such a Service":        {[]*unstructured.Unstructured{open}, request(t, nil, ring), Config{}, "denied cluster-service-not-headless"},
		"its Service goes":                      {[]*unstructured.Unstructured{ring, service}, request(t, service, nil), Config{}, "warned "},
		"Pods of a controller are its business": {[]*unstructured.Unstructured{conf}, request(t, nil, object(t, sound, "700mb", "1gb", "labels: {a: b}", "ownerReferences: [{apiVersion: x/v1, kind: X, name: x, uid: u, controller: true}]")), Config{}, "warned maxmemory-too-high"},
		"a sound one of a controller":           {[]*unstructured.Unstructured{conf}, request(t, nil, owned), Config{}, "allowed"},
		"a namespace that only wants warnings":  {[]*unstructured.Unstructured{conf, warnOnly}, request(t, nil, greedy), Config{}, "warned maxmemory-too-high"},
		"a namespace that wants nothing":        {[]*unstructured.Unstructured{conf, off}, request(t, nil, greedy), Config{}, "allowed"},
		"a rule that is only recorded":          {[]*unstructured.Unstructured{conf}, request(t, nil, greedy), Config{Actions: map[string]Action{"maxmemory-too-high": Audit}}, "allowed"},
		"a waiver": {
			[]*unstructured.Unstructured{conf},
			request(t, nil, object(t, sound, "700mb", "1gb", "labels: {a: b}", `annotations: {ignore.redislint.dev/maxmemory-too-high: "measured"}`)),
			Config{},
			"allowed",
		},
		"a waiver that has expired": {
			[]*unstructured.Unstructured{conf},
			request(t, nil, object(t, sound, "700mb", "1gb", "labels: {a: b}", `annotations: {ignore.redislint.dev/maxmemory-too-high: "measured; until=2021-01-31"}`)),
			Config{Actions: map[string]Action{"maxmemory-too-high": Audit}},
			"warned waiver-expired",
		},
		"a waiver of nothing": {
			[]*unstructured.Unstructured{conf},
			request(t, nil, object(t, sound, "labels: {a: b}", `annotations: {ignore.redislint.dev/maxmemory-too-high: "measured"}`)),
			Config{},
			"warned waiver-unused",
		},
		"a waiver of nothing where that denies": {
			[]*unstructured.Unstructured{conf},
			request(t, nil, object(t, sound, "labels: {a: b}", `annotations: {ignore.redislint.dev/maxmemory-too-high: "measured"}`)),
			Config{Actions: map[string]Action{"waiver-unused": Deny}},
			"denied waiver-unused",
		},
		"a waiver of nothing that was there before": {
			[]*unstructured.Unstructured{conf, leftOver},
			request(t, leftOver, object(t, sound, "redis:7.2", "redis:7.4", "labels: {a: b}", `annotations: {ignore.redislint.dev/maxmemory-too-high: "measured"}`)),
			Config{},
			"warned waiver-unused",
		},
		"a waiver that is forbidden": {
			[]*unstructured.Unstructured{conf},
			request(t, nil, object(t, sound, "700mb", "1gb", "labels: {a: b}", `annotations: {ignore.redislint.dev/maxmemory-too-high: "measured"}`)),
			Config{Selection: rules.Selection{Inline: rules.Inline{Forbidden: true}}},
			"denied maxmemory-too-high",
		},
		"a waiver of the configuration": {
			[]*unstructured.Unstructured{conf},
			request(t, nil, greedy),
			Config{Selection: rules.Selection{Waivers: []rules.Entry{{Rule: "maxmemory-too-high", Namespace: "sh*", Name: "redis", Reason: "measured"}}}},
			"allowed",
		},
		"a waiver of the configuration, unused and expired": {
			[]*unstructured.Unstructured{conf},
			request(t, nil, good),
			Config{Selection: rules.Selection{Whole: true, Waivers: []rules.Entry{
				{Rule: "maxmemory-too-high", Reason: "measured"}, {Rule: "maxmemory-unset", Reason: "measured", Until: "2021-01-31"},
			}}},
			"allowed",
		},
		"a rule that does not apply there": {
			[]*unstructured.Unstructured{conf},
			request(t, nil, greedy),
			Config{Selection: rules.Selection{Scopes: map[string]rules.Scope{"maxmemory-too-high": {Except: []rules.Match{{Labels: map[string]string{"a": "b"}}}}}}},
			"allowed",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := said(t, handler(t, viewOf(t, c.view...), c.config), c.req); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// A watch may lag: what the API server itself does not confirm is no ground
// for a denial.
func TestDenialsOnOtherObjectsAreConfirmed(t *testing.T) {
	t.Parallel()
	ring, open, service := object(t, clustered), object(t, ringService, "clusterIP: None, ", ""), object(t, ringService)
	policy, err := NewPolicy(library, Config{})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		live Live
		want string
	}{
		"mended meanwhile": {func(context.Context, string, string, string) ([]byte, error) { return raw(t, service).Raw, nil }, "warned cluster-service-not-headless"},
		"gone meanwhile":   {func(context.Context, string, string, string) ([]byte, error) { return nil, nil }, "warned cluster-service-not-headless"},
		"not to be read":   {func(context.Context, string, string, string) ([]byte, error) { return nil, errors.New("no") }, "warned cluster-service-not-headless"},
		"still so":         {func(context.Context, string, string, string) ([]byte, error) { return raw(t, open).Raw, nil }, "denied cluster-service-not-headless"},
		"nobody to ask":    {nil, "warned cluster-service-not-headless"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := New(viewOf(t, open), func() *Policy { return policy }, c.live, nil)
			if got := said(t, h, request(t, nil, ring)); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// A fault of ours is an error, never a verdict.
func TestFaultsAreNoVerdicts(t *testing.T) {
	t.Parallel()
	h := handler(t, NewView(), Config{})
	good := object(t, sound)
	for name, req := range map[string]admissionv1.AdmissionRequest{
		"no old object": func() admissionv1.AdmissionRequest {
			r := request(t, good, good)
			r.OldObject = runtime.RawExtension{}
			return r
		}(),
		"no JSON": func() admissionv1.AdmissionRequest {
			r := request(t, nil, good)
			r.Object.Raw = []byte(`{"redis": `)
			return r
		}(),
	} {
		if got := said(t, h, req); !strings.HasPrefix(got, "error: ") {
			t.Errorf("%s: %s, want an error", name, got)
		}
	}
	none := New(NewView(), func() *Policy { return nil }, nil, nil)
	if got := said(t, none, request(t, nil, good)); !strings.HasPrefix(got, "error: ") {
		t.Errorf("without a policy: %s, want an error", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Review(ctx, request(t, nil, good)); err == nil {
		t.Error("a review that ran out of time has an answer")
	}
}

func TestAnswersAreFitForHeadersAndTerminals(t *testing.T) {
	t.Parallel()
	hostile := object(t, sound, "name: redis\n", "name: \"re\\e[31mdis\\r\\n::error::x\"\n", "700mb", "1gb")
	response, err := handler(t, NewView(), Config{}).Review(t.Context(), request(t, nil, hostile))
	if err != nil {
		t.Fatal(err)
	}
	texts := append([]string{strings.ReplaceAll(response.Result.Message, "\n", "")}, response.Warnings...)
	for _, text := range texts {
		if strings.ContainsAny(text, "\x1b\r\n") || len([]rune(text)) > 4000 {
			t.Errorf("%q holds control characters, or too much", text)
		}
	}
}

// A namespace changes and the decoded view of it with it.
func TestViewFollowsTheCluster(t *testing.T) {
	t.Parallel()
	ring, open := object(t, clustered), object(t, ringService, "clusterIP: None, ", "")
	v := viewOf(t, open)
	h := handler(t, v, Config{})
	if got := said(t, h, request(t, nil, ring)); !strings.HasPrefix(got, "denied") {
		t.Errorf("beside the Service: %s", got)
	}
	p, err := project(open)
	if err != nil {
		t.Fatal(err)
	}
	v.drop(p.(*projection))
	if got := said(t, h, request(t, nil, ring)); got != "allowed" {
		t.Errorf("without the Service: %s", got)
	}
	if objects, bytes := v.Size(); objects != 0 || bytes != 0 {
		t.Errorf("%d objects of %d bytes are left", objects, bytes)
	}
}

type observer struct{ waived []rules.Finding }

func (o *observer) Reviewed(_ string, _, waived []rules.Finding, _ int, _ time.Duration) {
	o.waived = waived
}

// The use of a waiver is recorded, whoever gave it.
func TestWaiversAreRecorded(t *testing.T) {
	t.Parallel()
	waived := object(t, sound, "700mb", "1gb", "labels: {a: b}", `annotations: {ignore.redislint.dev/maxmemory-too-high: "measured"}`)
	configured := Config{Selection: rules.Selection{Waivers: []rules.Entry{{Rule: "maxmemory-too-high", Reason: "measured"}}}}
	for name, c := range map[string]struct {
		redis  *unstructured.Unstructured
		config Config
		form   rules.Form
	}{
		"an annotation":   {waived, Config{}, rules.Annotation},
		"a configuration": {object(t, sound, "700mb", "1gb"), configured, rules.Configured},
	} {
		h, seen := handler(t, viewOf(t, object(t, sentinelConfig)), c.config), &observer{}
		h.observer = seen
		response, err := h.Review(t.Context(), request(t, nil, c.redis))
		if err != nil {
			t.Fatal(err)
		}
		if len(seen.waived) != 1 || seen.waived[0].Suppressed.Form != c.form {
			t.Errorf("%s: observed %+v", name, seen.waived)
		}
		for _, part := range []string{`"rule":"maxmemory-too-high"`, `"waiver":"measured"`, `"form":"` + string(c.form) + `"`} {
			if !strings.Contains(response.AuditAnnotations["waived"], part) {
				t.Errorf("%s: the audit annotation has no %s: %v", name, part, response.AuditAnnotations)
			}
		}
	}
}
