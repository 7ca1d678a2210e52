package source

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/redislint/redislint/internal/manifest"
)

// watched is a StatefulSet redis with its Service, further containers, and
// further documents.
func watched(containers string, documents ...string) string {
	text := `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis, namespace: shop}
spec:
  serviceName: redis
  selector: {matchLabels: {app: data}}
  template:
    metadata: {labels: {app: data}}
    spec:
      containers:
      - name: redis
        image: redis:7.2
        volumeMounts: [{name: data, mountPath: /data}]
` + containers + `  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Service
metadata: {name: redis, namespace: shop, labels: {part: data}}
spec: {clusterIP: None, selector: {app: data}, ports: [{port: 6379}]}
`
	for _, d := range documents {
		text += "---\n" + d
	}
	return text
}

// neighbour is a container of the Pods.
func neighbour(image, rest string) string {
	return fmt.Sprintf("      - name: beside\n        image: %s\n%s", image, rest)
}

func collecting(name, namespace, container string) string {
	return fmt.Sprintf(`apiVersion: apps/v1
kind: Deployment
metadata: {name: %[1]s, namespace: %[2]s}
spec:
  selector: {matchLabels: {app: %[1]s}}
  template:
    metadata: {labels: {app: %[1]s}}
    spec:
      containers:
      - {name: c, %[3]s}
`, name, namespace, container)
}

func document(apiVersion, kind, namespace, spec string) string {
	return fmt.Sprintf("apiVersion: %s\nkind: %s\nmetadata: {name: other, namespace: %s}\nspec: %s\n", apiVersion, kind, namespace, spec)
}

func TestExporters(t *testing.T) {
	t.Parallel()
	const image = "image: oliver006/redis_exporter"
	none, sidecar, deployed := `{"kind":"","present":false}`, `{"kind":"sidecar","present":true}`, `{"kind":"deployment","present":true}`
	tests := map[string]struct{ text, want string }{
		"none":                    {watched(""), none},
		"beside the server":       {watched(neighbour("oliver006/redis_exporter:v1.88.0", "")), sidecar},
		"of Bitnami":              {watched(neighbour("bitnami/redis-exporter:1.76.0", "")), sidecar},
		"by its port alone":       {watched(neighbour("${IMAGE}", "        ports: [{containerPort: 9121}]\n")), sidecar},
		"by its name alone":       {strings.Replace(watched(neighbour("${IMAGE}", "")), "name: beside", "name: metrics", 1), sidecar},
		"for the machine":         {watched(neighbour("prom/node-exporter", "")), none},
		"a sidecar of kubernetes": {watched("      initContainers:\n      - {name: x, image: redis_exporter, restartPolicy: Always}\n"), sidecar},
		"a Deployment that asks the Service": {
			watched("", collecting("x", "shop", image+`, env: [{name: REDIS_ADDR, value: "redis://redis:6379"}]`)), deployed,
		},
		"a Deployment that asks a Pod from another namespace": {
			watched("", collecting("x", "monitoring", image+`, args: [--redis.addr, "rediss://me:secret@redis-0.redis.shop.svc.cluster.local:6379/1"]`)), deployed,
		},
		"a Deployment that asks the Service by its namespace": {
			watched("", collecting("x", "monitoring", image+`, args: ["-redis.addr=redis.shop:6379"]`)), deployed,
		},
		"a Deployment that asks a Service of the same name elsewhere": {
			watched("", collecting("x", "monitoring", image+`, args: ["-redis.addr=redis:6379"]`)), "unknown",
		},
		"a Deployment that is told with each question": {watched("", collecting("x", "monitoring", image)), "unknown"},
		"a Deployment that asks nobody in the input":   {watched("", collecting("x", "shop", image+`, args: ["-redis.addr=carts"]`)), "unknown"},
		"a Deployment in a sidecar's manner":           {watched("", collecting("x", "shop", image+`, args: ["-redis.addr=localhost:6379"]`)), "unknown"},
		"a ServiceMonitor of the Service": {
			watched("", document("monitoring.coreos.com/v1", "ServiceMonitor", "shop", "{selector: {matchLabels: {part: data}}}")), "unknown",
		},
		"a PodMonitor of the Pods": {
			watched("", document("monitoring.coreos.com/v1", "PodMonitor", "shop", "{selector: {matchLabels: {app: data}}}")), "unknown",
		},
		"a ServiceMonitor of nobody in the input": {
			watched("", document("monitoring.coreos.com/v1", "ServiceMonitor", "shop", "{selector: {matchLabels: {app: redis}}}")), "unknown",
		},
		"an annotation":                 {strings.Replace(watched(""), "labels: {app: data}", `annotations: {prometheus.io/scrape: "true"}, labels: {app: data}`, 1), "unknown"},
		"an annotation that is not set": {strings.Replace(watched(""), "labels: {app: data}", `annotations: {prometheus.io/scrape: "false"}, labels: {app: data}`, 1), none},
		"an agent beside it":            {watched(neighbour("telegraf:1.36", "")), "unknown"},
		"Sentinels alone": {
			collecting("sentinel", "shop", `image: redis:7.2, command: [redis-sentinel, /etc/sentinel.conf]`), "unknown",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts(t, one(t, test.text), map[string]string{"/exporter": test.want})
		})
	}
}

