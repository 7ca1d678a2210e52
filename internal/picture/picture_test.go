package picture

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/redislint/redislint/internal/fixture"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/topology"
)

func known[T any](v T) topology.Field[T] { return topology.Known(v, topology.Origin{}) }

func object(kind, name string) topology.Object {
	return topology.Object{Kind: kind, Namespace: "shop", Name: name}
}

func node(name, role string, replicas int64) topology.Node {
	return topology.Node{
		Object: object("StatefulSet", name), Role: known(role), Replicas: known(replicas),
		Memory: &topology.Resource{Limit: &topology.Quantity{Present: true, Text: "1Gi"}},
		Config: &topology.Config{
			MaxMemory:  &topology.Size{Set: true, Text: "768mb"},
			AppendOnly: &topology.Flag{On: known(true)}, Save: &topology.Save{On: known(false)},
		},
		Data: &topology.Data{
			Kind: known("claim"), Size: &topology.Quantity{Present: true, Text: "8Gi"}, Mount: "/data",
			Class: &topology.Class{Present: true, Name: known("gp3"), Medium: known("ssd")},
		},
	}
}

func one() *topology.Redis {
	return &topology.Redis{
		Name: "redis", Source: "workload", Flavor: "StatefulSet", Mode: known(topology.Standalone),
		Nodes: []topology.Node{node("redis", "master", 1)},
	}
}

// watched has everything that a picture may show.
func watched() *topology.Redis {
	return &topology.Redis{
		Name: "redis", Namespace: "shop", Flavor: "Bitnami redis 23.1", Mode: known(topology.Sentinel), Profile: topology.Store,
		Nodes: []topology.Node{node("redis-node", "any", 3)},
		Sentinels: []topology.SentinelNode{
			{Object: object("StatefulSet", "redis-node"), Replicas: known(int64(3)), MasterGroup: known("mymaster")},
		},
		MasterGroups: []topology.MasterGroup{{Name: "mymaster", Sentinels: known(int64(3)), Quorum: known(int64(2))}},
		Services: []topology.Service{
			{Object: object("Service", "redis"), Type: known("ClusterIP"), Nodes: []int64{0}},
			{Object: object("Service", "redis-headless"), Type: known("ClusterIP"), Headless: known(true), Nodes: []int64{0, 7}},
		},
		Clients: []topology.Client{
			{Object: object("Deployment", "cart"), Variable: "REDIS_HOST", Host: "redis.shop.svc", Reaches: known("any")},
			{Object: object("Deployment", "cart"), Variable: "SENTINEL_HOST", Host: "elsewhere", Reaches: known("sentinel")},
		},
		Routes:   []topology.Route{{Object: object("IngressRouteTCP", "redis"), Service: "redis"}},
		Exporter: &topology.Exporter{Present: true, Kind: "sidecar"},
	}
}

func sixNodes() *topology.Redis {
	r := one()
	r.Mode, r.Flavor = known(topology.Cluster), "RedisCluster"
	r.Shape = &topology.Shape{Masters: known(int64(3))}
	r.Nodes = []topology.Node{node("redis", "any", 6)}
	return r
}

func fifty() *topology.Redis {
	r := one()
	r.Nodes = nil
	for i := range 50 {
		r.Nodes = append(r.Nodes, node(fmt.Sprintf("redis-shard-%d", i), "master", 1))
	}
	return r
}

// evil is a name that means something in each format, and more than a terminal or a reader should get.
const evil = "\x1b[2J\"]--><script>alert(1)</script>&lt;%%\n\\N #quot; `x` ]]> \u202e\u200b\ufdfd " + "漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字\xff"

func hostile() *topology.Redis {
	r := watched()
	r.Name, r.Namespace, r.Flavor = evil, evil, evil
	r.Nodes[0].Object = topology.Object{Kind: evil, Name: evil}
	r.Nodes[0].Config.MaxMemory.Text, r.Nodes[0].Data.Mount, r.Nodes[0].Data.Size.Text = evil, evil, evil
	r.Nodes[0].Replicas = known(int64(9223372036854775807))
	r.Services[0].Object, r.Clients[0].Object = r.Nodes[0].Object, r.Nodes[0].Object
	r.Clients[0].Host, r.Clients[0].Variable = evil, evil
	r.Sentinels[0].MasterGroup = known(evil)
	r.MasterGroups[0].Name = evil
	return r
}

