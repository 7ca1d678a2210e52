package source

import (
	"fmt"
	"strings"
	"testing"
)

// replica is a StatefulSet of one Pod that follows redis-0, and has the label
// group=redis as all do. spec are further lines of its Pods' spec.
func replica(i int, spec string) string {
	yaml := servers(fmt.Sprintf("redis-%d", i), 1, "--replicaof, redis-0, \"6379\"", spec)
	if i == 0 {
		yaml = servers("redis-0", 1, "--appendonly, no", spec)
	}
	yaml = strings.Replace(yaml, "tier: data}", fmt.Sprintf("tier: data, group: redis, number: \"%d\"}", i), 1)
	return yaml + fmt.Sprintf("---\napiVersion: v1\nkind: Service\nmetadata: {name: redis-%[1]d}\nspec: {selector: {app: redis-%[1]d}, ports: [{port: 6379}]}\n", i)
}

// TestWhatKeepsWorkloadsApart is about workloads of one Pod each, of one Redis.
func TestWhatKeepsWorkloadsApart(t *testing.T) {
	t.Parallel()
	anti := func(labels string) string {
		return "      affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: host, labelSelector: {matchLabels: {" + labels + "}}}]}}\n"
	}
	for sentence, test := range map[string]struct {
		specs []string
		want  []string // of /nodes/i/spread/mutual
	}{
		"there is one":                              {[]string{""}, []string{"unknown"}},
		"nothing":                                   {[]string{"", "", ""}, []string{"false", "false", "false"}},
		"a label that all have":                     {[]string{anti("group: redis"), anti("group: redis")}, []string{"true", "true"}},
		"a constraint":                              {[]string{"", "      topologySpreadConstraints: [{labelSelector: {matchLabels: {group: redis}}}]\n"}, []string{"true", "true"}},
		"each a label of its own":                   {[]string{anti("number: \"0\""), anti("number: \"1\"")}, []string{"false", "false"}},
		"one of three wants to be alone":            {[]string{"", "", anti("group: redis")}, []string{"true", "true", "true"}},
		"one of three keeps away from one":          {[]string{"", "", anti("number: \"1\"")}, []string{"false", "true", "true"}},
		"each is sent to a machine":                 {[]string{"      nodeName: a\n", "      nodeName: b\n"}, []string{"unknown", "unknown"}},
		"each is sent to machines of its own":       {[]string{"      nodeSelector: {host: a}\n", "      nodeSelector: {host: b}\n"}, []string{"unknown", "unknown"}},
		"all are sent to the same machines":         {[]string{"      nodeSelector: {disk: ssd}\n", "      nodeSelector: {disk: ssd}\n"}, []string{"false", "false"}},
		"a label that is decided elsewhere":         {[]string{"", anti("group: \"${GROUP}\"")}, []string{"unknown", "unknown"}},
		"a placeholder for all terms":               {[]string{"      affinity: \"{{ .Values.affinity }}\"\n", ""}, []string{"unknown", "unknown"}},
		"labels of Pods of another Redis":           {[]string{"", anti("group: memcached")}, []string{"false", "false"}},
		"another affinity, the same for all, is no": {[]string{"      affinity: {nodeAffinity: {}}\n", "      affinity: {nodeAffinity: {}}\n"}, []string{"false", "false"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			var yaml []string
			want := map[string]string{}
			for i, spec := range test.specs {
				yaml = append(yaml, replica(i, spec))
				want[fmt.Sprintf("/nodes/%d/spread/mutual", i)] = test.want[i]
			}
			facts(t, one(t, strings.Join(yaml, "---\n")), want)
		})
	}
}

// Comparing each workload with each is bounded: a Redis of many more is left
// unknown.
func TestManyWorkloadsAreNotCompared(t *testing.T) {
	t.Parallel()
	var yaml []string
	for i := range 400 {
		yaml = append(yaml, replica(i, ""))
	}
	facts(t, one(t, strings.Join(yaml, "---\n")), map[string]string{"/nodes/0/spread/mutual": "unknown", "/shape/nodes": "400"})
}

// Two servers of one Pod are always on one machine.
func TestServersOfOnePodAreOneWorkload(t *testing.T) {
	t.Parallel()
	both := strings.Replace(replica(0, ""), "containers: [", "containers: [{name: second, image: \"redis:7.2\", args: [--port, \"6380\", --replicaof, redis-0, \"6379\"]}, ", 1)
	facts(t, one(t, both), map[string]string{"/nodes/0/spread/mutual": "unknown", "/nodes/1/spread/mutual": "unknown"})
	facts(t, one(t, both+"---\n"+replica(1, "")), map[string]string{
		"/nodes/0/spread/mutual": "false", "/nodes/1/spread/mutual": "unknown", "/nodes/2/spread/mutual": "false",
	})
}
