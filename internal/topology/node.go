package topology

// Node is a workload that runs redis-server: one server in each of its Pods.
type Node struct {
	Origin Origin `json:"-"` // the container

	Object    Object        `json:"object"`
	Container string        `json:"container"`
	Image     Field[string] `json:"image"`
	Replicas  Field[int64]  `json:"replicas"`
	// Role is master, replica, or any where Pods take either role. A server
	// without replicas is a master.
	Role   Field[string] `json:"role"`
	Memory *Resource     `json:"memory"`
	CPU    *Resource     `json:"cpu" form:"millicores"` // in thousandths of a core
	Config *Config       `json:"config"`
	Data   *Data         `json:"data"`
	Probes *Probes       `json:"probes"`

	GracePeriod Field[int64] `json:"grace_period"` // seconds
	// Shutdown is what keeps the server waiting when its Pod ends. nil when
	// nothing is known to.
	Shutdown    *Shutdown   `json:"shutdown"`
	HostNetwork Field[bool] `json:"host_network"`
	// GoverningService is the Service that spec.serviceName of a StatefulSet
	// names. Absent for other kinds; unknown when it is not in the input.
	GoverningService *GoverningService `json:"governing_service"`
	Spread           *Spread           `json:"spread"`
	Budgeted         Field[bool]       `json:"budgeted"` // a PodDisruptionBudget selects the Pods
	// Autoscaler is nil when nothing in the input scales the workload.
	Autoscaler *Autoscaler `json:"autoscaler"`
	// Bus is the cluster bus as NetworkPolicies of the input leave it.
	Bus *Bus `json:"bus"`
	// Isolated is true when a NetworkPolicy of the input selects the Pods for
	// ingress.
	Isolated Field[bool] `json:"isolated"`
	Access   *Access     `json:"access"`
	// Overlaps is true when an update of the workload starts a new Pod before the
	// old one has ended.
	Overlaps Field[bool] `json:"overlaps" form:"strategy"`
}

// Shutdown is a preStop hook that sleeps. The kubelet tells the server to end
// only when the hook has, or 2 seconds before it kills it.
type Shutdown struct {
	Origin Origin `json:"-"`

	Delay Field[int64] `json:"delay"` // seconds that the hook sleeps at least
	// Hook is what a person calls it: "the preStop hook".
	Hook string `json:"hook"`
}

// Resource is a container's request and limit of one resource, after
// Kubernetes' defaulting of a missing request from the limit.
type Resource struct {
	Origin Origin `json:"-"` // the container's resources

	Request *Quantity `json:"request"`
	Limit   *Quantity `json:"limit"`
}

// Quantity is an amount that may not be set. Amount is in bytes for memory and
// storage, in thousandths of a core for CPU.
type Quantity struct {
	Origin Origin `json:"-"`

	Present bool         `json:"present"`
	Amount  Field[int64] `json:"amount"`
	Text    string       `json:"text"` // as written
	// Defaulted is true for a request that Kubernetes copies from the limit.
	Defaulted bool `json:"defaulted"`
}

// Data is where a server keeps its dump and its append-only files.
type Data struct {
	Origin Origin `json:"-"`

	Kind  Field[string] `json:"kind"` // claim, emptyDir, hostPath, memory, none, other
	Size  *Quantity     `json:"size"`
	Class *Class        `json:"class"`
	Mount string        `json:"mount"` // mount path
	// AccessModes as in the claim; nil when unknown.
	AccessModes []string `json:"access_modes"`
	// Unused is a claim that the Pods have while the server writes elsewhere.
	Unused *UnusedClaim `json:"unused"`
}

// UnusedClaim is a claim that holds nothing of a server's dataset.
type UnusedClaim struct {
	Origin Origin `json:"-"`

	Present bool `json:"present"`

	Name  string `json:"name"`  // of the volume
	Mount string `json:"mount"` // path at which the container mounts it; "" when none of the Pods' containers does
}

// Class is the storage class of a claim.
type Class struct {
	Origin Origin `json:"-"`

	Present bool          `json:"present"`
	Name    Field[string] `json:"name"`
	// Provisioner is that of the StorageClass object; unknown without it.
	Provisioner Field[string] `json:"provisioner"`
	// Medium is ssd, hdd or network. Unknown when neither the StorageClass
	// object nor the well-known names decide it.
	Medium Field[string] `json:"medium"`
	// Basis says what decided the medium: "provisioner", "name", or the
	// user's "configuration".
	Basis string `json:"basis"`
	// Detail is the deciding value, for messages: "type st1", "class hdd".
	Detail string `json:"detail"`
}

// Probes are the probes of one container.
type Probes struct {
	Origin Origin `json:"-"` // the container

	Liveness  *Probe `json:"liveness"`
	Readiness *Probe `json:"readiness"`
	Startup   *Probe `json:"startup"`
}

// Probe is one probe with Kubernetes' defaults applied. Times are in seconds.
type Probe struct {
	Origin Origin `json:"-"`

	Present bool          `json:"present"`
	Kind    Field[string] `json:"kind"` // exec, tcp, http, grpc
	Timeout Field[int64]  `json:"timeout"`
	// EffectiveTimeout is the smaller of Timeout and the one inside the command.
	EffectiveTimeout Field[int64] `json:"effective_timeout"`
	Delay            Field[int64] `json:"delay"`
	Period           Field[int64] `json:"period"`
	Failures         Field[int64] `json:"failures"`
	// RequiresPong is true when the command fails on any answer but PONG, so
	// also while the server is loading; false when it accepts LOADING.
	RequiresPong Field[bool] `json:"requires_pong"`
	// AcceptsLoading is true when the command succeeds while the server loads,
	// AcceptsMisconf when it does while the server refuses writes because it
	// cannot save.
	AcceptsLoading Field[bool] `json:"accepts_loading"`
	AcceptsMisconf Field[bool] `json:"accepts_misconf"`
	// OtherHost is true when the command asks another Pod (its master, say).
	OtherHost Field[bool] `json:"other_host"`
}

// GoverningService is the Service that gives the Pods of a StatefulSet names.
type GoverningService struct {
	Origin Origin `json:"-"` // spec.serviceName

	Name     string      `json:"name"`
	Headless Field[bool] `json:"headless" form:"headless"` // its origin is in the Service
	// OtherHeadless is true when another headless Service of the input selects
	// the Pods.
	OtherHeadless Field[bool] `json:"other_headless"`
}

// Bus is the port on which the nodes of a Redis Cluster, or Sentinels, talk to
// each other.
type Bus struct {
	Origin Origin `json:"-"`

	Port Field[int64] `json:"port"`
	// Ingress and Egress are false when the NetworkPolicies of the input that
	// select the Pods together allow no traffic on the port between them. Their
	// origins are the policy that comes nearest.
	Ingress Field[bool] `json:"ingress"`
	Egress  Field[bool] `json:"egress"`
	Policy  string      `json:"policy"` // name of the policy that Origin is in
}
