package chart

import (
	"maps"
	"strings"
)

// moved are the keys to set in place of others, which an earlier version of the chart or a chart much like it reads.
func (r *release) moved() map[string]string {
	switch {
	case r.old():
		return movedFromNew
	case r.asked.Chart == "redis" && r.major < 16:
		return movedFromOld
	case r.asked.Chart == "redis-cluster":
		return movedInCluster
	}
	moved := maps.Clone(movedFromOld)
	maps.Copy(moved, movedSince16)
	if r.asked.Chart == "valkey-cluster" {
		moved = maps.Clone(movedInCluster)
	}
	if r.words == redisWords {
		return moved
	}
	ours := strings.NewReplacer("master.", r.words.master+".", "redis", "valkey")
	for key, to := range moved {
		moved[key] = ours.Replace(to)
	}
	if r.words.master == "primary" && r.asked.Chart == "valkey" {
		moved["master"] = "primary"
	}
	return moved
}

// movedFromOld are keys of redis before 14.
var movedFromOld = map[string]string{
	"cluster.enabled":           "architecture",
	"cluster.slaveCount":        "replica.replicaCount",
	"slave":                     "replica",
	"usePassword":               "auth.enabled",
	"password":                  "auth.password",
	"existingSecret":            "auth.existingSecret",
	"existingSecretPasswordKey": "auth.existingSecretPasswordKey",
	"usePasswordFile":           "auth.usePasswordFiles",
	"configmap":                 "commonConfiguration",
	"master.configmap":          "master.configuration",
	"sentinel.configmap":        "sentinel.configuration",
	"sentinel.usePassword":      "auth.sentinel",
	"securityContext":           "master.podSecurityContext and replica.podSecurityContext",
	"sysctlImage":               "sysctl",
	"master.statefulset":        "master.updateStrategy",
	"quorum":                    "sentinel.quorum",
	"masterSet":                 "sentinel.masterSet",
	"replicaCount":              "replica.replicaCount",
	"maxmemory":                 "commonConfiguration",
}

// movedSince16 are keys of redis 14 and 15, and of those before.
var movedSince16 = map[string]string{
	"redisPort":                     "master.containerPorts.redis and replica.containerPorts.redis",
	"master.containerPort":          "master.containerPorts.redis",
	"replica.containerPort":         "replica.containerPorts.redis",
	"sentinel.containerPort":        "sentinel.containerPorts.sentinel",
	"sentinel.port":                 "sentinel.containerPorts.sentinel",
	"master.service.port":           "master.service.ports.redis",
	"master.service.nodePort":       "master.service.nodePorts.redis",
	"replica.service.port":          "replica.service.ports.redis",
	"replica.service.nodePort":      "replica.service.nodePorts.redis",
	"sentinel.service.port":         "sentinel.service.ports.redis",
	"sentinel.service.redisPort":    "sentinel.service.ports.redis",
	"sentinel.service.sentinelPort": "sentinel.service.ports.sentinel",
	"master.spreadConstraints":      "master.topologySpreadConstraints",
	"replica.spreadConstraints":     "replica.topologySpreadConstraints",
	"podDisruptionBudget":           "master.pdb and replica.pdb",
}

// movedFromNew are keys of redis since 14, for those before.
var movedFromNew = map[string]string{
	"architecture":          "cluster.enabled",
	"replica":               "slave",
	"auth.enabled":          "usePassword",
	"auth.password":         "password",
	"auth.existingSecret":   "existingSecret",
	"auth.usePasswordFiles": "usePasswordFile",
	"commonConfiguration":   "configmap",
	"master.configuration":  "master.configmap",
	"pdb":                   "podDisruptionBudget",
}

// movedInCluster are keys of redis, for redis-cluster.
var movedInCluster = map[string]string{
	"auth":                "usePassword and password",
	"commonConfiguration": "redis.configmap",
	"configmap":           "redis.configmap",
	"configuration":       "redis.configmap",
	"replica":             "redis",
	"master":              "redis",
	"cluster.slaveCount":  "cluster.replicas",
	"replicas":            "cluster.replicas",
	"nodes":               "cluster.nodes",
}