// at returns findings that point into the model of a Redis.
func at(r *topology.Redis, severity rules.Severity, pointers ...string) []rules.Finding {
	name := r.Name
	if r.Namespace != "" {
		name = r.Namespace + "/" + r.Name
	}
	var list []rules.Finding
	for i, pointer := range pointers {
		list = append(list, rules.Finding{
			Rule: &rules.Rule{ID: "rule"}, Severity: severity, Message: "of " + pointer, Redis: name, Pointer: pointer,
			Fingerprint: fmt.Sprintf("%s-%d", severity, i),
		})
	}
	return list
}

func TestFormats(t *testing.T) {
	t.Parallel()
	all := map[string]*topology.Redis{"one": one(), "watched": watched(), "cluster": sixNodes(), "fifty": fifty(), "hostile": hostile()}
	formats := map[string]func(io.Writer, []Picture) error{"svg": SVG, "mmd": Mermaid, "dot": DOT}
	for name, redis := range all {
		findings := append(at(redis, rules.Error, "/nodes/0/memory/limit"), at(redis, rules.Warning, "/nodes/0/data/size", "")...)
		for extension, write := range formats {
			t.Run(name+" as "+extension, func(t *testing.T) {
				t.Parallel()
				var out bytes.Buffer
				if err := write(&out, []Picture{Of(redis, findings)}); err != nil {
					t.Fatal(err)
				}
				fixture.Golden(t, "testdata/"+name+"."+extension, out.Bytes())
				if i := bytes.IndexFunc(out.Bytes(), func(r rune) bool { return r < ' ' && r != '\n' || r == '\u202e' || r == '\u200b' }); i >= 0 {
					t.Errorf("byte %d is for nobody to see", i)
				}
				if bytes.Contains(out.Bytes(), []byte("<script")) && extension != "dot" {
					t.Error("a name became an element")
				}
			})
		}
	}
}

func TestMarks(t *testing.T) {
	t.Parallel()
	r := watched()
	r.Routes, r.Exporter = nil, nil
	r.DisruptionBudgets = []topology.DisruptionBudget{{Nodes: []int64{0, 3}}}
	tests := map[string]struct{ pointer, part string }{
		"a field of a node":   {"/nodes/0/memory/limit", "redis-node node"},
		"the data of a node":  {"/nodes/0/data/class", "8Gi volume"},
		"a Sentinel":          {"/sentinels/0/monitored", "redis-node sentinel"},
		"a master group":      {"/master_groups/0/quorum", "redis-node sentinel"},
		"a Service":           {"/services/1/type", "redis-headless service"},
		"a client":            {"/clients/1", "cart client"},
		"a budget":            {"/disruption_budgets/0/allowed", "redis-node node"},
		"the number of nodes": {"/shape/replicas", "redis-node node"},
		"the Redis":           {"", ""},
	}
	r.Shape = &topology.Shape{}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := Of(r, at(r, rules.Warning, test.pointer))
			marked := ""
			for _, part := range p.Parts {
				if part.Severity != "" {
					marked += part.Name + " " + string(part.Kind)
				}
			}
			if marked != test.part || (p.Severity != "") != (test.part == "") {
				t.Errorf("marked %q, want %q", marked, test.part)
			}
		})
	}
}

func TestTheWorstFindingDecides(t *testing.T) {
	t.Parallel()
	r := one()
	findings := append(at(r, rules.Info, "/nodes/0"), at(r, rules.Error, "/nodes/0/image", "/nodes/0/replicas")...)
	waived := at(r, rules.Error, "/nodes/0/data")
	waived[0].Suppressed = &rules.Suppression{}
	other := at(r, rules.Error, "/nodes/0/data")
	other[0].Redis = "shop/redis"
	elsewhere := at(r, rules.Error, "/nodes/0/data") // of another Redis with the same name
	elsewhere[0].Place.Object = &manifest.Object{}
	p := Of(r, append(append(append(findings, waived...), other...), elsewhere...))
	if diff := cmp.Diff(Mark{Severity: rules.Error, Anchor: "error-0", Worst: 2, Found: []string{
		"error rule: of /nodes/0/image", "error rule: of /nodes/0/replicas", "info rule: of /nodes/0",
	}}, p.Parts[0].Mark); diff != "" {
		t.Error(diff)
	}
	if got := p.Parts[0].tally(); got != "2 errors + 1" {
		t.Errorf("tally is %q", got)
	}
	if p.Parts[1].Severity != "" {
		t.Error("a volume has a mark of a finding that is waived or another's")
	}
	if !strings.Contains(p.Inline("p"), `href="#error-0"`) {
		t.Error("the mark leads nowhere")
	}
}

