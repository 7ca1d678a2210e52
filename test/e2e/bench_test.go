package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/redislint/redislint/internal/admission"
)

// each runs f for each of n numbers, several at a time.
func each(b *testing.B, n int, f func(i int) error) {
	b.Helper()
	numbers := make(chan int)
	faults := make(chan error, 1)
	var workers sync.WaitGroup
	for range 16 {
		workers.Go(func() {
			for i := range numbers {
				if err := f(i); err != nil {
					select {
					case faults <- err:
					default:
					}
				}
			}
		})
	}
	for i := range n {
		numbers <- i
	}
	close(numbers)
	workers.Wait()
	select {
	case err := <-faults:
		b.Fatal(err)
	default:
	}
}

func benchRig(b *testing.B) *cluster {
	b.Helper()
	c, err := newCluster()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(c.end)
	if err := c.prepared(); err != nil {
		b.Fatal(err)
	}
	return c
}

// benchReplica starts a replica that serves, and returns how long that took.
func (c *cluster) benchReplica(b *testing.B) (*replica, time.Duration) {
	b.Helper()
	began := time.Now()
	r, err := c.startReplica("--self-signed-certs", "--leader-elect=false")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(r.kill)
	if err := r.ready(b.Context()); err != nil {
		b.Fatal(err)
	}
	return r, time.Since(began)
}

// BenchmarkCache prints what 10,000 Redis objects and 50,000 others take, and how long a replica takes to know them.
func BenchmarkCache(b *testing.B) {
	const (
		namespaces = 100
		redises    = 10_000
		others     = 50_000
	)
	c := benchRig(b)
	memory := func(r *replica) (resident, heap, objects, packed float64) {
		// Two collections' time: the heap right after filling is mostly garbage.
		<-time.After(5 * time.Second)
		values := map[string]*float64{"process_resident_memory_bytes": &resident, "go_memstats_heap_alloc_bytes": &heap, "redislint_cache_objects": &objects, "redislint_cache_bytes": &packed}
		for name, value := range values {
			v, err := r.metric(b.Context(), name)
			if err != nil {
				b.Fatal(err)
			}
			*value = v
		}
		return resident, heap, objects, packed
	}
	empty, took := c.benchReplica(b)
	resident, heap, _, _ := memory(empty)
	empty.kill()
	fmt.Printf("empty cluster: ready in %.1f s, resident %.0f MiB, heap %.0f MiB\n", took.Seconds(), resident/(1<<20), heap/(1<<20))

	each(b, namespaces, func(i int) error {
		ns := &object{}
		ns.SetAPIVersion("v1")
		ns.SetKind("Namespace")
		ns.SetName(fmt.Sprintf("bench-%d", i))
		_, err := at(c.dynamic, ns).Create(b.Context(), ns, metav1.CreateOptions{})
		return err
	})
	create := func(text, name string, n int) {
		all, err := parse(text)
		if err != nil {
			b.Fatal(err)
		}
		each(b, n, func(i int) error {
			o := all[0].DeepCopy()
			o.SetName(fmt.Sprintf("%s-%d", name, i))
			o.SetNamespace(fmt.Sprintf("bench-%d", i%namespaces))
			_, err := at(c.dynamic, o).Create(b.Context(), o, metav1.CreateOptions{})
			return err
		})
	}
	began := time.Now()
	create(strings.Replace(bare, "args:", "resources: {requests: {memory: 1Gi}, limits: {memory: 1Gi}}, livenessProbe: {exec: {command: [redis-cli, ping]}}, args:", 1), "redis", redises)
	web := strings.NewReplacer("redis:7.2", "nginx:1.29", "redis", "web", "--maxmemory 768mb", "-g daemon off").Replace(bare)
	create(strings.Replace(strings.Replace(web, "kind: StatefulSet", "kind: Deployment", 1), "  serviceName: web\n", "", 1), "web", others/2)
	create("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {app.yaml: \""+strings.Repeat("some setting; ", 70)+"\"}\n", "web", others/2)
	fmt.Printf("%d objects made in %.0f s\n", redises+others, time.Since(began).Seconds())

	full, took := c.benchReplica(b)
	fullResident, fullHeap, objects, packed := memory(full)
	fmt.Printf("%.0f objects of %d kept, %.1f MiB packed: ready in %.1f s, resident %.0f MiB, heap %.0f MiB, %.0f MiB more than empty\n",
		objects, redises+others, packed/(1<<20), took.Seconds(), fullResident/(1<<20), fullHeap/(1<<20), (fullHeap-heap)/(1<<20))
}

