package report

import (
	"testing"
	"time"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
)

const shop = `# Source: redis/templates/redis.yaml
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: redis
  namespace: shop
spec:
  serviceName: redis-headless
  replicas: 2
  template:
    spec:
      containers:
      - name: redis
        resources:
          limits: {memory: 1Gi}
`

const config = `apiVersion: v1
kind: ConfigMap
metadata:
  name: redis-config
  namespace: shop
data:
  redis.conf: |
    appendonly yes
    maxmemory 1gb
`

var (
	sentinelTooFew = &rules.Rule{
		ID: "sentinel-too-few", Category: "availability", Severity: rules.Error,
		Title: "Fewer Sentinels than a failover needs",
		Description: "A failover needs the vote of a majority of all Sentinels that were ever seen.\n" +
			"With two of them, the loss of one leaves no majority:\n" +
			"- the master stays down,\n- clients keep writing to nobody.\n\n" +
			"Measured: with two Sentinels no failover started in ten minutes.",
		Remediation: "set replicas to 3 (5 to survive two failures)",
		Params: []rules.Param{
			{Name: "minimum", Description: "Smallest number of Sentinels\nfor one master group.", Default: 3},
			{Name: "names", Description: "Master groups that are left out.", Default: []any{"cache", "test"}},
		},
		LoadExamples: examples("kind: StatefulSet\nspec:\n  replicas: 2 # want sentinel-too-few\n", "kind: StatefulSet\nspec:\n  replicas: 3\n"),
		References: []rules.Reference{
			{Title: "High availability with Redis Sentinel", URL: "https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/"},
		},
		RenamedFrom: []string{"too-few-sentinels"},
		File:        "availability/sentinel_too_few.rego",
	}
	maxmemoryTooHigh = &rules.Rule{
		ID: "maxmemory-too-high", Category: "memory", Severity: rules.Error,
		Title:        "maxmemory leaves no room in the container's memory limit",
		Description:  "The kernel kills the server at the limit.",
		Remediation:  "lower maxmemory to 75 % of the memory limit, or raise the limit so that fork, replication buffers and fragmentation have room",
		LoadExamples: examples("maxmemory 1gb", "maxmemory 768mb"),
		File:         "memory/maxmemory_too_high.rego",
	}
)

var exporterMissing = &rules.Rule{
	ID: "exporter-missing", Category: "operations", Severity: rules.Info,
	Title: "No exporter", Description: "Nobody sees what happens.", Remediation: "run redis_exporter beside Redis",
	LoadExamples: examples("containers: []", "containers: [{name: exporter}]"),
	File:         "operations/exporter_missing.rego",
}

func examples(bad, good string) func() rules.Examples {
	return func() rules.Examples { return rules.Examples{Bad: bad, Good: good} }
}

// place locates a pointer in an object.
func place(t *testing.T, object *manifest.Object, pointer string) rules.Place {
	t.Helper()
	path, err := manifest.ParsePointer(pointer)
	if err != nil {
		t.Fatal(err)
	}
	return rules.Place{Object: object, Path: path, Position: object.Locate(path), In: object}
}

func decode(t *testing.T, inputs ...manifest.Input) []*manifest.Object {
	t.Helper()
	set := manifest.Decode(inputs, manifest.Options{})
	if len(set.Errors) > 0 {
		t.Fatalf("decode: %v", set.Errors)
	}
	return set.Objects
}

