package manifest

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"

	reference "sigs.k8s.io/yaml"
)

const benchDocument = `---
# Source: shop/templates/statefulset.yaml
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: redis-%d
  namespace: shop
  labels: {app.kubernetes.io/name: redis, app.kubernetes.io/instance: "shop"}
spec:
  replicas: 3
  serviceName: redis-headless
  selector:
    matchLabels:
      app: redis
  template:
    metadata:
      labels:
        app: redis
    spec:
      terminationGracePeriodSeconds: 30
      containers:
        - name: redis
          image: docker.io/library/redis:8.2
          args: ["--maxmemory", "1gb"]
          ports:
            - containerPort: 6379
              name: redis
          livenessProbe:
            exec:
              command:
                - sh
                - -c
                - redis-cli ping
            periodSeconds: 10
          resources:
            requests:
              cpu: 100m
              memory: 1Gi
            limits:
              memory: 1Gi
          volumeMounts:
            - name: data
              mountPath: /data
  volumeClaimTemplates:
    - metadata:
        name: data
      spec:
        accessModes: [ReadWriteOnce]
        resources:
          requests:
            storage: 8Gi
`

func benchInput(size int) []byte {
	var b bytes.Buffer
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, benchDocument, i)
	}
	return b.Bytes()
}

func BenchmarkDecode(b *testing.B) {
	data := benchInput(4 << 20)
	b.SetBytes(int64(len(data)))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var s *Set
	for b.Loop() {
		s = Decode([]Input{{Name: "a.yaml", Data: data}}, Options{})
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(len(data)), "heap/byte")
	runtime.KeepAlive(s)
}

func BenchmarkDormant(b *testing.B) {
	data := benchInput(50 << 20)
	b.SetBytes(int64(len(data)))
	opts := Options{Sign: func(raw []byte) bool { return bytes.Contains(raw, []byte("valkey")) }}
	for b.Loop() {
		Decode([]Input{{Name: "a.yaml", Data: data}}, opts)
	}
}

func BenchmarkJSON(b *testing.B) {
	data, err := reference.YAMLToJSON(benchInput(1))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		Decode([]Input{{Name: "a.json", Data: data}}, Options{})
	}
}

// BenchmarkReference reads the same documents as BenchmarkDecode into plain values without positions.
func BenchmarkReference(b *testing.B) {
	f := &file{text: string(benchInput(4 << 20))}
	b.SetBytes(int64(len(f.text)))
	for b.Loop() {
		for _, d := range split(f) {
			var v any
			if err := reference.Unmarshal([]byte(d.text()), &v); err != nil {
				b.Fatal(err)
			}
		}
	}
}
