package topology

// Profile is what the data of a Redis is to those who use it.
type Profile string

// The profiles.
const (
	Cache          Profile = "cache"   // all of it may be lost at any time
	Store          Profile = "store"   // none of it may: queues, sessions, records
	UnknownProfile Profile = "unknown" // nobody says, and nothing gives it away
)

// Shape is how many nodes a Redis has when all of its Pods run, and how they
// divide the work.
type Shape struct {
	Origin Origin `json:"-"` // where the number of the largest workload's Pods is written

	// Whole is true when no other manifest can add nodes: a chart or an operator
	// makes all of them.
	Whole bool `json:"whole"`
	// Nodes is the number of servers; Masters how many of them own data.
	Nodes   Field[int64] `json:"nodes"`
	Masters Field[int64] `json:"masters"`
	// Replicas is how many replicas the master has; in a cluster, the one that
	// has fewest. Unknown where the master, or more replicas, may be elsewhere.
	Replicas Field[int64] `json:"replicas"`
	// Each is how many replicas of each master a cluster is created with, where
	// that is said.
	Each Field[int64] `json:"each"`
	// Watched is whether Sentinels watch the master of replicas. Unknown where a
	// Service leads to Sentinels that are not in the input.
	Watched Field[bool] `json:"watched"`
}

// Spread is what keeps the Pods of a workload on different machines.
type Spread struct {
	Origin Origin `json:"-"` // where a term would be written

	// Present is true when any term of podAntiAffinity or
	// topologySpreadConstraint is written, whatever it selects.
	Present bool `json:"present"`
	// Effective is true when a term, hard or soft, selects the Pods themselves,
	// or when their ports on the machine keep them apart.
	Effective Field[bool] `json:"effective"`
	// Mutual is true when a term, of either, keeps the Pods and those of another
	// workload of the same Redis apart. Unknown where there is no other one, where
	// they are sent to machines of their own, for Pods that an operator makes, and
	// for all but the first of several servers in one Pod.
	Mutual Field[bool] `json:"mutual"`
	// Misses are the terms that select other Pods only.
	Misses []SpreadMiss `json:"misses"`
}

// SpreadMiss is a term that does not select the Pods it belongs to.
type SpreadMiss struct {
	Origin Origin `json:"-"` // of the selector

	Kind     string `json:"kind"`     // podAntiAffinity or topologySpreadConstraint
	Selector string `json:"selector"` // "app=redis, tier=cache"; "" for one that selects nothing
	Labels   string `json:"labels"`   // what the Pods have of the labels it asks for: "app=redis-ha", "no label tier"
}

// Autoscaler is what changes the number of Pods of a workload by itself.
type Autoscaler struct {
	Origin Origin `json:"-"` // its maximum

	Object Object       `json:"object"`
	Min    Field[int64] `json:"min"`
	Max    Field[int64] `json:"max"`
}
