# The volume that holds the data: its size and what it is stored on.
package main

import data.containers
import data.documents

deny contains msg if {
	some volume in volumes
	volume.size < volume.dataset * 2
	msg := sprintf("volume-too-small: %s: %d bytes for a data set of %d, less than 2x", [volume.server.where, volume.size, volume.dataset])
}

warn contains msg if {
	some volume in volumes
	containers.append_only(volume.server)
	volume.size >= volume.dataset * 2
	volume.size < volume.dataset * _factor(volume.server)
	msg := sprintf("volume-tight: %s: %d bytes for a data set of %d and its append-only file", [volume.server.where, volume.size, volume.dataset])
}

_factor(server) := 4 if containers.saves(server)

else := 3

warn contains msg if {
	some volume in volumes
	spinning(volume.class)
	msg := sprintf("storage-not-ssd: %s: class %s is a spinning disk", [volume.server.where, volume.class])
}

deny contains msg if {
	some volume in volumes
	on_network(volume.class)
	containers.append_only(volume.server)
	msg := sprintf("storage-network-filesystem: %s: class %s is a network file system, with an append-only file", [volume.server.where, volume.class])
}

warn contains msg if {
	some volume in volumes
	on_network(volume.class)
	not containers.append_only(volume.server)
	msg := sprintf("storage-network-filesystem: %s: class %s is a network file system", [volume.server.where, volume.class])
}

volumes := [volume |
	some server in containers.servers
	containers.persists(server)
	some mount in server.container.volumeMounts
	mount.mountPath in {"/data", "/bitnami/redis/data", "/bitnami/valkey/data", "/var/lib/redis"}
	some claim in claims(server)
	claim.metadata.name == mount.name
	volume := {
		"server": server,
		"size": units.parse_bytes(claim.spec.resources.requests.storage),
		"class": object.get(claim.spec, "storageClassName", ""),
		"dataset": containers.dataset(server),
	}
]

claims(server) := object.get(server.workload.spec, "volumeClaimTemplates", []) if server.workload.kind == "StatefulSet"

else := [claim |
	some volume in object.get(server.pod.spec, "volumes", [])
	found := documents.by.PersistentVolumeClaim[documents.namespace(server.workload)][volume.persistentVolumeClaim.claimName]
	claim := object.union(found, {"metadata": {"name": volume.name}})
]

classes := object.get(documents.by, "StorageClass", {})

_class(name) := object.get(classes, ["default", name], {})

spinning(name) if _class(name).parameters.type in {"st1", "sc1", "standard", "pd-standard", "Standard_LRS"}

spinning(name) if {
	_class(name) == {}
	regex.match(`^(st1|sc1|ebs-st1|hdd|.*-hdd|slow|pd-standard|managed-hdd)$`, name)
}

on_network(name) if regex.match(`nfs|efs|azurefile|file\.csi|ceph(fs|\.rook)|glusterfs`, object.get(_class(name), "provisioner", ""))

on_network(name) if {
	_class(name) == {}
	regex.match(`^(efs.*|nfs.*|.*-nfs|azurefile.*|cephfs|rook-cephfs|filestore.*|standard-rwx|premium-rwx)$`, name)
}
