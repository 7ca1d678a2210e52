package source

import (
	"fmt"
	"strings"
	"testing"
)

// servers is a StatefulSet of Redis; spec are further lines of its Pods'
// spec, each indented by six spaces.
func servers(name string, replicas int, command, spec string) string {
	return fmt.Sprintf(`apiVersion: apps/v1
kind: StatefulSet
metadata: {name: %[1]s}
spec:
  replicas: %[2]d
  selector: {matchLabels: {app: %[1]s}}
  template:
    metadata: {labels: {app: %[1]s, tier: data}}
    spec:
%[4]s      containers: [{name: redis, image: "redis:7.2", args: [%[3]s]}]
`, name, replicas, command, spec)
}

func TestSpread(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spec      string
		present   bool
		effective string
		miss      string // "" for none
	}{
		"nothing":          {"", false, "false", ""},
		"null":             {"      affinity: null\n", false, "false", ""},
		"another affinity": {"      affinity: {nodeAffinity: {}}\n", false, "false", ""},
		"hard": {
			"      affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: zone, labelSelector: {matchLabels: {app: redis}}}]}}\n",
			true, "true", "",
		},
		"soft": {
			"      affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {topologyKey: host, labelSelector: {matchExpressions: [{key: app, operator: In, values: [redis]}]}}}]}}\n",
			true, "true", "",
		},
		"a constraint":                   {"      topologySpreadConstraints: [{maxSkew: 1, labelSelector: {matchLabels: {tier: data}}}]\n", true, "true", ""},
		"a constraint without selector":  {"      topologySpreadConstraints: [{maxSkew: 1}]\n", true, "false", " / "},
		"a constraint on everything":     {"      topologySpreadConstraints: [{maxSkew: 1, labelSelector: {}}]\n", true, "true", ""},
		"another value":                  {"      topologySpreadConstraints: [{labelSelector: {matchLabels: {app: radis, tier: data}}}]\n", true, "false", "app=radis / app=redis"},
		"a label that the Pods have not": {"      topologySpreadConstraints: [{labelSelector: {matchExpressions: [{key: team, operator: In, values: [a, b]}]}}]\n", true, "false", "team In a, b / no label team"},
		"one of two":                     {"      topologySpreadConstraints: [{labelSelector: {matchLabels: {app: x}}}, {labelSelector: {matchLabels: {app: redis}}}]\n", true, "true", "app=x / app=redis"},
		"a placeholder for a value":      {"      topologySpreadConstraints: [{labelSelector: {matchLabels: {app: \"${APP}\"}}}]\n", true, "unknown", ""},
		"a placeholder for all":          {"      affinity: \"{{ .Values.affinity }}\"\n", true, "unknown", ""},
		"other namespaces": {
			"      affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{namespaces: [elsewhere], labelSelector: {matchLabels: {app: redis}}}]}}\n",
			true, "true", "", // its own is not written, so it may be that one
		},
		"a port of the machine": {"      hostNetwork: true\n      initContainers: [{name: a, ports: [{containerPort: 1}]}]\n", false, "false", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := one(t, servers("redis", 3, "--appendonly, no", test.spec))
			want := map[string]string{
				"/nodes/0/spread/present":         fmt.Sprint(test.present),
				"/nodes/0/spread/effective":       test.effective,
				"/nodes/0/spread/misses/0/labels": "unknown",
			}
			if test.miss != "" {
				selector, labels, _ := strings.Cut(test.miss, " / ")
				if test.miss == " / " {
					selector, labels = "", ""
				}
				want["/nodes/0/spread/misses/0/selector"] = fmt.Sprintf("%q", selector)
				want["/nodes/0/spread/misses/0/labels"] = fmt.Sprintf("%q", labels)
			}
			facts(t, r, want)
		})
	}
}

func TestSpreadOfANamespace(t *testing.T) {
	t.Parallel()
	yaml := servers("redis", 3, "--appendonly, no", "      affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{namespaces: [elsewhere], labelSelector: {matchLabels: {app: redis}}}]}}\n")
	for namespace, effective := range map[string]string{"shop": "false", "elsewhere": "true"} {
		facts(t, one(t, strings.Replace(yaml, "metadata: {name: redis}", "metadata: {name: redis, namespace: "+namespace+"}", 1)), map[string]string{
			"/nodes/0/spread/effective": effective,
		})
	}
}

