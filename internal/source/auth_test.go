package source

import (
	"fmt"
	"testing"
)

func TestWhoNeedsAPassword(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ args, password string }{
		"nobody":                        {"--appendonly, no", "false"},
		"everybody":                     {"--requirepass, secret", "true"},
		"a certificate instead":         {"--port, \"0\", --tls-port, \"6379\"", "unknown"},
		"a certificate, said":           {"--port, \"0\", --tls-port, \"6379\", --tls-auth-clients, \"yes\"", "unknown"},
		"no certificate":                {"--port, \"0\", --tls-port, \"6379\", --tls-auth-clients, \"no\"", "false"},
		"a certificate if there is one": {"--port, \"0\", --tls-port, \"6379\", --tls-auth-clients, optional", "false"},
		"a plain port beside":           {"--tls-port, \"6380\"", "false"},
		"no port at all":                {"--port, \"0\"", "false"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts(t, one(t, servers("redis", 1, test.args, "")), map[string]string{"/nodes/0/access/password": test.password})
		})
	}
}

// TestWhomBitnamiImagesServe: their own configuration, and the default one of the redis-cluster chart, bind to loopback, which
// the image changes as it starts.
func TestWhomBitnamiImagesServe(t *testing.T) {
	t.Parallel()
	const pod = `apiVersion: v1
kind: Pod
metadata: {name: redis}
spec:
  containers:
  - name: redis
    image: bitnami/redis-cluster:7.2
    env: [%s]
    volumeMounts: [{name: config, mountPath: %s, subPath: redis.conf}]
  volumes: [{name: config, configMap: {name: config}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: config}
data:
  redis.conf: |
    bind 127.0.0.1 -::1
    protected-mode yes
    appendonly no
`
	const (
		standard = "/opt/bitnami/redis/etc/redis-default.conf"
		own      = "/opt/bitnami/redis/mounted-etc/redis.conf"
		open     = "{name: ALLOW_EMPTY_PASSWORD, value: \"yes\"}"
	)
	for sentence, test := range map[string]struct{ env, path, remote, appendonly string }{
		"everybody, with the default file":  {open, standard, "true", "false"},
		"nobody, when that is not allowed":  {open + ", {name: REDIS_ALLOW_REMOTE_CONNECTIONS, value: \"no\"}", standard, "false", "false"},
		"everybody, when that is said":      {open + ", {name: REDIS_ALLOW_REMOTE_CONNECTIONS, value: \"yes\"}", standard, "true", "false"},
		"as a file of one's own says":       {open + ", {name: REDIS_AOF_ENABLED, value: \"yes\"}", own, "false", "false"},
		"as the default file says, and AOF": {open + ", {name: REDIS_AOF_ENABLED, value: \"yes\"}", standard, "true", "true"},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			facts(t, one(t, fmt.Sprintf(pod, test.env, test.path)), map[string]string{
				"/nodes/0/access/remote": test.remote, "/nodes/0/access/tls": "false", "/nodes/0/config/appendonly/on": test.appendonly,
			})
		})
	}
}
