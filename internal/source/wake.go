package source

import (
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
)

// A document without a sign of Redis may still hold a Service, a claim or a
// class that a Redis uses. Whatever refers to such an object spells its name,
// and whatever selects Pods spells a value of their labels, so that the words
// of the documents decoded so far tell which others to decode.

// supporting are the kinds that facts about a Redis are read from.
var supporting = map[string]support{
	"CiliumClusterwideNetworkPolicy": {group: "cilium.io", anywhere: true},
	"CiliumNetworkPolicy":            {group: "cilium.io", anywhere: true},
	"ConfigMap":                      {live: true, named: true},
	"GlobalNetworkPolicy":            {group: "crd.projectcalico.org", anywhere: true},
	"HTTPRoute":                      {group: "gateway.networking.k8s.io", live: true},
	"HorizontalPodAutoscaler":        {group: "autoscaling", live: true, named: true},
	"Ingress":                        {group: "networking.k8s.io", live: true},
	"IngressRoute":                   {group: "traefik.io", live: true},
	"NetworkPolicy":                  {group: "networking.k8s.io", anywhere: true, live: true},
	"PersistentVolumeClaim":          {live: true, named: true},
	"PodDisruptionBudget":            {group: "policy", anywhere: true, selects: true, live: true},
	"Route":                          {group: "route.openshift.io", live: true},
	"ScaledObject":                   {group: "keda.sh", live: true, named: true},
	"Secret":                         {named: true},
	"Service":                        {live: true},
	"StorageClass":                   {group: "storage.k8s.io", named: true},

	"BackupConfiguration": {group: "stash.appscode.com", anywhere: true, files: true},
	"PodMonitor":          {group: "monitoring.coreos.com", files: true},
	"RecurringJob":        {group: "longhorn.io", anywhere: true, files: true},
	"ReplicationSource":   {group: "volsync.backube", anywhere: true, files: true},
	"Schedule":            {group: "velero.io", anywhere: true, files: true},
	"ServiceMonitor":      {group: "monitoring.coreos.com", files: true},
	"SnapshotGroup":       {group: "gemini.fairwinds.com", anywhere: true, files: true},
	"VolumeSnapshot":      {group: "snapshot.storage.k8s.io", anywhere: true, files: true},
}

// support is what is known of a supporting kind.
type support struct {
	group string
	// anywhere is true when every document of the kind may concern any Pod of
	// its namespace.
	anywhere bool
	// selects is true when the first matchLabels of the kind choose the Pods that
	// it concerns.
	selects bool
	// named is true when a Redis refers to the object by its name, or the object
	// to it.
	named bool
	// live is true when a change of the object alone can cause a finding. A
	// StorageClass acts on claims made later, and a Secret is for its Pods to read.
	live bool
	// files is true for what watches or saves a Redis, which is read from files
	// only: in a cluster it belongs to others.
	files bool
}

// Supporting returns every "group/Kind" whose change can cause a finding about
// a Redis that is written elsewhere, sorted.
func Supporting() []string {
	var kinds []string
	for kind, s := range supporting {
		if s.live {
			kinds = append(kinds, s.group+"/"+kind)
		}
	}
	slices.Sort(kinds)
	return kinds
}

// Observed returns every "group/Kind" that facts about a Redis are read from
// in a running cluster, sorted: Kinds and what supports them, without Secrets,
// which nobody but their Pods should read, and without the Pods and
// ReplicaSets that other workloads make.
func Observed() []string {
	kinds := Kinds()
	for kind, s := range supporting {
		if !s.files {
			kinds = append(kinds, s.group+"/"+kind)
		}
	}
	slices.Sort(kinds)
	kinds = slices.DeleteFunc(kinds, func(kind string) bool {
		return kind == "/Secret" || kind == "/Pod" || strings.HasSuffix(kind, "/ReplicaSet") || strings.HasPrefix(kind, "extensions/")
	})
	return slices.Compact(kinds)
}

// Signs returns the words, in lower case, of which an object holds at least one
// before anything in it is read as Redis.
func Signs() []string { return slices.Clone(signs) }

// maxRounds is how far references lead: workload, claim, class.
const maxRounds = 4

// wakeRelated decodes the dormant documents that objects of Redis refer to.
func (x *index) wakeRelated() {
	words := newWords()
	for range maxRounds {
		before := words.len()
		for _, o := range x.objects {
			addReferences(words, o)
		}
		if words.len() == before {
			return
		}
		if len(x.set.Wake(func(raw []byte) bool { return concerns(raw, supporting, words) })) == 0 {
			return
		}
		x.rebuild()
	}
}

// addReferences adds the names and label values by which an object of Redis
// is tied to others.
func addReferences(words words, o *manifest.Object) {
	switch {
	case o.Kind == "PersistentVolumeClaim":
		add(words.names, o.Root.Get("spec", "storageClassName"))
		for _, n := range o.Root.Get("metadata", "annotations").Fields() {
			add(words.names, n)
		}
	case isKnownKind(o) && signed(o.Root):
		words.names[o.Name] = true
		for _, s := range sources {
			if s.names == nil || !s.mayClaim(o) {
				continue
			}
			for _, name := range s.names(o) {
				words.values[name] = true
			}
		}
		collect(words, o.Root, "")
	}
	delete(words.names, "")
	delete(words.values, "")
}

func isKnownKind(o *manifest.Object) bool {
	return slices.ContainsFunc(sources, func(s source) bool { return s.mayClaim(o) })
}

// references are the fields that name other objects.
var references = map[string]bool{
	"claimName": true, "secretName": true, "storageClassName": true, "serviceName": true, "additionalRedisConfig": true,
	"secretPath": true,
}

// named are the maps whose name field names another object.
var namedBy = map[string]bool{
	"configMap": true, "configMapRef": true, "configMapKeyRef": true, "secret": true, "redisSecret": true,
}

func collect(words words, n *manifest.Node, under string) {
	for key, value := range n.Fields() {
		switch {
		case references[key], key == "name" && namedBy[under]:
			add(words.names, value)
		case key == "labels" || key == "matchLabels":
			for _, label := range value.Fields() {
				add(words.values, label)
			}
		case key == "volume.beta.kubernetes.io/storage-class":
			add(words.names, value)
		}
		collect(words, value, key)
	}
	for _, value := range n.Items() {
		collect(words, value, under)
	}
}

// signed reports whether a string or key of the tree has a sign of Redis.
func signed(n *manifest.Node) bool {
	if s, ok := n.Str(); ok {
		return hasSign(s)
	}
	for key, value := range n.Fields() {
		if hasSign(key) || signed(value) {
			return true
		}
	}
	for _, value := range n.Items() {
		if signed(value) {
			return true
		}
	}
	return false
}