func TestExportersOfOperators(t *testing.T) {
	t.Parallel()
	const failover = "apiVersion: databases.spotahome.com/v1\nkind: RedisFailover\nmetadata: {name: redis}\nspec:\n  redis: %s\n  sentinel: {replicas: 3}\n"
	const standalone = "apiVersion: redis.redis.opstreelabs.in/v1beta2\nkind: Redis\nmetadata: {name: redis}\nspec:\n  kubernetesConfig: {image: redis}\n%s"
	none, operator, sidecar := `{"kind":"","present":false}`, `{"kind":"operator","present":true}`, `{"kind":"sidecar","present":true}`
	for text, want := range map[string]string{
		fmt.Sprintf(failover, "{replicas: 3}"):                                                none,
		fmt.Sprintf(failover, "{exporter: {enabled: true}}"):                                  operator,
		fmt.Sprintf(failover, `{exporter: {enabled: "${EXPORTER}"}}`):                         "unknown",
		fmt.Sprintf(failover, "{exporter: {enabled: false}}"):                                 none,
		fmt.Sprintf(failover, "{extraContainers: [{name: x, image: redis-exporter}]}"):        sidecar,
		fmt.Sprintf(standalone, ""):                                                           none,
		fmt.Sprintf(standalone, "  redisExporter: {enabled: true}\n"):                         operator,
		fmt.Sprintf(standalone, "  sidecars: [{name: x, image: oliver006/redis_exporter}]\n"): sidecar,
	} {
		facts(t, one(t, text), map[string]string{"/exporter": want})
	}
}

func TestWhatIsMissedInAClusterIsUnknown(t *testing.T) {
	t.Parallel()
	set := manifest.Decode([]manifest.Input{{Name: "test.yaml", Data: []byte(watched(neighbour("redis_exporter", "")))}}, manifest.Options{})
	found := Discover(manifest.Compose(set.Objects))
	facts(t, found.Redis[0], map[string]string{"/exporter/present": "true", "/alerts": "unknown", "/backups": "unknown"})
	set = manifest.Decode([]manifest.Input{{Name: "test.yaml", Data: []byte(watched(""))}}, manifest.Options{})
	facts(t, Discover(manifest.Compose(set.Objects)).Redis[0], map[string]string{"/exporter": "unknown"})
}

// job is a CronJob that runs a command.
func job(namespace, command string) string {
	return document("batch/v1", "CronJob", namespace,
		fmt.Sprintf("{jobTemplate: {spec: {template: {spec: {containers: [{name: c, image: tools, command: [sh, -c, %q]}]}}}}}", command))
}

