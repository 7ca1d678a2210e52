package source

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/topology"
)

// clientKinds are the kinds that run clients, as "group/Kind", and where their
// Pods' spec is.
var clientKinds = map[string]manifest.Path{
	"apps/Deployment":                    {"spec", "template"},
	"apps/StatefulSet":                   {"spec", "template"},
	"apps/DaemonSet":                     {"spec", "template"},
	"apps/ReplicaSet":                    {"spec", "template"},
	"extensions/Deployment":              {"spec", "template"},
	"apps.openshift.io/DeploymentConfig": {"spec", "template"},
	"argoproj.io/Rollout":                {"spec", "template"},
	"serving.knative.dev/Service":        {"spec", "template"},
	"batch/Job":                          {"spec", "template"},
	"batch/CronJob":                      {"spec", "jobTemplate", "spec", "template"},
	"/ReplicationController":             {"spec", "template"},
	"/Pod":                               {},
}

// notClients are words in the images of programs that connect to a Redis to
// watch it, to show it, or to stand in front of it.
var notClients = []string{"exporter", "haproxy", "envoy", "proxy", "insight", "commander", "admin", "operator", "sentinel", "backup", "rebrow", "console"}

// connect notes in each Redis which workloads of the input name it.
func (x *index) connect(all []*topology.Redis) {
	for _, r := range all {
		r.Clients = []topology.Client{}
	}
	if len(x.addresses.services)+len(x.addresses.named) == 0 {
		return
	}
	parts := map[*manifest.Object]bool{}
	for _, r := range all {
		for _, n := range r.Nodes {
			parts[n.Origin.Object] = true
		}
		for _, s := range r.Sentinels {
			parts[s.Origin.Object] = true
		}
	}
	touched := map[*topology.Redis]bool{}
	for _, o := range x.objects {
		path, ok := clientKinds[o.Group()+"/"+o.Kind]
		if !ok || parts[o] || x.owned(o) {
			continue
		}
		template := topology.Origin{Object: o, Path: path}
		root := o.Root.At(path)
		p := &pod{x: x, object: o, meta: root.Get("metadata"), spec: template.At("spec"), root: root.Get("spec")}
		for _, c := range p.read("containers") {
			for _, r := range c.connect() {
				touched[r] = true
			}
		}
	}
	for r := range touched {
		slices.SortStableFunc(r.Clients, func(a, b topology.Client) int {
			return cmp.Or(compareObjects(a.Origin.Object, b.Origin.Object), cmp.Compare(a.Container, b.Container),
				cmp.Compare(a.Origin.Path.Pointer(), b.Origin.Path.Pointer()), cmp.Compare(a.Host, b.Host))
		})
		slices.SortStableFunc(r.Passwords, func(a, b topology.WrittenPassword) int {
			return cmp.Or(compareObjects(a.Origin.Object, b.Origin.Object), cmp.Compare(a.Origin.Path.Pointer(), b.Origin.Path.Pointer()))
		})
		r.Objects = x.inOrder(x.asWritten(r.Objects))
	}
}

