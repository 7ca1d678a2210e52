package chart

import "github.com/redislint/redislint/internal/manifest"

func (c component) dataVolume() string { return c.words.server + "-data" }

// claim names the claim that exists already, "" when the chart makes one.
func (c component) claim() value {
	if c.old() && c.role == c.words.master {
		return c.release.v.at("persistence.existingClaim")
	}
	return c.store.at("existingClaim")
}

// dataMount mounts the data. Replicas without a Sentinel have them in /data whatever the path is that their configuration
// is told.
func (c component) dataMount() manifest.Tree {
	x := c.store
	path := x.at("path").tree()
	if c.replicates && c.role != "node" {
		path = literal("/data")
	}
	return fields(
		set("name", c.dataVolume()), field("mountPath", path),
		given("subPath", x.at("subPath")), given("subPathExpr", x.at("subPathExpr")),
	)
}

func mount(name, path string) manifest.Tree { return fields(set("name", name), set("mountPath", path)) }

// volumes are those of every workload of a replication but for the data.
func (c component) volumes() []manifest.Tree {
	list := []manifest.Tree{
		configVolume("start-scripts", set("name", c.fullname+"-scripts")),
		configVolume("health", set("name", c.fullname+"-health")),
		configVolume("config", field("name", c.configName())),
	}
	if c.sentinel && !c.release.v.at("sentinel.persistence.enabled").on() {
		list = append(list, fields(set("name", c.sentinelVolume()), field("emptyDir", fields())))
	}
	return list
}

// mounts are the volumes in the container of a server.
func (c component) mounts() []manifest.Tree {
	list := []manifest.Tree{
		mount("start-scripts", scriptsFolder),
		mount("health", healthFolder),
		c.dataMount(),
		mount("config", c.words.folder()+"/mounted-etc"),
	}
	if c.role == "node" {
		list = append(list, mount(c.sentinelVolume(), c.words.folder()+"-sentinel/etc"))
	}
	return append(list, c.v.at("extraVolumeMounts").items()...)
}

// dataVolumes is the volume of the data, none where claims are made for it.
func (c component) dataVolumes() []manifest.Tree {
	x := c.store
	enabled, claim := x.at("enabled"), c.claim()
	switch {
	case enabled.off() || c.kind() == "DaemonSet":
		empty := fields(given("medium", x.at("medium")), given("sizeLimit", x.at("sizeLimit")))
		return []manifest.Tree{from(x, fields(set("name", c.dataVolume()), field("emptyDir", empty)))}
	case enabled.truth() == maybe || claim.truth() == maybe: // nothing is known of the volume, not even its kind
	case claim.on():
		return []manifest.Tree{claimVolume(c.dataVolume(), claim.tree())}
	case c.kind() == "Deployment":
		return []manifest.Tree{claimVolume(c.dataVolume(), from(x, literal(c.dataVolume()+"-"+c.name())))}
	}
	return nil
}

func configVolume(name string, configMap manifest.FieldTree) manifest.Tree {
	return fields(set("name", name), field("configMap", fields(configMap)))
}

func claimVolume(name string, claim manifest.Tree) manifest.Tree {
	return fields(set("name", name), field("persistentVolumeClaim", fields(field("claimName", claim))))
}

// claims are the claim templates of the Pods.
func (c component) claims() []manifest.Tree {
	if !c.store.at("enabled").on() || !c.claim().off() {
		return nil
	}
	list := []manifest.Tree{c.claimTemplate(c.dataVolume(), c.store)}
	if x := c.release.v.at("sentinel.persistence"); c.sentinel && x.at("enabled").on() {
		list = append(list, c.claimTemplate("sentinel-data", x))
	}
	return list
}

func (r *release) claimTemplate(name string, x value) manifest.Tree {
	return from(x, fields(field("metadata", fields(set("name", name))), field("spec", r.claimSpec(x))))
}

// claimSpec is the spec of a claim for the values of a persistence.
func (r *release) claimSpec(x value) manifest.Tree {
	size := fields(field("storage", x.at("size").tree()))
	return from(x, fields(
		field("accessModes", x.at("accessModes").tree()),
		field("resources", fields(field("requests", size))),
		r.storageClass(x),
	))
}

// storageClass is the first of the keys that name one; "-" is none, so that a volume has to be there already.
func (r *release) storageClass(x value) manifest.FieldTree {
	classes := []value{r.v.at("global.storageClass"), x.at("storageClass")}
	if r.v.reads("global.defaultStorageClass") {
		classes = append(classes, r.v.at("global.defaultStorageClass"))
	}
	for _, class := range classes {
		switch {
		case class.truth() == no:
		case class.text() == "-":
			return field("storageClassName", from(class, literal("")))
		default:
			return field("storageClassName", class.tree())
		}
	}
	return field("storageClassName", from(x.at("storageClass"), literal(nil)))
}
