package topology

// Monitored is the master that a Sentinel is told to watch when it first starts.
type Monitored struct {
	Origin Origin `json:"-"` // the monitor statement

	Host string `json:"host"` // as written
	// Named is true for a host name, false for an address.
	Named bool `json:"named"`
	// Resolved is true when the Sentinel looks a name up: since Redis 6.2 only
	// with resolve-hostnames, before that always, once.
	Resolved Field[bool] `json:"resolved"`
}

// ConfigFile is the file that a Sentinel is started with, in which it keeps what
// it learns.
type ConfigFile struct {
	Origin Origin `json:"-"` // the mount that it is in

	Path     string      `json:"path"`
	Writable Field[bool] `json:"writable"`
	Volume   string      `json:"volume"` // what is mounted there: "ConfigMap redis-sentinel"
}
