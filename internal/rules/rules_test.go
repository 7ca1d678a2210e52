package rules_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/topology"
)

// ruleSource writes a rule with the least METADATA that loads. More of it goes under custom.
func ruleSource(name, custom, body string) string {
	return fmt.Sprintf(`# METADATA
# title: A title
# description: A description
# custom:
#   severity: error
#   remediation: do something
#   examples:
#     bad: "kind: Pod"
#     good: "kind: Service"
%spackage redislint.%s

%s
`, comment(custom), name, body)
}

// comment indents lines to stand under custom.
func comment(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("#   " + strings.TrimSuffix(line, "\n") + "\n")
	}
	return b.String()
}

// silent is the body of a rule that finds nothing.
const silent = `findings contains {"at": "", "message": "m"} if input.mode == "none"`

// files makes a folder of rules.
func files(sources map[string]string) fstest.MapFS {
	folder := fstest.MapFS{}
	for name, source := range sources {
		folder[name] = &fstest.MapFile{Data: []byte(source)}
	}
	return folder
}

// load loads rules of category test, given as bodies by their file names.
func load(t testing.TB, bodies map[string]string) *rules.Library {
	t.Helper()
	sources := map[string]string{}
	for name, body := range bodies {
		sources["test/"+name+".rego"] = ruleSource("test."+name, "", body)
	}
	return mustLoad(t, files(sources))
}

func mustLoad(t testing.TB, folder fstest.MapFS) *rules.Library {
	t.Helper()
	library, err := rules.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	return library
}

func selected(t testing.TB, library *rules.Library, selection rules.Selection) *rules.Evaluator {
	t.Helper()
	evaluator, err := library.Select(selection)
	if err != nil {
		t.Fatal(err)
	}
	return evaluator
}

func evaluate(t testing.TB, evaluator *rules.Evaluator, redis *topology.Redis) rules.Verdict {
	t.Helper()
	verdict, err := evaluator.Evaluate(t.Context(), redis)
	if err != nil {
		t.Fatal(err)
	}
	return verdict
}

// shop is a StatefulSet with a Redis and its exporter, a ConfigMap with its redis.conf, and a Service.
const shop = `apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: redis
  namespace: shop
spec:
  replicas: 3
  template:
    spec:
      containers:
      - name: redis
        image: redis:7.2
        resources:
          limits:
            memory: 1Gi
      - name: exporter
        image: exporter:1
  volumeClaimTemplates:
  - metadata:
      name: data
    spec:
      resources:
        requests:
          storage: 1Gi
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: redis-config
  namespace: shop
data:
  redis.conf: |
    appendonly yes
    maxmemory 1gb
---
apiVersion: v1
kind: Service
metadata:
  name: redis
  namespace: shop
`

// decode reads the objects of shop, or of what a test made of it.
func decode(t testing.TB, text string) (workload, config, service *manifest.Object) {
	t.Helper()
	set := manifest.Decode([]manifest.Input{{Name: "redis.yaml", Data: []byte(text)}}, manifest.DefaultOptions())
	if len(set.Errors) > 0 {
		t.Fatal(set.Errors)
	}
	for _, object := range set.Objects {
		switch object.Kind {
		case "StatefulSet":
			workload = object
		case "ConfigMap":
			config = object
		case "Service":
			service = object
		}
	}
	return workload, config, service
}

// redisOf models the Redis of shop as a source would.
func redisOf(t testing.TB, text string) *topology.Redis {
	t.Helper()
	workload, config, service := decode(t, text)
	containers := manifest.Path{"spec", "template", "spec", "containers"}
	index := ""
	for i, container := range workload.Root.At(containers).Items() {
		if name, _ := container.Get("name").Str(); name == "redis" {
			index = fmt.Sprint(i)
		}
	}
	container := topology.Origin{Object: workload, Path: append(containers, index)}
	limit := container.At("resources", "limits", "memory")
	size := topology.Origin{Object: workload}.At("spec", "volumeClaimTemplates", "0", "spec", "resources", "requests", "storage")
	conf := topology.Origin{Object: config, Path: manifest.Path{"data", "redis.conf"}}
	directives, _ := config.Root.At(conf.Path).Str()
	maxmemory := conf.Within(strings.Index(directives, "maxmemory"), len("maxmemory 1gb"))

	return &topology.Redis{
		Origin:    topology.Origin{Object: workload},
		Name:      "redis",
		Namespace: "shop",
		Mode:      topology.Known(topology.Replication, topology.Origin{}),
		Nodes: []topology.Node{{
			Origin:    container,
			Object:    topology.Object{Kind: "StatefulSet", Namespace: "shop", Name: "redis"},
			Container: "redis",
			Replicas:  topology.Known(int64(3), topology.Origin{Object: workload}.At("spec", "replicas")),
			Memory: &topology.Resource{
				Origin:  container.At("resources"),
				Request: &topology.Quantity{Origin: container.At("resources", "requests", "memory")},
				Limit:   &topology.Quantity{Origin: limit, Present: true, Amount: topology.Known(int64(1<<30), limit), Text: "1Gi"},
			},
			Config: &topology.Config{
				Origin: conf,
				MaxMemory: &topology.Size{
					Origin: maxmemory, Set: true, Bytes: topology.Known(int64(1<<30), maxmemory), Text: "1gb",
				},
			},
			Data: &topology.Data{Size: &topology.Quantity{Origin: size, Present: true, Amount: topology.Known(int64(1<<30), size)}},
		}},
		Sentinels: []topology.SentinelNode{{
			Origin:    container,
			Container: "sentinel",
			Replicas:  topology.Known(int64(3), topology.Origin{Object: workload}.At("spec", "replicas")),
		}},
		Services: []topology.Service{{Origin: topology.Origin{Object: service}}},
	}
}