// BenchmarkReviews prints reviews per second of a replica on one processor, and how long they take at half that rate.
func BenchmarkReviews(b *testing.B) {
	c := benchRig(b)
	create := func(ns, name string, labels map[string]string) map[string]*object {
		space := &object{}
		space.SetAPIVersion("v1")
		space.SetKind("Namespace")
		space.SetName(ns)
		space.SetLabels(labels)
		made := map[string]*object{}
		all, err := parse(name)
		if err != nil {
			b.Fatal(err)
		}
		for _, o := range append([]*object{space}, all...) {
			if namespaced(o) {
				o.SetNamespace(ns)
			}
			live, err := at(c.dynamic, o).Create(b.Context(), o, metav1.CreateOptions{})
			if err != nil {
				b.Fatal(err)
			}
			made[o.GetKind()] = live
		}
		return made
	}
	text := read(b, "testdata/sentinel.yaml")
	redis := create("shop", text, nil)["StatefulSet"]
	ignored := create("ignored", text, map[string]string{admission.ModeLabel: "off"})["StatefulSet"]
	web := create("web", strings.NewReplacer("redis:7.2", "nginx:1.29", "redis", "web", "Redis", "Web", "sentinel", "side", "Sentinel", "Side", "maxmemory", "workers", "appendonly", "threads").Replace(text), nil)["StatefulSet"]
	b.Setenv("GOMAXPROCS", "1")
	r, _ := c.benchReplica(b)
	client := strangers(b, 100)
	url := fmt.Sprintf("https://%s:%d/validate?timeout=3s", address, r.port)
	post := func(body []byte) (allowed bool, err error) {
		response, err := client.Post(url, "application/json", bytes.NewReader(body))
		if err != nil {
			return false, err
		}
		defer response.Body.Close()
		answer, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusOK {
			return false, errors.Join(err, fmt.Errorf("%s: %s", response.Status, answer))
		}
		return bytes.Contains(answer, []byte(`"allowed":true`)), nil
	}
	relabelled := func(o *object) *object { return set(b, o, "2", "spec", "template", "metadata", "labels", "release") }
	for _, test := range []struct {
		name    string
		body    []byte
		allowed bool
	}{
		{"no-op (namespace off)", reviewOf(b, ignored, relabelled(ignored)), true},
		{"not Redis", reviewOf(b, web, relabelled(web)), true},
		{"clean update", reviewOf(b, redis, relabelled(redis)), true},
		{"denied update", reviewOf(b, redis, set(b, redis, int64(2), "spec", "replicas")), false},
	} {
		if allowed, err := post(test.body); err != nil || allowed != test.allowed {
			b.Fatalf("%s: allowed %t, %v", test.name, allowed, err)
		}
		rate := saturate(b, test.body, post)
		p50, p99 := paced(b, rate/2, test.body, post)
		fmt.Printf("%-22s %5.1f KiB  %6.0f reviews/s on one core; at half of that p50 %s, p99 %s\n",
			test.name, float64(len(test.body))/1024, rate, p50.Round(10*time.Microsecond), p99.Round(10*time.Microsecond))
	}
}