func TestBackups(t *testing.T) {
	t.Parallel()
	none, cronjob := `{"kind":"","present":false}`, `{"kind":"cronjob","present":true}`
	mounting := strings.Replace(job("shop", "cp /data/dump.rdb /backup"), "containers:", "volumes: [{name: d, persistentVolumeClaim: {claimName: data-redis-0}}], containers:", 1)
	tests := map[string]struct{ text, want string }{
		"none":                                   {watched(""), none},
		"a job that copies the dump":             {watched("", job("shop", "redis-cli -h redis --rdb /tmp/x && upload /tmp/x")), cronjob},
		"a job that has a Pod save":              {watched("", job("shop", "redis-cli -h redis-0.redis BGSAVE")), cronjob},
		"a job that mounts the claim":            {watched("", mounting), cronjob},
		"a job that does something else":         {watched("", job("shop", "redis-cli -h redis unlink stale")), none},
		"a job for who knows whom":               {watched("", job("shop", "redis-backup.sh")), "unknown"},
		"a job for a Redis of another namespace": {watched("", job("cart", "redis-cli -h redis --rdb /tmp/x")), "unknown"},
		"a container beside the server":          {watched(neighbour("rclone/rclone:1", "")), `{"kind":"sidecar","present":true}`},
		"an annotation of Velero": {
			strings.Replace(watched(""), "labels: {app: data}", "annotations: {backup.velero.io/backup-volumes: data}, labels: {app: data}", 1),
			`{"kind":"volume","present":true}`,
		},
		"an annotation of Velero for the Pods of an operator": {
			document("databases.spotahome.com/v1", "RedisFailover", "shop", "{redis: {podAnnotations: {backup.velero.io/backup-volumes: redis-data}}}"),
			`{"kind":"volume","present":true}`,
		},
		"a schedule of Velero":         {watched("", document("velero.io/v1", "Schedule", "velero", "{schedule: daily}")), "unknown"},
		"a snapshot of a volume":       {watched("", document("snapshot.storage.k8s.io/v1", "VolumeSnapshot", "shop", "{source: {}}")), "unknown"},
		"a schedule of something else": {watched("", document("example.com/v1", "Schedule", "shop", "{redis: closed}")), none},
		"Sentinels alone":              {collecting("sentinel", "shop", `image: redis:7.2, command: [redis-sentinel, /etc/sentinel.conf]`), "unknown"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts(t, one(t, test.text), map[string]string{"/backups": test.want})
		})
	}
}

// alerting is a PrometheusRule with an alert for each expression.
func alerting(expressions ...string) string {
	text := "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: alerts, namespace: monitoring}\nspec:\n  groups:\n  - name: redis\n    rules:\n"
	for i, e := range expressions {
		text += fmt.Sprintf("    - alert: A%d\n      expr: %q\n", i, e)
	}
	return text
}

func TestAlerts(t *testing.T) {
	t.Parallel()
	exporter := neighbour("oliver006/redis_exporter", "")
	tests := map[string]struct {
		text string
		want map[string]string
	}{
		"none where the metrics are collected": {watched(exporter), map[string]string{"/alerts": "[]"}},
		"none where they are read by a monitor": {
			watched("", document("monitoring.coreos.com/v1", "PodMonitor", "shop", "{selector: {matchLabels: {app: data}}}")),
			map[string]string{"/alerts": "[]"},
		},
		"none where nobody collects metrics":    {watched(""), map[string]string{"/alerts": "unknown"}},
		"of something else":                     {watched(exporter, alerting("kafka_lag > 1")), map[string]string{"/alerts": "[]"}},
		"in a ConfigMap":                        {watched(exporter, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: rules}\ndata: {a: \"- alert: A\\n  expr: redis_up == 0\"}\n"), map[string]string{"/alerts": "unknown"}},
		"of VictoriaMetrics":                    {watched(exporter, document("operator.victoriametrics.com/v1beta1", "VMRule", "shop", "{groups: [{name: redis}]}")), map[string]string{"/alerts": "unknown"}},
		"that a template makes":                 {watched(exporter, document("monitoring.coreos.com/v1", "PrometheusRule", "shop", `{groups: "${REDIS_RULES}"}`)), map[string]string{"/alerts": "unknown"}},
		"by a label alone":                      {watched(exporter, alerting(`up{job="redis"} == 0`)), map[string]string{"/alerts/0/name": `"A0"`, "/alerts/0/metrics": "[]", "/alerts/0/covers": "true"}},
		"without labels":                        {watched(exporter, alerting("redis_up == 0")), map[string]string{"/alerts/0/covers": "true", "/alerts/0/first": "true", "/alerts/0/group": `"redis"`}},
		"of the namespace":                      {watched(exporter, alerting(`redis_up{namespace=~"shop|cart"} == 0`)), map[string]string{"/alerts/0/covers": "true"}},
		"of another namespace":                  {watched(exporter, alerting(`redis_up{namespace!="shop"} == 0`)), map[string]string{"/alerts": "[]"}},
		"of the Service":                        {watched(exporter, alerting(`redis_up{service="redis"} == 0`)), map[string]string{"/alerts/0/covers": "true"}},
		"of a Service that is not in sight":     {watched(exporter, alerting(`redis_up{service="redis-metrics"} == 0`)), map[string]string{"/alerts/0/covers": "unknown"}},
		"of a label that comes with the scrape": {watched(exporter, alerting(`redis_up{cluster="eu"} == 0`)), map[string]string{"/alerts/0/covers": "unknown"}},
		"that nobody can read": {
			watched(exporter, alerting("redis_up ==", "redis_connected_slave_lag_seconds > 60")),
			map[string]string{"/alerts/0/metrics": "unknown", "/alerts/0/covers": "unknown", "/alerts/1/threshold/earliest": "false"},
		},
		"with thresholds": {
			watched(exporter, alerting("redis_connected_slave_lag_seconds > 60", "redis_connected_slave_lag_seconds > 20")),
			map[string]string{"/alerts/0/threshold/earliest": "false", "/alerts/1/threshold": `{"amount":20000,"earliest":true,"subject":"lag"}`},
		},
		"on a metric of nobody": {
			watched(exporter, alerting("redis_memory_used + redis_memory_used > 1")),
			map[string]string{"/alerts/0/metrics": `[{"exported":false,"name":"redis_memory_used","nearest":"redis_memory_used_bytes"}]`},
		},
		"on a metric that another program may have": {
			watched("", alerting("redis_memory_used > 1")),
			map[string]string{"/alerts/0/metrics/0/exported": "unknown"},
		},
		"in the language of the exporter": {
			watched("", alerting("redis_memory_used > 1", "redis_up == 0")),
			map[string]string{"/alerts/0/metrics/0/exported": "false"},
		},
		"on a metric that guides made up": {
			watched("", alerting("redis_replication_lag > 1")),
			map[string]string{"/alerts/0/metrics/0/exported": "false"},
		},
		"on what a rule records": {
			watched(exporter, alerting("redis_load > 1")+"    - {record: redis_load, expr: sum(redis_up)}\n"),
			map[string]string{"/alerts/0/metrics/0/exported": "unknown"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts(t, one(t, test.text), test.want)
		})
	}
}

