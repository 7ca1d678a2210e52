package audit

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/manifest"
)

const listed = `{"metadata": {"name": "redis", "namespace": "shop", "uid": "1", "resourceVersion": "2", "generation": 3, "creationTimestamp": "2026-01-01T00:00:00Z",
	"labels": {"app": "redis"}, "managedFields": [{"fieldsV1": {"f:redis": {}}}],
	"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}", "ignore.redislint.dev/tls-disabled": "a: b"}},
	"data": {"redis.conf": "maxmemory 1gb\nappendonly yes\n", "bell": "\u0007\u0000"}, "status": {"x": 1}}`

func TestDocument(t *testing.T) {
	t.Parallel()
	r := resource{kind: "/ConfigMap", version: "v1", name: "configmaps", namespaced: true}
	for name, c := range map[string]struct {
		sign func([]byte) bool
		want string
	}{
		"YAML of what has the sign": {func(raw []byte) bool { return strings.Contains(string(raw), "maxmemory") }, `apiVersion: v1
data:
  bell: "\a\0"
  redis.conf: |
    maxmemory 1gb
    appendonly yes
kind: ConfigMap
metadata:
  annotations:
    ignore.redislint.dev/tls-disabled: 'a: b'
  labels:
    app: redis
  name: redis
  namespace: shop
`},
		"JSON of the rest": {func([]byte) bool { return false }, `{
  "apiVersion": "v1",
  "kind": "ConfigMap",
  "metadata": {
    "annotations": {
      "ignore.redislint.dev/tls-disabled": "a: b"
    },
    "labels": {
      "app": "redis"
    },
    "name": "redis",
    "namespace": "shop"
  },
  "data": {
    "redis.conf": "maxmemory 1gb\nappendonly yes\n",
    "bell": "\u0007\u0000"
  }
}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := document([]byte(listed), r, c.sign)
			if err != nil {
				t.Fatal(err)
			}
			if got.Name != "ConfigMap shop/redis" {
				t.Errorf("it is named %q", got.Name)
			}
			if diff := cmp.Diff(c.want, string(got.Data)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			set := manifest.Decode([]manifest.Input{got}, manifest.Options{})
			if len(set.Errors) > 0 || len(set.Objects) != 1 || set.Objects[0].Root.Get("data", "bell").Text() != "\a\x00" {
				t.Errorf("it is not read as it was: %v", set.Errors)
			}
		})
	}
	for _, raw := range []string{`[]`, `{}`, `{"metadata": 1}`, `null`} {
		if _, err := document([]byte(raw), r, nil); err == nil {
			t.Errorf("made a document of %s", raw)
		}
	}
}
