package source

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/redisconf"
	"github.com/redislint/redislint/internal/topology"
)

// otherPurposes are words in the names of volumes that are not meant for the
// dataset.
var otherPurposes = []string{
	"sentinel", "conf", "node", "log", "backup", "dump", "tls", "cert", "acl", "module", "script", "tmp", "secret", "export", "metric", "health",
}

// unusedClaim finds a claim that the Pods have, most likely for the dataset, while
// the server writes to a place that is gone with its Pod: none of its containers
// mounts the claim, or the server's own does at another path.
func (c *container) unusedClaim(d *topology.Data, config *redisconf.Config) *topology.UnusedClaim {
	none := &topology.UnusedClaim{Origin: d.Origin}
	switch kind, known := d.Kind.Get(); {
	case !known:
		return nil
	case !slices.Contains([]string{"none", "emptyDir", "memory"}, kind):
		return none
	}
	for _, claim := range c.pod.claims() {
		if slices.ContainsFunc(otherPurposes, func(word string) bool { return strings.Contains(claim.Name, word) }) {
			continue
		}
		mounts, others := c.mountsOf(claim.Name), 0
		for _, other := range slices.Concat(c.pod.containers, c.pod.initContainers) {
			if other != c && !strings.Contains(imageBase(other.image), "sentinel") { // which keeps no dataset
				others += len(other.mountsOf(claim.Name))
			}
		}
		if others > 0 || len(mounts) > 0 && keepsOther(config, mounts) {
			continue
		}
		if len(mounts) > 0 {
			claim.Mount = mounts[0]
		}
		return &claim
	}
	return none
}

// claims are the claims of the Pods by the names of their volumes.
func (p *pod) claims() []topology.UnusedClaim {
	var all []topology.UnusedClaim
	if p.object.Kind == "StatefulSet" {
		for i, t := range p.object.Root.Get("spec", "volumeClaimTemplates").Items() {
			at := topology.Origin{Object: p.object, Path: manifest.Path{"spec", "volumeClaimTemplates", strconv.Itoa(i)}}
			all = append(all, topology.UnusedClaim{Origin: at, Present: true, Name: t.Get("metadata", "name").Text()})
		}
	}
	for i, v := range p.root.Get("volumes").Items() {
		if v.Get("persistentVolumeClaim") != nil || v.Get("ephemeral") != nil {
			all = append(all, topology.UnusedClaim{Present: true, Origin: p.spec.At("volumes", strconv.Itoa(i)), Name: v.Get("name").Text()})
		}
	}
	return all
}

// mountsOf are the paths at which the container mounts a volume.
func (c *container) mountsOf(volume string) []string {
	var paths []string
	for _, m := range c.root.Get("volumeMounts").Items() {
		if m.Get("name").Text() == volume {
			paths = append(paths, m.Get("mountPath").Text())
		}
	}
	return paths
}

// keepsOther reports whether one of the paths is where the server keeps another
// file than its dataset.
func keepsOther(config *redisconf.Config, mounts []string) bool {
	for _, name := range []string{"cluster-config-file", "aclfile", "logfile", "unixsocket", "pidfile", "loadmodule", "tls-cert-file"} {
		value, _, _ := config.Text(name)
		for _, mount := range mounts {
			if mount != "" && strings.HasPrefix(path.Clean(value), path.Clean(mount)+"/") {
				return true
			}
		}
	}
	return false
}

// changedTo is the folder that the start commands change to before they start
// the server: "" when they do not, "?" when that is known only at run time.
func (c *container) changedTo() string {
	folder := ""
	for _, k := range c.run() {
		if k.Name != "cd" {
			continue
		}
		if folder != "" || len(k.Args) != 1 || k.Args[0].Dynamic || !strings.HasPrefix(k.Args[0].Value, "/") {
			return "?"
		}
		folder = k.Args[0].Value
	}
	return folder
}