func TestManyNodesBecomeOne(t *testing.T) {
	t.Parallel()
	r := fifty()
	p := Of(r, at(r, rules.Error, "/nodes/40/image"))
	var names []string
	for _, part := range p.Parts {
		if part.Kind == Node {
			names = append(names, part.Name)
		}
	}
	want := []string{"redis-shard-0", "redis-shard-1", "redis-shard-2", "redis-shard-3", "45 more", "redis-shard-40"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

// In every picture, parts stand apart and inside of it, and text inside of its part.
func TestNothingOverlaps(t *testing.T) {
	t.Parallel()
	wide := watched()
	for i := range 3 {
		wide.Nodes = append(wide.Nodes, node(fmt.Sprintf("redis-%d", i), "replica", 30))
		wide.Sentinels = append(wide.Sentinels, topology.SentinelNode{Object: object("Deployment", "s"+strconv.Itoa(i))})
		wide.Services = append(wide.Services, topology.Service{Object: object("Service", "a-name-that-is-longer-than-any-box-"+strconv.Itoa(i))})
	}
	for name, r := range map[string]*topology.Redis{
		"one": one(), "watched": watched(), "cluster": sixNodes(), "fifty": fifty(), "hostile": hostile(), "wide": wide, "nothing": {},
	} {
		for _, named := range []bool{false, true} {
			p := Of(r, nil).arrange(named)
			for i, a := range p.boxes {
				if a.x < 0 || a.y < p.head || a.x+a.width > p.width || a.y+a.height > p.height || a.width <= 0 {
					t.Errorf("%s: part %d at %v is not inside %g x %g", name, i, a, p.width, p.height)
				}
				for k, b := range p.boxes[:i] {
					if a.x < b.x+b.width && b.x < a.x+a.width && a.y < b.y+b.height && b.y < a.y+a.height {
						t.Errorf("%s: parts %d and %d overlap: %v, %v", name, k, i, b, a)
					}
				}
			}
		}
		var out bytes.Buffer
		if err := SVG(&out, []Picture{Of(r, at(r, rules.Error, "/nodes/0"))}); err != nil {
			t.Fatal(err)
		}
		wellFormed(t, name, out.String())
		wellFormed(t, name, Of(r, nil).Inline("x"))
	}
}

func wellFormed(t *testing.T, name, text string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(text))
	ids := map[string]bool{}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%s: %v in\n%s", name, err, text)
		}
		if start, ok := token.(xml.StartElement); ok {
			for _, a := range start.Attr {
				if a.Name.Local == "id" && ids[a.Value] {
					t.Errorf("%s: two elements are called %s", name, a.Value)
				}
				ids[a.Value] = ids[a.Value] || a.Name.Local == "id"
			}
		}
	}
}

func TestTextIsCutToItsRoom(t *testing.T) {
	t.Parallel()
	for _, f := range []font{labelFont, nameFont, factFont, markFont} {
		for _, s := range []string{"", "redis", strings.Repeat("redis-node-", 20), strings.Repeat("W", 90), shown(evil)} {
			cut := f.fit(s, 120)
			if f.width(cut) > 120 {
				t.Errorf("%q is %g wide", cut, f.width(cut))
			}
			if cut != s && !strings.HasSuffix(cut, "…") {
				t.Errorf("%q does not say that it was cut", cut)
			}
		}
	}
}

func FuzzFormats(f *testing.F) {
	f.Add("redis", "StatefulSet", "/data")
	f.Add(evil, evil, evil)
	f.Fuzz(func(t *testing.T, name, kind, fact string) {
		r := watched()
		r.Name, r.Nodes[0].Object = name, topology.Object{Kind: kind, Name: name}
		r.Nodes[0].Data.Mount, r.Services[0].Object.Name = fact, kind
		p := Of(r, at(r, rules.Error, "/nodes/0"))
		var svg, mermaid, dot bytes.Buffer
		if err := errors.Join(SVG(&svg, []Picture{p}), Mermaid(&mermaid, []Picture{p}), DOT(&dot, []Picture{p})); err != nil {
			t.Fatal(err)
		}
		wellFormed(t, "fuzzed", svg.String())
		// A name changes what is on a line, never how many there are.
		plain := watched()
		var want bytes.Buffer
		if err := Mermaid(&want, []Picture{Of(plain, at(plain, rules.Error, "/nodes/0"))}); err != nil {
			t.Fatal(err)
		}
		if len(p.Links) == len(Of(plain, nil).Links) && strings.Count(mermaid.String(), "\n") != strings.Count(want.String(), "\n") {
			t.Errorf("a name broke a line:\n%s", mermaid.String())
		}
	})
}
