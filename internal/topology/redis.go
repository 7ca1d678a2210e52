// Package topology is the model of a deployed Redis that rules judge, with the
// origin of every fact. It knows the model's shape, its JSON encoding and its
// schema; it does not know how any source fills it.
//
// A nil pointer, a nil slice and an unknown Field are unknown, and are left out
// of the encoding. What was looked for and is not there is encoded as
// {"present": false}.
package topology

import "github.com/redislint/redislint/internal/manifest"

// Mode is how the nodes of a Redis work together.
type Mode string

// The modes of Redis.
const (
	Standalone  Mode = "standalone"  // one node, or nodes that do not replicate
	Replication Mode = "replication" // a master and replicas, nobody promotes
	Sentinel    Mode = "sentinel"    // a master and replicas watched by Sentinels
	Cluster     Mode = "cluster"     // Redis Cluster
)

// Redis is one deployed Redis, in any mode, from any source.
type Redis struct {
	Origin Origin `json:"-"`

	Name      string      `json:"name"`
	Namespace string      `json:"namespace"` // as written; "" when the manifest leaves it to kubectl
	Source    string      `json:"source"`    // the source that recognised it: "workload", "bitnami", …
	Flavor    string      `json:"flavor"`    // what a person calls it: "Bitnami redis 23.1.1", "StatefulSet"
	Mode      Field[Mode] `json:"mode"`
	Profile   Profile     `json:"profile"`
	// ProfileBasis says what decided the profile, for people: "Deployment worker
	// runs Sidekiq". "" when nothing did.
	ProfileBasis string `json:"profile_basis"`
	// Shape is nil for Sentinels alone.
	Shape *Shape `json:"shape"`

	Nodes             []Node             `json:"nodes"`
	Sentinels         []SentinelNode     `json:"sentinels"`
	MasterGroups      []MasterGroup      `json:"master_groups"`
	Services          []Service          `json:"services"`
	DisruptionBudgets []DisruptionBudget `json:"disruption_budgets"`
	NetworkPolicies   []NetworkPolicy    `json:"network_policies"`
	Routes            []Route            `json:"routes"`
	// Clients are the places in other workloads of the input that name a host of
	// this Redis.
	Clients   []Client          `json:"clients"`
	Passwords []WrittenPassword `json:"passwords"`
	// Exporter, Alerts and Backups are nil where the input does not tell whether
	// there are any.
	Exporter *Exporter `json:"exporter"`
	Alerts   []Alert   `json:"alerts"`
	Backups  *Backup   `json:"backups"`
	// Settings is what the chart's values or the operator's resources say of it;
	// nil where neither made it.
	Settings *Settings `json:"settings"`

	// Objects are all objects of the input that this Redis was read from.
	Objects []*manifest.Object `json:"-"`
	// Unseen are references to objects that are not in the input.
	Unseen []Unseen `json:"-"`
}

// Stopped reports whether every workload of the Redis is known to be scaled to
// nothing: it is switched off, not broken.
func (r *Redis) Stopped() bool {
	for _, n := range r.Nodes {
		if !Is(n.Replicas, 0) {
			return false
		}
	}
	for _, s := range r.Sentinels {
		if !Is(s.Replicas, 0) {
			return false
		}
	}
	return len(r.Nodes)+len(r.Sentinels) > 0
}

// Unseen is an object that was referenced but not in the input, and what stays
// unknown because of it ("maxmemory", "volume size").
type Unseen struct {
	Kind, Name string
	Unknown    []string
	Origin     Origin // the reference
}

