package source

import (
	"fmt"
	"testing"
)

// deployment is a Deployment whose Pods hold the containers and volumes.
func deployment(name, containers, volumes string) string {
	return fmt.Sprintf(`apiVersion: apps/v1
kind: Deployment
metadata: {name: %[1]s}
spec:
  selector: {matchLabels: {app: %[1]s}}
  template:
    metadata: {labels: {app: %[1]s}}
    spec:
      containers: %s
      volumes: %s
`, name, containers, volumes)
}

func TestContainersThatAreNoRedis(t *testing.T) {
	t.Parallel()
	for name, container := range map[string]string{
		"an exporter":                          `{name: metrics, image: "oliver006/redis_exporter:v1", ports: [{containerPort: 9121}]}`,
		"HAProxy before a Redis":               `{name: haproxy, image: "haproxy:2.9", ports: [{containerPort: 6379, name: redis}]}`,
		"an app named after its Redis":         `{name: app, image: "shop/hello-app-redis:1", ports: [{containerPort: 8080}]}`,
		"a client with a Redis image":          `{name: cli, image: "redis:7", command: [sleep, infinity]}`,
		"a Redis image to log in to":           `{name: redis-client, image: "redis:7", resources: {requests: {memory: 64Mi}}}`,
		"a shell in a Redis image":             `{name: cli, image: "redis:7", command: [sh, -c, "while true; do redis-cli -h redis ping; sleep 5; done"]}`,
		"redis-benchmark":                      `{name: load, image: "redis:7", command: [redis-benchmark, -h, redis]}`,
		"Redis Commander":                      `{name: ui, image: "rediscommander/redis-commander:latest", ports: [{containerPort: 8081}]}`,
		"RedisInsight":                         `{name: ui, image: "redis/redisinsight:2", ports: [{containerPort: 5540}]}`,
		"an operator":                          `{name: manager, image: "quay.io/opstree/redis-operator:v0.23.0", command: [/manager]}`,
		"an app with REDIS_HOST":               `{name: app, image: "shop/api:1", env: [{name: REDIS_HOST, value: redis}]}`,
		"a program in an image of that name":   `{name: job, image: "registry/k8s-redis:1", args: [migrate], ports: [{containerPort: 6379}]}`,
		"an image named after a client":        `{name: c, image: "registry/redis6-client:1", ports: [{containerPort: 6379}]}`,
		"an app that waits for a host":         `{name: app, image: "shop/api:1", command: [./wait-for-it.sh, redis-server, "6379"]}`,
		"a word that only begins alike":        `{name: c, image: "registry/redistribution:1", ports: [{containerPort: 6379}]}`,
		"a third container of a Redis's image": `{name: split-brain-fix, image: "redis:7", command: [sh], args: [/readonly-config/fix-split-brain.sh]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, r := range discover(t, deployment("x", "["+container+"]", "[]")).Redis {
				t.Errorf("found Redis %s", r.Name)
			}
		})
	}
}

func TestContainersThatAreRedis(t *testing.T) {
	t.Parallel()
	for name, container := range map[string]string{
		"the official image":                   `{name: c, image: "redis:7.2"}`,
		"by digest, from another registry":     `{name: c, image: "mirror.local:5000/library/redis@sha256:0123"}`,
		"only options":                         `{name: c, image: "redis:7", args: [--save, "", --appendonly, "no"]}`,
		"only a file":                          `{name: c, image: "redis:7", args: [/etc/redis.conf]}`,
		"its command in a foreign image":       `{name: c, image: "shop/cache:3", command: [redis-server, --port, "6379"]}`,
		"a shell that ends in a server":        `{name: c, image: "alpine:3", command: [sh, -c, "sysctl -w a=b; exec redis-server --maxmemory 1gb"]}`,
		"a wrapper that cannot be seen":        `{name: c, image: "redis:5", command: [/conf/update-node.sh, redis-server, /conf/redis.conf]}`,
		"a hidden program with Redis's port":   `{name: c, image: "redis:6", command: [/opt/start], ports: [{containerPort: 6379}]}`,
		"valkey":                               `{name: c, image: "valkey/valkey:8"}`,
		"keydb":                                `{name: c, image: "eqalpha/keydb:latest", command: [keydb-server]}`,
		"an image named after Redis, its port": `{name: c, image: "registry/gb-redis-follower:v2", ports: [{containerPort: 6379}]}`,
		"an image named after a role, in one":  `{name: c, image: "registry/gb-redisslave:v1", ports: [{containerPort: 6379}]}`,
		"an image named after a version":       `{name: c, image: "registry/redis6:1", ports: [{containerPort: 6379}]}`,
		"its role as an argument":              `{name: c, image: "registry/k8s-redis:1", args: [redis], ports: [{containerPort: 6379}]}`,
		"a placeholder for an image":           `{name: redis, image: "${IMAGE}"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts(t, one(t, deployment("x", "["+container+"]", "[]")), map[string]string{
				"/nodes/0/container": map[bool]string{true: `"redis"`, false: `"c"`}[name == "a placeholder for an image"],
			})
		})
	}
}

