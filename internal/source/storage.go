package source

import (
	"path"
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/redisconf"
	"github.com/redislint/redislint/internal/topology"
)

// dataFolders are the working directories of the images, where a server whose
// configuration is not seen keeps its files.
var dataFolders = []string{"/data", "/bitnami/redis/data", "/bitnami/valkey/data", "/bitnami/redis", "/var/lib/redis", "/redis-data"}

// data finds the volume that holds the server's dir.
func (c *container) data(config *redisconf.Config) *topology.Data {
	d := c.home(config)
	if d != nil {
		d.Unused = c.unusedClaim(d, config)
	}
	return d
}

func (c *container) home(config *redisconf.Config) *topology.Data {
	mount, folder := c.dataMount(config)
	if mount == "" {
		if folder == "" {
			return nil
		}
		d := &topology.Data{Origin: c.origin, Mount: folder}
		d.Kind = topology.Known("none", c.origin)
		return d
	}
	for i, t := range c.pod.object.Root.Get("spec", "volumeClaimTemplates").Items() {
		if c.pod.object.Kind == "StatefulSet" && t.Get("metadata", "name").Text() == mount {
			origin := topology.Origin{Object: c.pod.object, Path: manifest.Path{"spec", "volumeClaimTemplates", strconv.Itoa(i)}}
			return c.pod.x.claim(origin, folder, origin)
		}
	}
	for i, v := range c.pod.root.Get("volumes").Items() {
		if v.Get("name").Text() == mount {
			return c.pod.volume(v, c.pod.spec.At("volumes", strconv.Itoa(i)), folder)
		}
	}
	return nil
}

// dataMount returns the name of the volume at the server's dir, and the path
// it is mounted at. No name but a folder: the dir is in the container itself.
func (c *container) dataMount(config *redisconf.Config) (volume, folder string) {
	dir, known, d := config.Text("dir")
	switch {
	case !known:
		return c.likelyMount()
	case (d == nil || dir == "." || dir == "./") && c.changedTo() != "":
		return c.folder(c.changedTo())
	case d == nil || dir == "." || dir == "./":
		folders := dataFolders
		if isOfficial(c.image) {
			folders = []string{"/data"}
		}
		for _, folder := range folders {
			if at, mount := c.locate(folder); mount != nil {
				return at.volume, mount.Get("mountPath").Text()
			}
		}
		if len(folders) > 1 || c.root.Get("workingDir") != nil {
			return c.likelyMount()
		}
		return "", folders[0]
	default:
		return c.folder(dir)
	}
}

func (c *container) folder(dir string) (volume, folder string) {
	if !strings.HasPrefix(dir, "/") {
		return c.likelyMount()
	}
	if at, mount := c.locate(path.Clean(dir)); mount != nil {
		return at.volume, mount.Get("mountPath").Text()
	}
	return "", dir
}

// likelyMount is the only claim that the container mounts, or the one at a
// folder that images use.
func (c *container) likelyMount() (volume, folder string) {
	for _, folder := range dataFolders {
		if at, mount := c.locate(folder); mount != nil {
			return at.volume, mount.Get("mountPath").Text()
		}
	}
	for _, m := range c.root.Get("volumeMounts").Items() {
		name := m.Get("name").Text()
		if !c.pod.isClaim(name) {
			continue
		}
		if volume != "" && volume != name {
			return "", ""
		}
		volume, folder = name, m.Get("mountPath").Text()
	}
	return volume, folder
}

func (p *pod) isClaim(volume string) bool {
	for _, t := range p.object.Root.Get("spec", "volumeClaimTemplates").Items() {
		if t.Get("metadata", "name").Text() == volume {
			return true
		}
	}
	for _, v := range p.root.Get("volumes").Items() {
		if v.Get("name").Text() == volume {
			return v.Get("persistentVolumeClaim") != nil || v.Get("ephemeral") != nil
		}
	}
	return false
}

// volume describes a volume of the pod as the home of data.
func (p *pod) volume(v *manifest.Node, origin topology.Origin, folder string) *topology.Data {
	d := &topology.Data{Origin: origin, Mount: folder}
	switch {
	case v.Get("persistentVolumeClaim") != nil:
		name := v.Get("persistentVolumeClaim", "claimName").Text()
		at := origin.At("persistentVolumeClaim", "claimName")
		claim := p.x.find("PersistentVolumeClaim", name, p.object)
		if claim == nil {
			p.miss("PersistentVolumeClaim", name, []string{"volume size", "storage class"})
			d.Kind = topology.Known("claim", at)
			return d
		}
		p.relate(claim)
		return p.x.claim(topology.Origin{Object: claim}, folder, at)
	case v.Get("ephemeral", "volumeClaimTemplate") != nil:
		at := origin.At("ephemeral", "volumeClaimTemplate")
		return p.x.claim(at, folder, at)
	case v.Get("emptyDir") != nil && v.Get("emptyDir", "medium").Text() == "Memory":
		d.Kind = topology.Known("memory", origin)
	case v.Get("emptyDir") != nil:
		d.Kind = topology.Known("emptyDir", origin)
	case v.Get("hostPath") != nil:
		d.Kind = topology.Known("hostPath", origin)
	case v.Len() > 1:
		d.Kind = topology.Known("other", origin)
	default:
		// Kubernetes makes an emptyDir of a volume without a source.
		d.Kind = topology.Known("emptyDir", origin)
	}
	return d
}

// claim describes the PersistentVolumeClaim at an origin (a template, or an
// object) as the home of data. use is where the workload refers to it.
func (x *index) claim(origin topology.Origin, folder string, use topology.Origin) *topology.Data {
	n := origin.Object.Root.At(origin.Path)
	d := &topology.Data{
		Origin: use,
		Kind:   topology.Known("claim", use),
		Mount:  folder,
		Size:   x.quantity(origin.At("spec", "resources", "requests", "storage"), false),
		Class:  x.class(origin, n),
	}
	for _, mode := range n.Get("spec", "accessModes").Items() {
		d.AccessModes = append(d.AccessModes, mode.Text())
	}
	return d
}
