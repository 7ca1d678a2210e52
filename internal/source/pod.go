package source

import (
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/redisconf"
	"github.com/redislint/redislint/internal/topology"
)

// pod is a Pod or the template that a workload makes its Pods from.
type pod struct {
	x      *index
	object *manifest.Object
	meta   *manifest.Node // metadata of the Pods
	spec   topology.Origin
	root   *manifest.Node // the node at spec

	containers     []*container
	initContainers []*container
	copies         []copied           // in the order they happen
	loaded         map[loadedKey]bool // configuration that a server loads
	unseen         []topology.Unseen
	related        []*manifest.Object
}

// container is one container of a pod.
type container struct {
	pod    *pod
	origin topology.Origin
	root   *manifest.Node
	name   string
	image  string
	env    map[string]string // literal values only

	commands []redisconf.Command
	read     bool // commands is filled
}

// podOf returns the Pods that a workload makes, nil for any other object.
func podOf(x *index, o *manifest.Object) *pod {
	path := manifest.Path{"spec", "template", "spec"}
	meta := o.Root.Get("spec", "template", "metadata")
	if o.Kind == "Pod" {
		path, meta = manifest.Path{"spec"}, o.Root.Get("metadata")
	}
	p := &pod{x: x, object: o, meta: meta, spec: topology.Origin{Object: o, Path: path}, root: o.Root.At(path), loaded: map[loadedKey]bool{}}
	if p.root.Kind() != manifest.Map {
		return nil
	}
	p.containers = p.read("containers")
	p.initContainers = p.read("initContainers")
	for _, c := range p.initContainers {
		c.run()
	}
	return p
}

func (p *pod) read(list string) []*container {
	var containers []*container
	for i, n := range p.root.Get(list).Items() {
		c := &container{
			pod:    p,
			origin: p.spec.At(list, strconv.Itoa(i)),
			root:   n,
			name:   n.Get("name").Text(),
			image:  n.Get("image").Text(),
			env:    map[string]string{},
		}
		for _, e := range n.Get("env").Items() {
			if value := e.Get("value"); value.Kind() == manifest.String {
				c.env[e.Get("name").Text()] = value.Text()
			}
		}
		c.readEnvFrom()
		containers = append(containers, c)
	}
	return containers
}

// readEnvFrom adds variables that come from ConfigMaps in the input; literal
// ones win, as they do in Kubernetes.
func (c *container) readEnvFrom() {
	add := func(name string, o *manifest.Object, key string) {
		if _, set := c.env[name]; set {
			return
		}
		if value, ok := o.Root.Get("data", key).Str(); ok {
			c.env[name] = value
		}
	}
	for _, e := range c.root.Get("env").Items() {
		ref := e.Get("valueFrom", "configMapKeyRef")
		if o := c.pod.x.find("ConfigMap", ref.Get("name").Text(), c.pod.object); o != nil {
			add(e.Get("name").Text(), o, ref.Get("key").Text())
		}
	}
	for _, from := range c.root.Get("envFrom").Items() {
		o := c.pod.x.find("ConfigMap", from.Get("configMapRef", "name").Text(), c.pod.object)
		if o == nil {
			continue
		}
		for key := range o.Root.Get("data").Fields() {
			add(from.Get("prefix").Text()+key, o, key)
		}
	}
}

// labels are the labels of the Pods.
func (p *pod) labels() map[string]string { return labelsOf(p.meta.Get("labels")) }

// pods describes the Pods for relating other objects to them.
func (p *pod) pods() pods {
	ports := map[string]int64{}
	for _, c := range p.containers {
		for _, port := range c.root.Get("ports").Items() {
			if n, ok := port.Get("containerPort").Int(); ok && port.Get("name").Text() != "" {
				ports[port.Get("name").Text()] = n
			}
		}
	}
	replicas := p.x.replicas(p.object)
	return pods{
		object:   p.object,
		labels:   p.labels(),
		workload: p.object.Name,
		service:  p.object.Root.Get("spec", "serviceName").Text(),
		replicas: replicas,
		single:   topology.Is(replicas, 1),
		ports:    ports,
		spec:     p.part(),
	}
}

// usesPort reports whether the container opens the port.
func (c *container) usesPort(port int64) bool {
	for _, p := range c.root.Get("ports").Items() {
		if n, ok := p.Get("containerPort").Int(); ok && n == port {
			return true
		}
	}
	return false
}

// argv is the container's command line, command then args, with $(NAME)
// replaced as the kubelet does it. fromImage is true when the image's own
// entrypoint comes first.
func (c *container) argv() (words []redisconf.Word, fromImage bool) {
	command := c.root.Get("command")
	for _, list := range []string{"command", "args"} {
		for i, n := range c.root.Get(list).Items() {
			value := c.expand(n.Text())
			words = append(words, redisconf.Word{
				Value:  value,
				End:    len(value),
				Origin: written{Origin: c.origin.At(list, strconv.Itoa(i)), altered: value != n.Text()},
			})
		}
	}
	return words, command.Len() == 0
}

// expand replaces $(NAME) by the variable's literal value; what is unknown
// stays, and $$ is an escaped $.
func (c *container) expand(text string) string {
	if !strings.Contains(text, "$(") {
		return text
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "$(")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, ")")
		value, known := c.env[name]
		switch {
		case !closed || strings.HasSuffix(before, "$"):
			b.WriteString("$(")
			text = rest
			continue
		case known:
			b.WriteString(value)
		default:
			b.WriteString("$(" + name + ")")
		}
		text = after
	}
}

// written is the origin of a text handed to package redisconf. Where the text
// was altered on the way, offsets into it mean nothing in the file.
type written struct {
	topology.Origin
	altered bool
}

// stretch is the origin of text[offset:end] of what a written tag came from.
func stretch(tag any, offset, end int) topology.Origin {
	w, ok := tag.(written)
	if !ok {
		return topology.Origin{}
	}
	if w.altered || end <= offset {
		return w.Origin
	}
	return w.Within(offset, end-offset)
}

// shift is the tag of the text that begins n bytes further on.
func (w written) shift(n int) written {
	if !w.altered {
		w.Offset += n
	}
	return w
}

// releaseKeys are what workloads of one release of a chart have in common: the
// recommended labels, or those that charts used before them.
func (p *pod) releaseKeys() []string {
	labels := p.labels()
	for label, value := range labelsOf(p.object.Root.Get("metadata", "labels")) {
		if _, set := labels[label]; !set {
			labels[label] = value
		}
	}
	if instance, name := labels["app.kubernetes.io/instance"], labels["app.kubernetes.io/name"]; instance != "" && name != "" {
		return []string{"release\x00" + instance + "\x00" + name}
	}
	if release, app := labels["release"], labels["app"]; release != "" && app != "" {
		return []string{"release\x00" + release + "\x00" + app}
	}
	return nil
}