func TestConfigurationOfAContainer(t *testing.T) {
	t.Parallel()
	const conf = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata:\n  redis.conf: |\n    maxmemory 100mb\n    appendonly yes\n  more.conf: |\n    maxmemory 300mb\n"
	const mounted = `volumeMounts: [{name: conf, mountPath: /conf}]`
	const volumes = `[{name: conf, configMap: {name: conf}}]`
	known := func(bytes int) map[string]string {
		return map[string]string{"/nodes/0/config/maxmemory/bytes": fmt.Sprint(bytes)}
	}
	unknown := map[string]string{"/nodes/0/config/maxmemory": "unknown", "/nodes/0/config/appendonly": "unknown"}
	for name, c := range map[string]struct {
		container, volumes string
		want               map[string]string
	}{
		"defaults when nothing configures": {`{name: c, image: "redis:7"}`, "[]", map[string]string{
			"/nodes/0/config/maxmemory/set": "false", "/nodes/0/config/maxmemory/bytes": "0",
			"/nodes/0/config/appendonly/on": "false", "/nodes/0/config/save/on": "true",
		}},
		"options in one word and in two": {`{name: c, image: "redis:7", args: ["--maxmemory 1gb", --appendonly, "yes"]}`, "[]", map[string]string{
			"/nodes/0/config/maxmemory/bytes": "1073741824", "/nodes/0/config/appendonly/on": "true",
		}},
		"a mounted folder": {`{name: c, image: "redis:7", args: [/conf/redis.conf], ` + mounted + `}`, volumes, known(100 << 20)},
		"a mounted file": {
			`{name: c, image: "redis:7", args: [/etc/r.conf], volumeMounts: [{name: conf, mountPath: /etc/r.conf, subPath: redis.conf}]}`,
			volumes, known(100 << 20),
		},
		"items under other names": {
			`{name: c, image: "redis:7", args: [/conf/a/b.conf], ` + mounted + `}`,
			`[{name: conf, configMap: {name: conf, items: [{key: more.conf, path: a/b.conf}]}}]`, known(300 << 20),
		},
		"a projected volume": {
			`{name: c, image: "redis:7", args: [/conf/redis.conf], ` + mounted + `}`,
			`[{name: conf, projected: {sources: [{secret: {name: other}}, {configMap: {name: conf}}]}}]`, known(100 << 20),
		},
		"a later option wins over the file": {`{name: c, image: "redis:7", args: [/conf/redis.conf, --maxmemory, 200mb], ` + mounted + `}`, volumes, known(200 << 20)},
		"an include after the file": {
			`{name: c, image: "redis:7", args: [/conf/redis.conf, --include, /conf/more.conf], ` + mounted + `}`, volumes, known(300 << 20),
		},
		"copied by its own script": {
			`{name: c, image: "redis:7", command: [sh, -c, "cp /conf/redis.conf /tmp/redis.conf && exec redis-server /tmp/redis.conf"], ` + mounted + `}`,
			volumes, known(100 << 20),
		},
		"a line added by its script": {
			`{name: c, image: "redis:7", command: [sh, -c, "cp /conf/redis.conf /tmp/; echo 'maxmemory 50mb' >> /tmp/redis.conf; redis-server /tmp/redis.conf"], ` + mounted + `}`,
			volumes, known(50 << 20),
		},
		"a variable with a value": {
			`{name: c, image: "redis:7", args: [--maxmemory, $(MAX)], env: [{name: MAX, value: 70mb}]}`, "[]", known(70 << 20),
		},
		"a variable of the shell": {
			`{name: c, image: "redis:7", command: [sh, -c, "redis-server --maxmemory $MAX"], env: [{name: MAX, value: 70mb}]}`, "[]", known(70 << 20),
		},
		"a variable without one": {
			`{name: c, image: "redis:7", args: [--maxmemory, $(MAX)], env: [{name: MAX, valueFrom: {secretKeyRef: {name: s, key: k}}}]}`,
			"[]",
			map[string]string{"/nodes/0/config/maxmemory": "unknown", "/nodes/0/config/appendonly/on": "false"},
		},
		"a ConfigMap that is not in the input": {
			`{name: c, image: "redis:7", args: [/conf/redis.conf], ` + mounted + `}`, `[{name: conf, configMap: {name: elsewhere}}]`, unknown,
		},
		"a file in the image": {`{name: c, image: "redis:7", args: [/etc/redis.conf]}`, "[]", unknown},
		"an image that nobody knows": {
			`{name: c, image: "shop/my-redis:1", ports: [{containerPort: 6379}]}`, "[]", unknown,
		},
		"an image of the same name from somebody else": {
			`{name: c, image: "registry.k8s.io/redis:v1", ports: [{containerPort: 6379}]}`, "[]", unknown,
		},
		"a mirror of the official image": {`{name: c, image: "mirror.local:5000/library/redis:7"}`, "[]", known(0)},
		"Bitnami's image": {
			`{name: c, image: "bitnami/redis:7.2", env: [{name: REDIS_EXTRA_FLAGS, value: "--maxmemory 80mb"}]}`, "[]", map[string]string{
				"/nodes/0/config/maxmemory/bytes": "83886080", "/nodes/0/config/appendonly/on": "true", "/nodes/0/data/mount": `"/bitnami/redis/data"`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts(t, one(t, deployment("x", "["+c.container+"]", c.volumes)+conf), c.want)
		})
	}
}