// saturate returns how many posts per second 8 clients get answered.
func saturate(b *testing.B, body []byte, post func([]byte) (bool, error)) float64 {
	b.Helper()
	const span = 5 * time.Second
	var mu sync.Mutex
	all := 0
	began := time.Now()
	var clients sync.WaitGroup
	for range 8 {
		clients.Go(func() {
			n := 0
			for time.Since(began) < span {
				if _, err := post(body); err != nil {
					b.Error(err)
					return
				}
				n++
			}
			mu.Lock()
			all += n
			mu.Unlock()
		})
	}
	clients.Wait()
	return float64(all) / time.Since(began).Seconds()
}

// paced returns how long posts take at a rate.
func paced(b *testing.B, rate float64, body []byte, post func([]byte) (bool, error)) (p50, p99 time.Duration) {
	b.Helper()
	var mu sync.Mutex
	var took []time.Duration
	var posts sync.WaitGroup
	next := time.Now()
	for range int(rate * 5) {
		next = next.Add(time.Duration(float64(time.Second) / rate))
		<-time.After(time.Until(next))
		posts.Go(func() {
			began := time.Now()
			if _, err := post(body); err != nil {
				b.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, time.Since(began))
		})
	}
	posts.Wait()
	slices.Sort(took)
	return took[len(took)/2], took[len(took)*99/100]
}

func reviewOf(b *testing.B, before, after *object) []byte {
	b.Helper()
	raw := func(o *object) runtime.RawExtension {
		text, err := o.MarshalJSON()
		if err != nil {
			b.Fatal(err)
		}
		return runtime.RawExtension{Raw: text}
	}
	kind := after.GroupVersionKind()
	body, err := json.Marshal(admissionv1.AdmissionReview{
		TypeMeta: metav1.TypeMeta{APIVersion: "admission.k8s.io/v1", Kind: "AdmissionReview"},
		Request: &admissionv1.AdmissionRequest{
			UID: "1", Operation: admissionv1.Update, Namespace: after.GetNamespace(), Name: after.GetName(),
			Kind:     metav1.GroupVersionKind{Group: kind.Group, Version: kind.Version, Kind: kind.Kind},
			Resource: metav1.GroupVersionResource{Group: kind.Group, Version: kind.Version, Resource: admission.Resource(kind.Group, kind.Kind)},
			Object:   raw(after), OldObject: raw(before),
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	return body
}

// BenchmarkAPIServer prints how long dry runs of creates take at 100 a second, with the webhook and without.
func BenchmarkAPIServer(b *testing.B) {
	c := benchRig(b)
	r, err := c.startReplica("--self-signed-certs", "--leader-elect=false")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(r.kill)
	if err := errors.Join(c.publish(b.Context(), r), c.judging(b.Context(), r)); err != nil {
		b.Fatal(err)
	}
	all, err := parse(strings.Replace(bare, "args:", "resources: {requests: {memory: 1Gi}, limits: {memory: 1Gi}}, args:", 1))
	if err != nil {
		b.Fatal(err)
	}
	redis := all[0]
	redis.SetNamespace("default")
	create := func([]byte) (bool, error) {
		_, err := at(c.dynamic, redis).Create(context.Background(), redis, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		return err == nil, err
	}
	p50, p99 := paced(b, 100, nil, create)
	fmt.Printf("100 creates/s with the webhook: p50 %s, p99 %s\n", p50.Round(10*time.Microsecond), p99.Round(10*time.Microsecond))
	if err := c.typed.AdmissionregistrationV1().ValidatingWebhookConfigurations().Delete(b.Context(), admission.DefaultName, metav1.DeleteOptions{}); err != nil {
		b.Fatal(err)
	}
	<-time.After(2 * time.Second)
	p50, p99 = paced(b, 100, nil, create)
	fmt.Printf("100 creates/s without:          p50 %s, p99 %s\n", p50.Round(10*time.Microsecond), p99.Round(10*time.Microsecond))
}