func sample(t *testing.T) Report {
	t.Helper()
	objects := decode(t,
		manifest.Input{Name: "shop/config.yaml", Data: []byte(config)},
		manifest.Input{Name: "shop/redis.yaml", Data: []byte(shop)})
	conf, redis := objects[0], objects[1]
	values := manifest.Plain("shop/values.yaml", "master:\n  resources:\n    requests: {memory: 512Mi}\n")
	unwritten := &manifest.Object{APIVersion: "v1", Kind: "Service", Namespace: "shop", Name: "redis"}

	replicas := place(t, redis, "/spec/replicas")
	limit := place(t, redis, "/spec/template/spec/containers/0/resources/limits/memory")
	directive := place(t, conf, "/data/redis.conf")
	directive.Position = conf.LocateWithin(directive.Path, len("appendonly yes\n"), len("maxmemory 1gb"))
	return Report{
		Findings: []rules.Finding{
			{
				Rule: exporterMissing, Severity: rules.Info, Place: rules.Place{Object: unwritten}, Redis: "shop/redis",
				Message: "nobody sees its memory", Fingerprint: "0a11",
				Related: []rules.Related{{Message: "an object that is written in no file"}},
			},
			{
				Rule: maxmemoryTooHigh, Severity: rules.Info, Place: directive, Redis: "shop/redis",
				Message: "a note in another file", Fingerprint: "5c1d",
			},
			{
				Rule: sentinelTooFew, Severity: rules.Error, Place: replicas, Redis: "shop/redis", Fingerprint: "92af",
				Message: "2 Sentinels for master group mymaster; a failover needs a majority of at least 3",
				Related: []rules.Related{{Place: replicas, Message: "one Sentinel sidecar in each replica"}},
			},
			{
				Rule: sentinelTooFew, Severity: rules.Error, Place: replicas, Redis: "shop/redis", Fingerprint: "92b0",
				Message:    "2 Sentinels for master group cache",
				Suppressed: &rules.Suppression{Reason: "only for a demonstration", Until: "2027-01-31", Form: rules.Annotation},
			},
			{
				Rule: maxmemoryTooHigh, Severity: rules.Warning, Place: limit, Redis: "shop/redis", Container: "redis",
				Fingerprint: "77e0",
				Message: "maxmemory 1gb is 100 % of the memory limit 1Gi, more than 75 % (max_percent); nothing is left for fork, " +
					"client buffers and fragmentation",
				Related: []rules.Related{{Place: directive, Message: "written here"}},
			},
			{
				Rule: maxmemoryTooHigh, Severity: rules.Warning, Redis: "shop/redis", Container: "redis", Fingerprint: "77e1",
				Message: "memory request 512Mi is below the limit 1Gi",
				Place: rules.Place{
					Object: redis, Path: limit.Path, In: values,
					Position: manifest.Position{Line: 3, Column: 24, EndLine: 3, EndColumn: 29},
					Values: &rules.Values{
						Key: "master.resources.requests.memory", File: "shop/values.yaml",
						Position: manifest.Position{Line: 3, Column: 24, EndLine: 3, EndColumn: 29},
					},
				},
			},
		},
		Redis: []Redis{
			{
				Name: "redis", Namespace: "shop", Mode: "sentinel", Source: "bitnami", Flavor: "Bitnami redis 23.1", Profile: "store",
				Objects: []*manifest.Object{redis, conf},
			},
			{Name: "other", Namespace: "shop", Source: "workload", Profile: "unknown", Objects: []*manifest.Object{redis}},
			{Name: "sound", Mode: "standalone", Source: "workload", Profile: "unknown", Objects: []*manifest.Object{conf}},
		},
		Unseen: []Unseen{
			{Redis: "shop/redis", Kind: "StorageClass", Name: "ssd", Unknown: []string{"storage medium"}},
			{Redis: "shop/redis", Kind: "Secret", Name: "redis-acl", Unknown: nil},
			{Redis: "shop/other", Kind: "StorageClass", Name: "ssd", Unknown: []string{"storage medium", "volume size"}},
		},
		Undecided: []rules.Undecided{
			{Rule: "volume-too-small", Redis: "shop/redis", Reason: "to_number: invalid syntax"},
			{Redis: "shop/other", Reason: "internal failure"},
		},
		Errors:  []manifest.Error{{File: "shop/broken.yaml", Line: 7, Message: "did not find expected key"}, {File: "shop/huge.yaml", Message: "file is larger than 268435456 bytes"}},
		Notices: []manifest.Notice{{File: "shop/chart/templates", Message: "templates of a Helm chart are not read"}},
		Unknown: decode(t, manifest.Input{Name: "shop/kubedb.yaml", Data: []byte("apiVersion: kubedb.com/v1\nkind: Redis\nmetadata: {name: sessions}\n")}),
		Repairs: map[string]Repair{
			"77e1": {Safe: true, Edits: []Edit{{
				File: "shop/values.yaml", Position: manifest.Position{Line: 3, Column: 24, EndLine: 3, EndColumn: 29}, Text: "1Gi",
			}}},
			"92af": {Note: "more Pods are more machines", Edits: []Edit{
				{File: "shop/redis.yaml", Position: manifest.Position{Line: 9, Column: 13, EndLine: 9, EndColumn: 14}, Text: "3"},
				{File: "shop/config.yaml", Position: manifest.Position{Line: 8, Column: 19, EndLine: 8, EndColumn: 19}, Text: "\n    save 60 1"},
			}},
			"92b0": {Safe: true, Edits: []Edit{{File: "shop/redis.yaml"}}}, // it is waived
		},
		FailOn:  rules.Warning,
		Version: "v1.2.3",
		Page:    func(rule *rules.Rule) string { return "https://example.com/rules/" + rule.ID },
		Summary: Summary{Files: 3, Objects: 14, Unread: 2, Elapsed: 38 * time.Millisecond},
	}
}