func TestConfigurationCopiedByAnInitContainer(t *testing.T) {
	t.Parallel()
	r := one(t, `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis}
spec:
  serviceName: redis
  replicas: 3
  selector: {matchLabels: {app: redis}}
  template:
    metadata: {labels: {app: redis}}
    spec:
      initContainers:
      - name: config
        image: busybox
        command: [sh, -c, "cp /tmp/redis/redis.conf /etc/redis/redis.conf"]
        volumeMounts:
        - {name: source, mountPath: /tmp/redis}
        - {name: config, mountPath: /etc/redis}
      containers:
      - name: redis
        image: redis:7
        command: [redis-server, /etc/redis/redis.conf]
        volumeMounts:
        - {name: config, mountPath: /etc/redis}
        - {name: data, mountPath: /data}
      volumes:
      - {name: source, configMap: {name: redis}}
      - {name: config, emptyDir: {}}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], storageClassName: gp3, resources: {requests: {storage: 10Gi}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: redis}
data:
  redis.conf: |
    # how much
    maxmemory 1gb
    dir /data
`)
	facts(t, r, map[string]string{
		"/nodes/0/config/maxmemory/bytes": "1073741824",
		"/nodes/0/data/kind":              `"claim"`,
		"/nodes/0/data/size/amount":       "10737418240",
		"/nodes/0/data/class/medium":      `"ssd"`,
		"/nodes/0/replicas":               "3",
	})
	lines(t, r, map[string]int{"/nodes/0/config/maxmemory": 38, "/nodes/0/data/size": 30, "/nodes/0/replicas": 6})
}

func TestResources(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		resources string
		want      map[string]string
	}{
		"a request follows the limit": {`{limits: {memory: 1Gi}}`, map[string]string{
			"/nodes/0/memory/request/amount": "1073741824", "/nodes/0/memory/request/defaulted": "true",
		}},
		"a limit does not follow the request": {`{requests: {memory: 1Gi}}`, map[string]string{"/nodes/0/memory/limit/present": "false"}},
		"none at all":                         {`{}`, map[string]string{"/nodes/0/memory/limit/present": "false", "/nodes/0/memory/request/present": "false"}},
		"thousandths of a byte":               {`{limits: {memory: 256m}}`, map[string]string{"/nodes/0/memory/limit/amount": "1"}},
		"a number":                            {`{limits: {memory: 1073741824}}`, map[string]string{"/nodes/0/memory/limit/amount": "1073741824"}},
		"thousandths of a core":               {`{limits: {cpu: 1.5}}`, map[string]string{"/nodes/0/cpu/limit/amount": "1500"}},
		"a placeholder":                       {`{limits: {memory: "${LIMIT}"}}`, map[string]string{"/nodes/0/memory/limit/present": "true", "/nodes/0/memory/limit/amount": "unknown"}},
		"a placeholder for all":               {`"{{ .Values.resources }}"`, map[string]string{"/nodes/0/memory": "unknown"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts(t, one(t, deployment("x", `[{name: c, image: "redis:7", resources: `+c.resources+`}]`, "[]")), c.want)
		})
	}
}

func TestQuantitiesThatWouldHang(t *testing.T) {
	t.Parallel()
	for _, quantity := range []string{
		`"1e-1000000000"`, `1e-1000000000`, `"2E6024865272343"`, `"1e1000"`, `"00000000000000000000000000000000000000001"`,
	} {
		found := discover(t, deployment("x", `[{name: c, image: "redis:7", resources: {limits: {memory: `+quantity+`, cpu: 1}}}]`, "[]"))
		if len(found.Errors) != 1 || found.Errors[0].Line != 9 {
			t.Errorf("%s: errors %v, want one on line 9", quantity, found.Errors)
		}
		facts(t, found.Redis[0], map[string]string{"/nodes/0/memory/limit/amount": "unknown", "/nodes/0/cpu/limit/amount": "1000"})
	}
}

