package rules

import (
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/topology"
)

// StorageClass says what storage lies behind StorageClasses, by name or by provisioner.
type StorageClass struct {
	Name, Provisioner string // globs of * and ?; one is empty
	Medium            string // ssd, hdd or network
}

// Profile says what the data of some Redis is to those who use it.
type Profile struct {
	Match   Match
	Profile string // cache or store
}

// Amend returns the Redis with what the selection knows of it beyond what is written; where that is nothing, the Redis
// itself. Of several that match, the first counts. An annotation knows better what the data is.
func (e *Evaluator) Amend(redis *topology.Redis) *topology.Redis {
	amended := *redis
	changed := false
	for _, p := range e.profiles {
		if p.Match.Matches(redis) && !strings.HasPrefix(redis.ProfileBasis, "annotation ") {
			amended.Profile, amended.ProfileBasis, changed = topology.Profile(p.Profile), "configuration", true
			break
		}
	}
	for i := range redis.Nodes {
		class := e.classOf(redis.Nodes[i].Data)
		if class == nil {
			continue
		}
		if &amended.Nodes[0] == &redis.Nodes[0] {
			amended.Nodes = slices.Clone(redis.Nodes)
		}
		data := *redis.Nodes[i].Data
		data.Class = class
		amended.Nodes[i].Data, changed = &data, true
	}
	if !changed {
		return redis
	}
	return &amended
}

// classOf returns the storage class of data with the medium that the selection gives it, nil where it gives none.
func (e *Evaluator) classOf(data *topology.Data) *topology.Class {
	if data == nil || data.Class == nil {
		return nil
	}
	name, named := data.Class.Name.Get()
	provisioner, provisioned := data.Class.Provisioner.Get()
	for _, c := range e.classes {
		if c.Name != "" && named && glob(c.Name, name) || c.Provisioner != "" && provisioned && pathGlob(c.Provisioner, provisioner) {
			class := *data.Class
			class.Medium, class.Basis = topology.Known(c.Medium, data.Class.Name.Origin()), "configuration"
			class.Detail = "class " + name
			return &class
		}
	}
	return nil
}
