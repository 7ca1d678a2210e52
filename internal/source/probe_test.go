package source

import (
	"fmt"
	"testing"
)

func TestProbeKind(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ probe, want string }{
		"a command":                 {`{exec: {command: [redis-cli, ping]}}`, "\"exec\""},
		"a connection":              {`{tcpSocket: {port: 6379}}`, "\"tcp\""},
		"several, which is refused": {`{exec: {command: [redis-cli, ping]}, tcpSocket: {port: 6379}, httpGet: {port: 6379}}`, "unknown"},
		"none":                      {`{periodSeconds: 5}`, "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			container := fmt.Sprintf(`[{name: c, image: "redis:7", livenessProbe: %s}]`, test.probe)
			facts(t, one(t, deployment("x", container, "[]")), map[string]string{"/nodes/0/probes/liveness/kind": test.want})
		})
	}
}