// Object names the Kubernetes object behind a part of a Redis.
type Object struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// MasterGroup is one master name that Sentinels watch together.
type MasterGroup struct {
	Origin Origin `json:"-"`

	Name string `json:"name"`
	// Sentinels is the sum over all Sentinel workloads of the group; unknown as
	// soon as the replicas of one of them are. Its origin is the replicas field
	// of the largest workload.
	Sentinels Field[int64] `json:"sentinels"`
	// Workloads is how many workloads run the Sentinels of the group.
	Workloads int64 `json:"workloads"`
	// Sidecar is true when the Sentinels run beside a Redis in the same Pods.
	Sidecar Field[bool]  `json:"sidecar"`
	Quorum  Field[int64] `json:"quorum"`
}

// SentinelNode is a workload that runs Sentinels: one in each of its Pods.
type SentinelNode struct {
	Origin Origin `json:"-"`

	Object      Object        `json:"object"`
	Container   string        `json:"container"`
	Replicas    Field[int64]  `json:"replicas"`
	MasterGroup Field[string] `json:"master_group"`
	Memory      *Resource     `json:"memory"`
	CPU         *Resource     `json:"cpu" form:"millicores"`

	// Spread and Budgeted are unknown for Sentinels that run beside a server:
	// what is said of its Pods is said of theirs.
	Spread   *Spread     `json:"spread"`
	Budgeted Field[bool] `json:"budgeted"` // a PodDisruptionBudget selects the Pods
	// Autoscaler is nil when nothing in the input scales the workload.
	Autoscaler *Autoscaler `json:"autoscaler"`
	Monitored  *Monitored  `json:"monitored"`
	ConfigFile *ConfigFile `json:"config_file"`
	// Bus is the port on which Sentinels talk to each other, and clients to them,
	// as NetworkPolicies of the input leave it.
	Bus *Bus `json:"bus"`
}

// Service is a Service of the input whose selector matches Pods of this Redis.
type Service struct {
	Origin Origin `json:"-"`

	Object   Object        `json:"object"`
	Type     Field[string] `json:"type"` // ClusterIP, NodePort, LoadBalancer, ExternalName
	Headless Field[bool]   `json:"headless"`
	// PerPod is true for a Service that can select one Pod only.
	PerPod Field[bool] `json:"per_pod"`
	// RedisPort and SentinelPort are true when a port of the Service leads to
	// the data port or the Sentinel port.
	RedisPort    Field[bool] `json:"redis_port"`
	SentinelPort Field[bool] `json:"sentinel_port"`
	// Reaches is what is behind it: master, replica, any, or sentinel where there
	// is no server.
	Reaches Field[string] `json:"reaches"`
	// Exposed is true when it takes connections from outside the cluster; its
	// origin is what says so.
	Exposed Field[bool] `json:"exposed"`
	// Restricted is true when it takes them from some addresses only.
	Restricted Field[bool] `json:"restricted"`
	// Internal is true for a load balancer that is annotated as internal.
	Internal        Field[bool] `json:"internal"`
	PublishNotReady Field[bool] `json:"publish_not_ready"`
	// Nodes are the indices of the Nodes whose Pods it selects.
	Nodes []int64 `json:"nodes"`
}

// DisruptionBudget is a PodDisruptionBudget that selects Pods of this Redis.
type DisruptionBudget struct {
	Origin Origin `json:"-"`

	Object         Object        `json:"object"`
	MinAvailable   Field[string] `json:"min_available" form:"share"` // "2" or "50%"
	MaxUnavailable Field[string] `json:"max_unavailable" form:"share"`
	Nodes          []int64       `json:"nodes"` // indices of the Nodes it selects
	// Pods is how many Pods of the input it selects; unknown when an autoscaler
	// decides that.
	Pods Field[int64] `json:"pods"`
	// Allowed is how many of them may be evicted while all run. Its origin is
	// the field that says so.
	Allowed Field[int64] `json:"allowed"`
}

// NetworkPolicy is a NetworkPolicy that selects Pods of this Redis.
type NetworkPolicy struct {
	Origin Origin `json:"-"`

	Object Object  `json:"object"`
	Nodes  []int64 `json:"nodes"` // indices of the Nodes it selects
}
