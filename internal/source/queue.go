package source

import (
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
)

// queuePrograms are programs that keep in Redis what exists nowhere else: jobs,
// mostly. They show by words of their command, image, names or variables.
var queuePrograms = []struct{ words, name string }{
	{"sidekiq", "Sidekiq"},
	{"bullmq", "BullMQ"},
	{"celery", "Celery"},
	{"artisan horizon", "Laravel Horizon"},
	{"artisan queue work", "Laravel's queue worker"},
	{"resque", "Resque"},
	{"rq worker", "RQ"},
	{"asynq", "Asynq"},
	{"dramatiq", "Dramatiq"},
	{"hangfire", "Hangfire"},
}

// queueClient is a workload that runs one of those programs.
type queueClient struct {
	object  *manifest.Object
	program string
}

// hostName is a Service as clients spell it; namespace is that of the client
// where they spell none.
type hostName struct{ namespace, name string }

// queueClient returns the first workload of the input, in its order, that runs
// such a program and connects to one of the members, nil when none does.
func (x *index) queueClient(members []*member) *queueClient {
	if len(x.queueClients()) == 0 {
		return nil
	}
	var best *queueClient
	for _, m := range members {
		for _, name := range append(m.answers(x), m.services...) {
			for _, namespace := range aliases(m.object.Namespace) {
				for _, c := range x.queueClients()[hostName{namespace, name}] {
					if !x.units.apart(c.object, m.object) && (best == nil || x.order[c.object] < x.order[best.object]) {
						best = c
					}
				}
			}
		}
	}
	return best
}

// queueClients are the workloads that run such a program, by the hosts that
// they connect to.
func (x *index) queueClients() map[hostName][]*queueClient {
	if x.clients != nil {
		return x.clients
	}
	x.clients = map[hostName][]*queueClient{}
	for _, o := range x.objects {
		if !isKnownKind(o) || templateLabels(o) == nil && o.Kind != "Pod" || !signed(o.Root) || !mentionsQueue(o.Root) {
			continue
		}
		p := podOf(x, o)
		if p == nil {
			continue
		}
		for _, c := range p.containers {
			program := c.queueProgram()
			if program == "" {
				continue
			}
			for _, host := range c.queueHosts() {
				if !slices.ContainsFunc(x.clients[host], func(seen *queueClient) bool { return seen.object == o }) {
					x.clients[host] = append(x.clients[host], &queueClient{o, program})
				}
			}
		}
	}
	return x.clients
}

// mentionsQueue looks quickly whether anything of the workload can be a queue
// program's.
func mentionsQueue(n *manifest.Node) bool {
	if s, ok := n.Str(); ok {
		s = strings.ToLower(s)
		return slices.ContainsFunc(queuePrograms, func(q struct{ words, name string }) bool {
			first, _, _ := strings.Cut(q.words, " ")
			return strings.Contains(s, first)
		})
	}
	for _, value := range n.Fields() {
		if mentionsQueue(value) {
			return true
		}
	}
	for _, value := range n.Items() {
		if mentionsQueue(value) {
			return true
		}
	}
	return false
}

// queueProgram is the program's name, "" for any other container.
func (c *container) queueProgram() string {
	text := []string{c.name, c.image}
	for _, list := range []string{"command", "args"} {
		for _, n := range c.root.Get(list).Items() {
			text = append(text, n.Text())
		}
	}
	said := " " + strings.Join(slices.Collect(wordsOf(strings.Join(text, " "))), " ") + " "
	var variables []string
	for name := range c.env {
		variables = append(variables, name)
	}
	slices.Sort(variables)
	said += strings.Join(slices.Collect(wordsOf(strings.Join(variables, " "))), " ") + " "
	for _, q := range queuePrograms {
		if strings.Contains(said, " "+q.words+" ") {
			return q.name
		}
	}
	return ""
}

// queueHosts are the hosts that the container's variables and arguments name,
// those of variables for a cache left out.
func (c *container) queueHosts() []hostName {
	var hosts []hostName
	add := func(host string) {
		if !isHostName(host) {
			return
		}
		name, rest, _ := strings.Cut(host, ".")
		namespace, _, _ := strings.Cut(rest, ".")
		if namespace == "" || rest == "local" {
			namespace = c.pod.object.Namespace
		}
		hosts = append(hosts, hostName{namespace, name})
	}
	for name, value := range c.env {
		name = strings.ToUpper(name)
		if strings.Contains(name, "CACHE") {
			continue
		}
		if host, ok := hostOfURL(value); ok {
			add(host)
		} else if slices.ContainsFunc([]string{"HOST", "ADDR", "SERVER", "ENDPOINT", "NODES", "URL", "SENTINEL"}, func(part string) bool {
			return strings.Contains(name, part)
		}) {
			host, _, _ := strings.Cut(value, ":")
			add(host)
		}
	}
	for _, list := range []string{"command", "args"} {
		for _, n := range c.root.Get(list).Items() {
			if host, ok := hostOfURL(c.expand(n.Text())); ok {
				add(host)
			}
		}
	}
	return hosts
}

// hostOfURL finds the host of a URL of Redis in a text.
func hostOfURL(text string) (string, bool) {
	for _, scheme := range []string{"redis://", "rediss://", "sentinel://", "valkey://"} {
		_, rest, ok := strings.Cut(text, scheme)
		if !ok {
			continue
		}
		if i := strings.IndexAny(rest, "/?# \t\n\"',;"); i >= 0 {
			rest = rest[:i]
		}
		rest = rest[strings.LastIndexByte(rest, '@')+1:]
		host, _, _ := strings.Cut(rest, ":")
		return host, host != ""
	}
	return "", false
}
