package source

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/redisconf"
	"github.com/redislint/redislint/internal/topology"
)

// monitored describes the master of a monitor statement; nil when its host is
// known only at run time.
func (c *container) monitored(starts []redisconf.Server, d redisconf.Directive, m redisconf.Monitor) *topology.Monitored {
	if m.Host == "" || strings.ContainsAny(m.Host, "$`{<%@") {
		return nil
	}
	origin := stretch(d.Origin, d.Offset, d.End)
	_, err := netip.ParseAddr(m.Host)
	return &topology.Monitored{Origin: origin, Host: m.Host, Named: err != nil, Resolved: c.resolves(starts, origin)}
}

var resolveStatement = regexp.MustCompile(`(?i)resolve-hostnames[ \t]+"?yes`)

// resolves tells whether the Sentinel looks up the names of hosts.
func (c *container) resolves(starts []redisconf.Server, at topology.Origin) topology.Field[bool] {
	unknown := topology.Unknown[bool](at)
	said := false
	for _, t := range c.visible() {
		if other := t.tag.Origin; strings.Contains(t.value, "sentinel monitor") && (other.Object != at.Object || !slices.Equal(other.Path, at.Path)) {
			said = true // a script replaces the statement
		}
		if resolveStatement.MatchString(t.value) {
			return topology.Known(true, at)
		}
		said = said || strings.Contains(t.value, "resolve-hostnames")
	}
	complete := len(starts) > 0
	for _, s := range starts {
		config := c.merge(s)
		value, known, d := config.SentinelOption("resolve-hostnames")
		switch {
		case known && strings.EqualFold(value, "yes"):
			return topology.Known(true, at)
		case known:
			said = false
		case d != nil:
			said = true
		}
		complete = complete && config.Complete()
	}
	switch v, ok := versionOf(c.image); {
	case !ok || said || !complete:
		return unknown
	default:
		return topology.Known(!v.atLeast(6, 2), at)
	}
}

// sentinelPort is the port on which the Sentinel listens; 0 when that cannot be
// seen.
func (c *container) sentinelPort(starts []redisconf.Server) int64 {
	if c.usesPort(sentinelPort) {
		return sentinelPort
	}
	port := int64(0)
	for i, s := range starts {
		config := c.merge(s)
		config.Mode = redisconf.SentinelMode
		n, known, _ := config.Int("port")
		if !known || i > 0 && n != port {
			return 0
		}
		port = n
	}
	return port
}

// sentinelFile describes the file that the Sentinel is started with; nil when
// that is not the same in all of its runs.
func (c *container) sentinelFile(starts []redisconf.Server) *topology.ConfigFile {
	if len(starts) == 0 || starts[0].File == nil || starts[0].File.Dynamic {
		return nil
	}
	for _, s := range starts[1:] {
		if s.File == nil || s.File.Value != starts[0].File.Value {
			return nil
		}
	}
	f := &topology.ConfigFile{Origin: c.origin, Path: starts[0].File.Value}
	at, mount := c.locate(f.Path)
	if mount == nil {
		return f // in the image, which may have a file system that is read-only
	}
	for i, m := range c.root.Get("volumeMounts").Items() {
		if m == mount {
			f.Origin = c.origin.At("volumeMounts", strconv.Itoa(i))
		}
	}
	for _, v := range c.pod.root.Get("volumes").Items() {
		if v.Get("name").Text() != at.volume {
			continue
		}
		if f.Volume = readOnlyVolume(v); f.Volume != "" {
			f.Writable = topology.Known(false, f.Origin)
			return f
		}
		f.Volume = "volume " + at.volume
	}
	if readOnly, _ := mount.Get("readOnly").Bool(); readOnly {
		f.Volume = "volume " + at.volume
		f.Writable = topology.Known(false, f.Origin.At("readOnly"))
		return f
	}
	f.Writable = topology.Known(true, f.Origin)
	return f
}

// readOnlyVolume names what is behind a volume that the kubelet mounts
// read-only whatever the mount says; "" for all others.
func readOnlyVolume(v *manifest.Node) string {
	switch {
	case v.Get("configMap") != nil:
		return "ConfigMap " + v.Get("configMap", "name").Text()
	case v.Get("secret") != nil:
		return "Secret " + v.Get("secret", "secretName").Text()
	case v.Get("projected") != nil:
		return "a projected volume"
	case v.Get("downwardAPI") != nil:
		return "a downwardAPI volume"
	default:
		return ""
	}
}