func TestReplicas(t *testing.T) {
	t.Parallel()
	const scaler = "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: x}\nspec: {minReplicas: 2, maxReplicas: 5, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: x}}\n"
	plain := deployment("x", `[{name: c, image: "redis:7"}]`, "[]")
	facts(t, one(t, plain), map[string]string{"/nodes/0/replicas": "1"})
	facts(t, one(t, plain+scaler), map[string]string{"/nodes/0/replicas": "2"})
}

func TestServersThatTheirPodsTellApart(t *testing.T) {
	t.Parallel()
	facts(t, one(t, `apiVersion: v1
kind: ConfigMap
metadata: {name: start}
data:
  start.sh: |
    if [ "$(hostname)" = redis-0 ]; then
      redis-server --requirepass "$PASSWORD"
    else
      redis-server --slaveof redis-0.redis 6379 --requirepass "$PASSWORD"
    fi
---
`+deployment("redis", `[{name: c, image: "redis:7", command: [sh, -c, /start/start.sh], volumeMounts: [{name: start, mountPath: /start}]}]`,
		"[{name: start, configMap: {name: start}}]")), map[string]string{
		"/mode":                           `"replication"`,
		"/nodes/0/config/maxmemory/bytes": "0",
	})
}

func TestMasterKnownOnlyAtRunTime(t *testing.T) {
	t.Parallel()
	for args, mode := range map[string]string{
		`echo "slaveof $(redis-cli -h sentinel role) 6379" > /tmp/redis.conf; redis-server /tmp/redis.conf`: `"replication"`,
		`redis-server --replicaof "$MASTER" 6379`:                                                           `"replication"`,
		`redis-server --replicaof no one`:                                                                   `"standalone"`,
	} {
		facts(t, one(t, deployment("redis", fmt.Sprintf("[{name: c, image: 'redis:7', command: [sh, -c, %q]}]", args), "[]")), map[string]string{"/mode": mode})
	}
}

func TestVariablesOfBitnamisImages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		container string
		want      map[string]string
	}{
		"a replica": {
			`{name: c, image: "bitnami/redis:7.2", env: [{name: REDIS_REPLICATION_MODE, value: slave}, {name: REDIS_MASTER_HOST, value: master}]}`,
			map[string]string{"/mode": `"replication"`},
		},
		"a master": {
			`{name: c, image: "bitnami/redis:7.2", env: [{name: REDIS_REPLICATION_MODE, value: master}]}`,
			map[string]string{"/mode": `"standalone"`},
		},
		"a Sentinel": {
			`{name: c, image: "bitnami/redis-sentinel:7.2", env: [{name: REDIS_MASTER_SET, value: carts}, {name: REDIS_SENTINEL_QUORUM, value: "3"}]}`,
			map[string]string{"/master_groups/0/name": `"carts"`, "/master_groups/0/quorum": "3"},
		},
		"a Sentinel with the defaults": {
			`{name: c, image: "bitnami/redis-sentinel:7.2"}`,
			map[string]string{"/master_groups/0/name": `"mymaster"`, "/master_groups/0/quorum": "2"},
		},
		"a Sentinel with variables from elsewhere": {
			`{name: c, image: "bitnami/redis-sentinel:7.2", envFrom: [{secretRef: {name: sentinel}}]}`,
			map[string]string{"/master_groups/0/name": `""`, "/master_groups/0/quorum": "unknown"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts(t, one(t, deployment("x", "["+c.container+"]", "[]")), c.want)
		})
	}
}

func TestOpenShift(t *testing.T) {
	t.Parallel()
	const config = `{metadata: {name: redis}, spec: {replicas: 1, template: {metadata: {labels: {app: redis}}, spec: {containers:
  [{name: redis, image: ' ', ports: [{containerPort: 6379}], resources: {limits: {memory: "${MEMORY}"}}}]}}}, `
	for name, yaml := range map[string]string{
		"a DeploymentConfig":            config + `apiVersion: apps.openshift.io/v1, kind: DeploymentConfig}`,
		"a DeploymentConfig before 3.6": config + `apiVersion: v1, kind: DeploymentConfig}`,
		"one in a Template":             `{apiVersion: template.openshift.io/v1, kind: Template, objects: [` + config + `apiVersion: apps.openshift.io/v1, kind: DeploymentConfig}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts(t, one(t, yaml), map[string]string{"/nodes/0/container": `"redis"`, "/nodes/0/config/maxmemory": "unknown"})
		})
	}
}
