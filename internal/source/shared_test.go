package source

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/redisconf"
	"github.com/redislint/redislint/internal/topology"
)

// sharing is a ConfigMap with a redis.conf of so many lines beside the first, and Redis that all load it.
func sharing(redis, lines int) string {
	var b strings.Builder
	b.WriteString("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: config}\ndata:\n  redis.conf: |\n    maxmemory 1gb\n")
	for i := range lines {
		fmt.Fprintf(&b, "    rename-command COMMAND%d \"\"\n", i)
	}
	for i := range redis {
		b.WriteString("---\n" + servers(fmt.Sprintf("redis-%d", i), 1, "redis-server, /config/redis.conf", "      volumes: [{name: config, configMap: {name: config}}]\n"))
	}
	return strings.ReplaceAll(b.String(), `image: "redis:7.2"`, `image: "redis:7.2", volumeMounts: [{name: config, mountPath: /config}]`)
}

// BenchmarkSharedConfiguration tells how much longer 50 Redis take that load one file than the first of them alone.
func BenchmarkSharedConfiguration(b *testing.B) {
	var each [2]time.Duration
	for i, redis := range []int{1, 50} {
		text := sharing(redis, 30_000)
		b.Run(strconv.Itoa(redis), func(b *testing.B) {
			began := time.Now()
			for b.Loop() {
				set := manifest.Decode([]manifest.Input{{Name: "test.yaml", Data: []byte(text)}}, manifest.Options{Sign: Sign})
				if got := len(Discover(set).Redis); got != redis {
					b.Fatalf("%d Redis, want %d", got, redis)
				}
			}
			each[i] = time.Since(began) / time.Duration(b.N)
			if i > 0 && each[0] > 0 {
				b.ReportMetric(float64(each[i])/float64(each[0]), "times-one")
			}
		})
	}
}

// However many load a file, it is read once; what each adds to it stays its own.
func TestFilesAreReadOnce(t *testing.T) {
	t.Parallel()
	var memo fileMemo
	o := &manifest.Object{Kind: "ConfigMap", Name: "config"}
	file := text{value: "maxmemory 1gb\nappendonly no\n", tag: written{Origin: topology.Origin{Object: o, Path: manifest.Path{"data", "redis.conf"}}}}
	first, second := memo.read(file), memo.read(file)
	if &first[0] != &second[0] {
		t.Error("the file is read twice")
	}
	other := file
	other.tag.Object = &manifest.Object{Kind: "ConfigMap", Name: "config"}
	if read := memo.read(other); &read[0] == &first[0] || read[0].Origin.(written).Object != other.tag.Object {
		t.Error("a file of another ConfigMap with the same text is taken for it")
	}
	altered := file
	altered.tag.altered = true
	if read := memo.read(altered); &read[0] == &first[0] {
		t.Error("a text that was altered on its way is taken for the file")
	}
	if read := memo.read(text{tag: file.tag}); len(read) > 0 {
		t.Errorf("an empty file has %d directives", len(read))
	}
	option := directive("maxmemory", "2gb", written{})
	for _, test := range []struct {
		options []redisconf.Directive
		want    int64
	}{
		{nil, 1 << 30}, {[]redisconf.Directive{option}, 2 << 30}, {nil, 1 << 30},
	} {
		if got, _, _ := memo.merge(first, test.options).Size("maxmemory"); got != test.want {
			t.Errorf("maxmemory is %d, want %d", got, test.want)
		}
	}
	if got, _, d := memo.merge(first[:1]).Bool("appendonly"); got || d != nil {
		t.Error("a part of the file is taken for all of it")
	}
}

// Servers of one ConfigMap, some with options, and a file that includes another.
func TestServersThatShareAFile(t *testing.T) {
	t.Parallel()
	yaml := sharing(3, 100)
	yaml = strings.Replace(yaml, "redis-server, /config/redis.conf", "redis-server, /config/redis.conf, --maxmemory, 2gb", 1)
	yaml = strings.Replace(yaml, "redis-server, /config/redis.conf]", "redis-server, /config/second.conf]", 1)
	yaml = strings.Replace(yaml, "data:\n", "data:\n  second.conf: |\n    include /config/redis.conf\n    maxmemory 3gb\n", 1)
	found := discover(t, yaml)
	var got []string
	for _, r := range found.Redis {
		bytes, _ := r.Nodes[0].Config.MaxMemory.Bytes.Get()
		got = append(got, strconv.FormatInt(bytes>>30, 10))
	}
	if strings.Join(got, " ") != "2 3 1" {
		t.Errorf("maxmemory of the three is %v GiB, want 2, 3 and 1", got)
	}
}

// An image's entrypoint takes a file that ends in .conf for the server's configuration. Nobody runs it.
func TestConfigurationsAreNotFollowedAsScripts(t *testing.T) {
	t.Parallel()
	yaml := strings.ReplaceAll(sharing(1, 0), "redis-server, /config/redis.conf", "/config/redis.conf")
	yaml = strings.Replace(yaml, "    maxmemory 1gb\n", "    maxmemory 1gb\n    redis-server --maxmemory 7gb\n", 1)
	bytes, _ := one(t, yaml).Nodes[0].Config.MaxMemory.Bytes.Get()
	if bytes != 1<<30 {
		t.Errorf("maxmemory is %d, want that of the file", bytes)
	}
}