func TestPodsThatTakeAPortOfTheirMachine(t *testing.T) {
	t.Parallel()
	for name, container := range map[string]string{
		"a host port":      `{name: redis, image: "redis:7", ports: [{containerPort: 6379, hostPort: 6379}]}`,
		"the host network": `{name: redis, image: "redis:7", ports: [{containerPort: 6379}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			yaml := deployment("redis", "["+container+"]", "[]")
			if name == "the host network" {
				yaml += "      hostNetwork: true\n"
			}
			facts(t, one(t, yaml), map[string]string{"/nodes/0/spread/effective": "true"})
		})
	}
}

func TestDisruptionBudgets(t *testing.T) {
	t.Parallel()
	const head = "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: redis}\nspec: "
	for name, test := range map[string]struct {
		replicas      int
		spec          string
		pods, allowed string
	}{
		"one may go":                       {3, "{maxUnavailable: 1, selector: {matchLabels: {app: redis}}}", "3", "1"},
		"none may go":                      {3, "{maxUnavailable: 0, selector: {matchLabels: {app: redis}}}", "3", "0"},
		"none in hundred":                  {3, `{maxUnavailable: "0%", selector: {matchLabels: {app: redis}}}`, "3", "0"},
		"a share is rounded up":            {3, `{maxUnavailable: "1%", selector: {matchLabels: {app: redis}}}`, "3", "1"},
		"all must stay":                    {3, "{minAvailable: 3, selector: {matchLabels: {app: redis}}}", "3", "0"},
		"more than all must stay":          {3, "{minAvailable: 5, selector: {matchLabels: {app: redis}}}", "3", "0"},
		"a share that must stay":           {3, `{minAvailable: "50%", selector: {matchLabels: {app: redis}}}`, "3", "1"},
		"half of one":                      {1, `{minAvailable: "50%", selector: {matchLabels: {app: redis}}}`, "1", "0"},
		"all in hundred":                   {3, `{minAvailable: "100%", selector: {matchLabels: {app: redis}}}`, "3", "0"},
		"nothing runs":                     {0, "{minAvailable: 1, selector: {matchLabels: {app: redis}}}", "0", "unknown"},
		"neither is said":                  {3, "{selector: {matchLabels: {app: redis}}}", "3", "unknown"},
		"a placeholder":                    {3, `{minAvailable: "${MIN}", selector: {matchLabels: {app: redis}}}`, "3", "unknown"},
		"whatever else the labels select":  {3, "{minAvailable: 3, selector: {matchLabels: {tier: data}}}", "unknown", "unknown"},
		"none may go, whatever it selects": {3, "{maxUnavailable: 0, selector: {matchLabels: {tier: data}}}", "unknown", "0"},
		"another expression":               {3, "{minAvailable: 3, selector: {matchLabels: {app: redis}, matchExpressions: [{key: tier, operator: NotIn, values: [x]}]}}", "3", "0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts(t, one(t, servers("redis", test.replicas, "--appendonly, no", "")+head+test.spec), map[string]string{
				"/nodes/0/budgeted":             "true",
				"/disruption_budgets/0/nodes":   "[0]",
				"/disruption_budgets/0/pods":    test.pods,
				"/disruption_budgets/0/allowed": test.allowed,
			})
		})
	}
}

func TestDisruptionBudgetOfSeveralWorkloads(t *testing.T) {
	t.Parallel()
	r := one(t, servers("redis", 2, "--appendonly, no", "")+`---
apiVersion: apps/v1
kind: Deployment
metadata: {name: proxy}
spec:
  replicas: 2
  template:
    metadata: {labels: {app: redis, role: proxy}}
    spec: {containers: [{name: proxy, image: "haproxy:2.9"}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: redis}
spec: {minAvailable: 2, selector: {matchLabels: {app: redis}}}
`)
	facts(t, r, map[string]string{"/disruption_budgets/0/pods": "4", "/disruption_budgets/0/allowed": "2"})
}

func TestBudgetOfOtherPods(t *testing.T) {
	t.Parallel()
	facts(t, one(t, servers("redis", 2, "--appendonly, no", "")+
		"---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: redis}\nspec: {minAvailable: 2, selector: {matchLabels: {app: redis-ha}}}\n"),
		map[string]string{"/disruption_budgets": "[]", "/nodes/0/budgeted": "false"})
}

func TestAutoscalers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ yaml, low, high string }{
		"a HorizontalPodAutoscaler": {
			"apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: redis}\nspec: {scaleTargetRef: {kind: StatefulSet, name: redis}, minReplicas: 3, maxReplicas: 9}", "3", "9",
		},
		"its default": {
			"apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: redis}\nspec: {scaleTargetRef: {kind: StatefulSet, name: redis}, maxReplicas: 9}", "1", "9",
		},
		"without a maximum": {
			"apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: redis}\nspec: {scaleTargetRef: {kind: StatefulSet, name: redis}}", "1", "unknown",
		},
		"a ScaledObject": {
			"apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: redis}\nspec: {scaleTargetRef: {kind: StatefulSet, name: redis}}", "0", "100",
		},
		"of another workload": {
			"apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: redis}\nspec: {scaleTargetRef: {kind: Deployment, name: redis}, maxReplicas: 9}", "unknown", "unknown",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts(t, one(t, servers("redis", 3, "--appendonly, no", "")+"---\n"+test.yaml), map[string]string{
				"/nodes/0/autoscaler/min": test.low, "/nodes/0/autoscaler/max": test.high,
			})
		})
	}
}

func TestShape(t *testing.T) {
	t.Parallel()
	const cluster = "--cluster-enabled, \"yes\""
	for name, test := range map[string]struct {
		yaml                            string
		nodes, masters, replicas, whole string
	}{
		"a server":                 {servers("redis", 1, "--appendonly, no", ""), "1", "unknown", "unknown", "false"},
		"two nodes of a cluster":   {servers("redis", 2, cluster, ""), "2", "2", "unknown", "false"},
		"three nodes of a cluster": {servers("redis", 3, cluster, ""), "3", "unknown", "0", "false"},
		"six nodes of a cluster":   {servers("redis", 6, cluster, ""), "6", "unknown", "unknown", "false"},
		"six that create it themselves": {
			strings.Replace(servers("redis", 6, cluster, ""), "args:",
				"lifecycle: {postStart: {}}, command: [sh, -c, 'redis-cli --cluster create $N --cluster-replicas 2 & exec redis-server --cluster-enabled yes'], env: [], xargs:", 1),
			"6", "2", "2", "false",
		},
		"told by a variable": {
			strings.Replace(servers("redis", 6, cluster, ""), "args:", "env: [{name: REDIS_CLUSTER_REPLICAS, value: \"1\"}], args:", 1),
			"6", "3", "1", "false",
		},
		"a master and its replicas": {
			servers("redis", 1, "--appendonly, no", "") + "---\napiVersion: v1\nkind: Service\nmetadata: {name: redis}\nspec: {selector: {app: redis}, ports: [{port: 6379}]}\n---\n" +
				servers("follower", 2, "--replicaof, redis, \"6379\"", ""), "3", "1", "2", "false",
		},
		"replicas of a master elsewhere": {servers("follower", 2, "--replicaof, redis, \"6379\"", ""), "2", "1", "unknown", "false"},
		"nothing runs":                   {servers("redis", 0, cluster, ""), "unknown", "unknown", "unknown", "false"},
		"a RedisFailover":                {"apiVersion: databases.spotahome.com/v1\nkind: RedisFailover\nmetadata: {name: redis}\nspec: {sentinel: {}, redis: {replicas: 5}}", "5", "1", "4", "true"},
		"a Redis of the operator's":      {"apiVersion: redis.redis.opstreelabs.in/v1beta2\nkind: Redis\nmetadata: {name: redis}\nspec: {kubernetesConfig: {}}", "1", "1", "0", "true"},
		"a RedisCluster": {
			"apiVersion: redis.redis.opstreelabs.in/v1beta2\nkind: RedisCluster\nmetadata: {name: redis}\nspec: {clusterSize: 3, kubernetesConfig: {}, redisFollower: {replicas: 6}}", "9", "3", "2", "true",
		},
		"a RedisCluster without followers": {
			"apiVersion: redis.redis.opstreelabs.in/v1beta2\nkind: RedisCluster\nmetadata: {name: redis}\nspec: {clusterSize: 3, kubernetesConfig: {}, redisFollower: {replicas: 0}}", "3", "3", "0", "true",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts(t, one(t, test.yaml), map[string]string{
				"/shape/nodes": test.nodes, "/shape/masters": test.masters, "/shape/replicas": test.replicas, "/shape/whole": test.whole,
			})
		})
	}
}

func TestSentinelsThatAreElsewhere(t *testing.T) {
	t.Parallel()
	service := func(name, selector, port string) string {
		return "---\napiVersion: v1\nkind: Service\nmetadata: {name: " + name + "}\nspec: {selector: {app: " + selector + "}, ports: [{port: " + port + "}]}\n"
	}
	pair := servers("redis", 1, "--appendonly, no", "") + service("redis", "redis", "6379") + "---\n" + servers("follower", 2, "--replicaof, redis, \"6379\"", "")
	for name, test := range map[string]struct{ yaml, watched string }{
		"nothing speaks of any":            {pair, "false"},
		"a Service of others":              {pair + service("redis-sentinel", "redis-sentinel", "26379"), "unknown"},
		"a Service of other servers":       {pair + service("other", "other", "6379"), "false"},
		"a Service of the Pods' own":       {pair + service("redis-sentinel", "redis", "26379"), "false"},
		"in another namespace":             {pair + strings.Replace(service("redis-sentinel", "redis-sentinel", "26379"), "{name:", "{namespace: other, name:", 1), "false"},
		"Sentinels that an operator makes": {"apiVersion: databases.spotahome.com/v1\nkind: RedisFailover\nmetadata: {name: redis}\nspec: {sentinel: {}, redis: {}}", "true"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, r := range discover(t, test.yaml).Redis {
				if r.Name == "redis" {
					facts(t, r, map[string]string{"/shape/watched": test.watched})
				}
			}
		})
	}
}

func TestRoles(t *testing.T) {
	t.Parallel()
	const service = "---\napiVersion: v1\nkind: Service\nmetadata: {name: redis}\nspec: {selector: {app: redis}, ports: [{port: 6379}]}\n---\n"
	for name, test := range map[string]struct{ yaml, first, second string }{
		"a server":            {servers("redis", 1, "--appendonly, no", ""), `"master"`, "unknown"},
		"a node of a cluster": {servers("redis", 6, `--cluster-enabled, "yes"`, ""), `"any"`, "unknown"},
		"a master and its replicas": {
			servers("redis", 1, "--appendonly, no", "") + service + servers("follower", 2, `--replicaof, redis, "6379"`, ""), `"replica"`, `"master"`,
		},
		"replicas of a master elsewhere": {servers("follower", 2, `--replicaof, redis, "6379"`, ""), `"replica"`, "unknown"},
		"replicas of one of their own":   {servers("redis", 3, `--replicaof, redis-0.redis, "6379"`, ""), `"any"`, "unknown"},
		"the first of them is the master": {
			strings.Replace(servers("redis", 3, "", ""), "args: []",
				`command: [sh, -c, 'if [ "$HOSTNAME" = redis-0 ]; then redis-server; else redis-server --replicaof redis-0.redis 6379; fi']`, 1), `"any"`, "unknown",
		},
		"a RedisFailover that follows another": {
			"apiVersion: databases.spotahome.com/v1\nkind: RedisFailover\nmetadata: {name: redis}\nspec: {sentinel: {}, redis: {}, bootstrapNode: {host: a}}", `"replica"`, "unknown",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts(t, one(t, test.yaml), map[string]string{"/nodes/0/role": test.first, "/nodes/1/role": test.second})
		})
	}
}

func TestSettingsOfReplication(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ args, replicas, backlog, buffer, threads string }{
		"the defaults":          {"--appendonly, no", "0", "1048576", "268435456", "1"},
		"set":                   {"--min-slaves-to-write, \"2\", --repl-backlog-size, 64mb, --client-output-buffer-limit, replica 1gb 0 0, --io-threads, \"4\"", "2", "67108864", "1073741824", "4"},
		"switched off by a lag": {"--min-replicas-to-write, \"2\", --min-replicas-max-lag, \"0\"", "0", "1048576", "268435456", "1"},
		"known at run time":     {"--min-replicas-to-write, $(N), --repl-backlog-size, $(N), --client-output-buffer-limit, replica $(N) 0 0, --io-threads, $(N)", "unknown", "unknown", "unknown", "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts(t, one(t, servers("redis", 3, test.args, "")), map[string]string{
				"/nodes/0/config/min_replicas_to_write/value": test.replicas,
				"/nodes/0/config/repl_backlog_size/bytes":     test.backlog,
				"/nodes/0/config/replica_output_buffer/bytes": test.buffer,
				"/nodes/0/config/io_threads/value":            test.threads,
			})
		})
	}
}