// connect adds to each Redis the places in the container that name it.
func (c *container) connect() []*topology.Redis {
	base := imageBase(c.image)
	if slices.Contains(serverImages, base) || isServerName(base) || slices.ContainsFunc(notClients, func(word string) bool { return strings.Contains(base, word) }) {
		return nil
	}
	found := map[*topology.Redis][]topology.Client{}
	told := hints{}
	note := func(m mention) {
		a, ok := c.pod.x.lookUp(m.host, c.pod.object)
		if !ok {
			return
		}
		client := topology.Client{
			Origin: m.origin, Object: objectOf(c.pod.object), Container: c.name,
			Variable: m.variable, Host: m.host, Pod: a.pod, Reaches: a.reaches, Reads: readsOnly.MatchString(m.variable),
		}
		port := m.port
		if port == 0 {
			port = c.portBeside(m.variable)
		}
		switch {
		case slices.Contains(a.sentinel, port), len(a.data) == 0 && len(a.sentinel) > 0:
			client.Reaches = topology.Known("sentinel", m.origin)
			told.sentinel = true
		case port == 0 && len(a.data) > 0, slices.Contains(a.data, port):
		default:
			return // another port of the same Pods: that of an exporter
		}
		if port != 0 {
			client.Port = topology.Known(port, m.origin)
		}
		if m.secret {
			a.redis.Passwords = append(a.redis.Passwords, topology.WrittenPassword{
				Origin: m.origin, Setting: cmp.Or(m.variable, "an argument"), Kind: m.origin.Object.Kind,
			})
		}
		told.cluster = told.cluster || m.several
		told.scheme(m.scheme)
		found[a.redis] = append(found[a.redis], client)
	}
	for v := range c.variables() {
		told.variable(v.name, v.value)
		for m := range mentions(v.name, v.value, v.origin) {
			note(m)
		}
	}
	for m := range c.arguments() {
		note(m)
	}
	if len(found) == 0 {
		return nil
	}
	for _, e := range c.root.Get("env").Items() {
		if e.Get("valueFrom") != nil {
			told.variable(e.Get("name").Text(), "set elsewhere")
		}
	}
	argv, _ := c.argv()
	for _, w := range argv {
		told.argument(w.Value)
	}
	var all []*topology.Redis
	for r, clients := range found {
		for i := range clients {
			clients[i].AsksSentinel = c.hinted(told.sentinel)
			clients[i].Cluster = c.hinted(told.cluster)
		}
		r.Clients = append(r.Clients, clients...)
		r.Objects = append(r.Objects, c.pod.object)
		for _, w := range c.writtenVariables() {
			if strings.Contains(w.Setting, "REDIS") || strings.Contains(w.Setting, "VALKEY") {
				r.Passwords = append(r.Passwords, w)
			}
		}
		all = append(all, r)
	}
	return all
}

// hinted is what the visible variables say, where there are no others.
func (c *container) hinted(told bool) topology.Field[bool] {
	if !told && c.hasUnseenVariables() {
		return topology.Unknown[bool](c.origin)
	}
	return topology.Known(told, c.origin)
}

// readsOnly matches the names of variables that hold a host to read from.
var readsOnly = regexp.MustCompile(`(?i)READ|REPLICA|SLAVE|FOLLOWER`)

var hostWord = regexp.MustCompile(`(?i)HOSTNAME|HOST|ADDRESS|ADDR|ENDPOINT|SERVER|SERVICE_NAME`)

// portBeside is the port in the variable whose name differs in that word only:
// REDIS_PORT beside REDIS_HOST; 0 when there is none.
func (c *container) portBeside(variable string) int64 {
	at := hostWord.FindStringIndex(variable)
	if at == nil {
		return 0
	}
	for v := range c.variables() {
		rest, ok := strings.CutPrefix(v.name, variable[:at[0]])
		if ok && strings.HasPrefix(strings.ToUpper(rest), "PORT") && strings.HasSuffix(rest, variable[at[1]:]) {
			n, _ := strconv.ParseInt(v.value, 10, 32)
			return n
		}
	}
	return 0
}

// hints are what the configuration of a client says of the ways that it can
// connect.
type hints struct{ sentinel, cluster bool }

var (
	sentinelHint = regexp.MustCompile(`(?i)SENTINEL|MASTER_?(NAME|SET|GROUP)`)
	clusterHint  = regexp.MustCompile(`(?i)(REDIS|VALKEY|CACHE|QUEUE).*CLUSTER|CLUSTER.*(REDIS|VALKEY|MODE|NODES)`)
)

func (h *hints) variable(name, value string) {
	switch strings.ToLower(value) {
	case "", "false", "no", "0", "off", "standalone":
		return
	}
	h.sentinel = h.sentinel || sentinelHint.MatchString(name) || strings.Contains(strings.ToLower(value), "sentinel") || value == strconv.Itoa(sentinelPort)
	h.cluster = h.cluster || clusterHint.MatchString(name) || strings.EqualFold(value, "cluster")
}

func (h *hints) argument(word string) {
	h.sentinel = h.sentinel || strings.Contains(strings.ToLower(word), "sentinel")
	h.cluster = h.cluster || clusterHint.MatchString(word)
}

func (h *hints) scheme(scheme string) {
	h.sentinel = h.sentinel || strings.Contains(scheme, "sentinel")
	h.cluster = h.cluster || strings.Contains(scheme, "cluster")
}