func TestAlertsOfTwoRedis(t *testing.T) {
	t.Parallel()
	exporter := neighbour("oliver006/redis_exporter", "")
	carts := strings.NewReplacer("name: redis", "name: carts", "serviceName: redis", "serviceName: carts", "app: data", "app: carts").Replace(watched(exporter))
	found := discover(t, watched(exporter, carts, alerting("redis_up == 0", `redis_up{service="redis"} == 0`)))
	if len(found.Redis) != 2 {
		t.Fatalf("found %d Redis", len(found.Redis))
	}
	facts(t, found.Redis[0], map[string]string{"/name": `"carts"`, "/alerts/0/first": "true", "/alerts/1": "unknown"})
	facts(t, found.Redis[1], map[string]string{"/name": `"redis"`, "/alerts/0/first": "false", "/alerts/1/first": "true"})
}

func TestAlertsAreBounded(t *testing.T) {
	t.Parallel()
	many := make([]string, 2*maxAlerts)
	for i := range many {
		many[i] = fmt.Sprintf("redis_up == %d", i)
	}
	r := one(t, watched("", alerting(many...)))
	if len(r.Alerts) != maxAlerts {
		t.Errorf("%d alerts of one Redis", len(r.Alerts))
	}
	long := make([]string, maxExpressions/1000+10)
	for i := range long {
		long[i] = fmt.Sprintf("redis_up{n=%q} == %d", strings.Repeat("x", 1000), i)
	}
	budget := maxExpressions
	set := manifest.Decode([]manifest.Input{{Name: "test.yaml", Data: []byte(alerting(long...))}}, manifest.Options{Sign: Sign})
	all := readAlerts(set.Objects[0], &budget)
	if first, last := all[0], all[len(all)-1]; first.expression == nil || last.expression != nil {
		t.Error("the first expressions are read, and not the last")
	}
}

func TestHostsOfAddresses(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"redis": "redis", "redis:6379": "redis", "rediss://user:p@ss@redis.shop:6380/0": "redis.shop", "": "", "://": "", "unix:///tmp/redis.sock": "",
	} {
		if got := hostOf(address); got != want {
			t.Errorf("host of %s: %q, want %q", address, got, want)
		}
	}
}

func TestMonitorsThatAreAsleepAreWoken(t *testing.T) {
	t.Parallel()
	text := watched("", "apiVersion: monitoring.coreos.com/v1\nkind: PodMonitor\nmetadata: {name: other}\nspec: {selector: {matchLabels: {app: data}}}\n")
	facts(t, one(t, text), map[string]string{"/exporter": "unknown", "/alerts": "[]"})
	if kinds := strings.Join(Observed(), " "); strings.Contains(kinds, "monitoring.coreos.com") {
		t.Errorf("a cluster is asked for %s", kinds)
	}
	for kind, s := range maps.All(supporting) {
		if s.files && s.live {
			t.Errorf("%s is read from files only, and changes in a cluster", kind)
		}
	}
}
