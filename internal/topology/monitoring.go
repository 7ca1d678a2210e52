package topology

// Exporter is what offers the metrics of a Redis to Prometheus:
// oliver006/redis_exporter, or a program like it.
type Exporter struct {
	Origin Origin `json:"-"` // where it is, or would be written

	Present bool   `json:"present"`
	Kind    string `json:"kind"` // sidecar, deployment or operator; "" when there is none
}

// Alert is an alerting rule of a PrometheusRule that is about Redis, and that
// no label keeps away from this one.
type Alert struct {
	Origin Origin `json:"-"`

	Name  string `json:"name"`
	Group string `json:"group"` // the rule group that it is in
	// Covers is true when nothing keeps the alert away from this Redis. Unknown
	// where labels decide it that a Redis gets only when it is scraped.
	Covers Field[bool] `json:"covers"`
	// First is true for one Redis among all that the alert may watch: what is
	// wrong with the alert alone is wrong once.
	First bool `json:"first"`
	// Metrics are the metrics of its expression that begin with redis_, each once;
	// nil when it cannot be read.
	Metrics []Metric `json:"metrics"`
	// Unlimited is what becomes of the alert while maxmemory is 0, when all it
	// compares is how full the memory is: "fires" or "silent".
	Unlimited Field[string] `json:"unlimited"`
	Threshold *Threshold    `json:"threshold"`
}

// Metric is a metric that an expression selects, where it does so first.
type Metric struct {
	Origin Origin `json:"-"`

	Name string `json:"name" form:"text"`
	// Exported is true for a metric that a version of the exporter has. Unknown
	// where the name may come from elsewhere: another program, a recording rule.
	Exported Field[bool] `json:"exported"`
	Nearest  string      `json:"nearest"` // the exporter's metric that was probably meant; "" when none is near
}

// Threshold is the point from which on an alert fires, when one quantity of
// Redis decides it.
type Threshold struct {
	Origin Origin `json:"-"` // the expression

	// Subject is the quantity: memory (used, of maxmemory), hits (of all
	// look-ups), evictions (keys), clients (of maxclients), lag (seconds).
	Subject string `json:"subject"`
	Amount  int64  `json:"amount"` // in thousandths: 800 is 80 %, or 0.8 s
	// Earliest is true when no other alert that may watch this Redis fires
	// earlier on the subject.
	Earliest bool `json:"earliest"`
}

// Backup is what copies the data of a Redis to another place.
type Backup struct {
	Origin Origin `json:"-"` // where it is, or the data that is not copied

	Present bool   `json:"present"`
	Kind    string `json:"kind"` // cronjob, sidecar or volume (a backup of the volume); "" when there is none
}
