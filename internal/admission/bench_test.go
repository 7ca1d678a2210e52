package admission

import (
	"fmt"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// BenchmarkReview measures reviews of one Redis with Sentinels among the
// objects of its namespace.
func BenchmarkReview(b *testing.B) {
	good, conf := object(b, sound), object(b, sentinelConfig)
	objects := []*unstructured.Unstructured{good, conf}
	for i := range 10 {
		objects = append(objects, object(b, ringService, "name: ring", fmt.Sprintf("name: ring-%d", i)))
	}
	h := handler(b, viewOf(b, objects...), Config{})
	for name, req := range map[string]admissionv1.AdmissionRequest{
		"clean update":  request(b, good, object(b, sound, "redis:7.2", "redis:7.4")),
		"denied update": request(b, good, object(b, sound, "700mb", "1gb")),
		"not Redis":     request(b, nil, object(b, sound, "redis", "web", "sentinel", "side")),
		"metadata only": request(b, good, object(b, sound, "{a: b}", "{a: c}")),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := h.Review(b.Context(), req); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCrowd measures one review in namespaces of many Redis.
func BenchmarkCrowd(b *testing.B) {
	for _, n := range []int{1, 20, 100, 400} {
		objects := []*unstructured.Unstructured{object(b, sentinelConfig)}
		for i := range n {
			objects = append(objects, object(b, sound, "name: redis", fmt.Sprintf("name: redis-%d", i), "app: redis", fmt.Sprintf("app: redis-%d", i)))
		}
		h := handler(b, viewOf(b, objects...), Config{})
		req := request(b, objects[1], object(b, sound, "name: redis", "name: redis-0", "app: redis", "app: redis-0", "redis:7.2", "redis:7.4"))
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := h.Review(b.Context(), req); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
