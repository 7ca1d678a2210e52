package topology

// Client is a place in a workload of the input that names a host of this Redis
// to connect to.
type Client struct {
	Origin Origin `json:"-"` // of the host

	Object    Object `json:"object"`
	Container string `json:"container"`
	Variable  string `json:"variable"` // that holds the host: REDIS_HOST; "" for an argument
	Host      string `json:"host"`     // as written, without the port
	// Port is unknown when neither the host nor a variable beside it says it.
	Port Field[int64] `json:"port"`
	// Pod is true when the host is one Pod, false when it is a Service.
	Pod bool `json:"pod"`
	// Reaches is what is behind the host: master, replica, any, or sentinel.
	Reaches Field[string] `json:"reaches"`
	// Reads is true when the variable's name says that it is for reading only.
	Reads bool `json:"reads"`
	// AsksSentinel and Cluster are true when the container is told of Sentinels,
	// or of Redis Cluster. Unknown when not all of its variables can be seen.
	AsksSentinel Field[bool] `json:"asks_sentinel"`
	Cluster      Field[bool] `json:"cluster"`
}

// Route is an object of the input that leads traffic from outside the cluster
// to a Service of this Redis.
type Route struct {
	Origin Origin `json:"-"` // where it names the Service

	Object  Object `json:"object"`
	Service string `json:"service"` // name
	// Protocol is http or tcp.
	Protocol Field[string] `json:"protocol"`
	// RedisPort is true when it leads to the data port.
	RedisPort Field[bool] `json:"redis_port"`
}
