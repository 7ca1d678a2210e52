package source

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/redisconf"
	"github.com/redislint/redislint/internal/topology"
)

// monitor finds the statement that tells a Sentinel which master to watch: in
// its configuration file, else in the files and scripts that its Pods see.
func (c *container) monitor(starts []redisconf.Server) (redisconf.Directive, redisconf.Monitor, bool) {
	for _, s := range starts {
		var directives []redisconf.Directive
		if s.File != nil && !s.File.Dynamic {
			directives, _ = c.directives(s.File.Value)
		}
		for _, d := range append(directives, s.Directives...) {
			if m, ok := redisconf.ParseMonitor(d); ok {
				return d, m, true
			}
		}
	}
	for _, t := range c.visible() {
		if d, m, ok := spoken(t); ok {
			return d, m, true
		}
	}
	return c.imageMonitor()
}

// visible returns the texts that the container's Pods are started with: what
// this container mounts and runs first, then its neighbours.
func (c *container) visible() []text {
	var all []text
	for _, m := range c.root.Get("volumeMounts").Items() {
		all = append(all, c.pod.volumeTexts(m.Get("name").Text())...)
	}
	all = append(all, c.argvTexts()...)
	for _, n := range c.pod.initContainers {
		for _, m := range n.root.Get("volumeMounts").Items() {
			all = append(all, c.pod.volumeTexts(m.Get("name").Text())...)
		}
		all = append(all, n.argvTexts()...)
	}
	return all
}

func (c *container) argvTexts() []text {
	argv, _ := c.argv()
	texts := make([]text, 0, len(argv))
	for _, w := range argv {
		tag, _ := w.Origin.(written)
		texts = append(texts, text{value: w.Value, tag: tag})
	}
	return texts
}

// volumeTexts returns the values of the ConfigMap behind a volume.
func (p *pod) volumeTexts(volume string) []text {
	for _, v := range p.root.Get("volumes").Items() {
		if v.Get("name").Text() != volume {
			continue
		}
		o := p.x.find("ConfigMap", v.Get("configMap", "name").Text(), p.object)
		if o == nil {
			return nil
		}
		p.relate(o)
		var texts []text
		for key, n := range o.Root.Get("data").Fields() {
			if n.Kind() == manifest.String {
				texts = append(texts, text{value: n.Text(), tag: written{Origin: topology.Origin{Object: o, Path: manifest.Path{"data", key}}}})
			}
		}
		return texts
	}
	return nil
}

var monitorStatement = regexp.MustCompile(`(?i)sentinel[ \t]+monitor[ \t]+("[^"\n]*"|\S+)[ \t]+("[^"\n]*"|\S+)[ \t]+("[^"\n]*"|\S+)[ \t]+([0-9]{1,9}|\$\{?\w+\}?)`)

// spoken finds a monitor statement in any text: a file, or a script that
// writes one.
func spoken(t text) (redisconf.Directive, redisconf.Monitor, bool) {
	at := monitorStatement.FindStringSubmatchIndex(t.value)
	if at == nil {
		return redisconf.Directive{}, redisconf.Monitor{}, false
	}
	group := func(i int) string { return strings.Trim(t.value[at[2*i]:at[2*i+1]], `"'\`) }
	quorum, err := strconv.Atoi(group(4))
	if err != nil {
		quorum = -1
	}
	d := redisconf.Directive{
		Name: "sentinel", Offset: at[0], End: at[1], Origin: t.tag,
		Args: []redisconf.Arg{{Value: group(4), Offset: at[8], End: at[9], Origin: t.tag}},
	}
	return d, redisconf.Monitor{Name: group(1), Host: group(2), Quorum: quorum}, true
}
