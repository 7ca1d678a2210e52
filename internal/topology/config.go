package topology

// Config is the configuration that a server runs with after all files, flags
// and defaults. A nil *Config, or a nil setting, cannot be seen from the input.
// A setting that nobody wrote has Set false, Redis' default as its value and
// the place where it would be written as its origin.
type Config struct {
	Origin Origin `json:"-"`
	// Home is where a setting that nobody wrote could be added: the text of a file, a list of arguments or of settings.
	// It is the zero Origin where no such place is known.
	Home Origin `json:"-"`

	MaxMemory       *Size     `json:"maxmemory"` // 0 is unlimited
	MaxMemoryPolicy *Word     `json:"maxmemory_policy"`
	AppendOnly      *Flag     `json:"appendonly"`
	Save            *Save     `json:"save"`
	Announce        *Announce `json:"announce"`
	StopWrites      *Flag     `json:"stop_writes_on_bgsave_error"`

	BacklogSize *Size `json:"repl_backlog_size"`
	// ReplicaBuffer is the hard limit of client-output-buffer-limit for replicas;
	// 0 is unlimited.
	ReplicaBuffer *Size `json:"replica_output_buffer"`
	// MinReplicas is min-replicas-to-write, 0 where min-replicas-max-lag 0
	// switches it off.
	MinReplicas *Number `json:"min_replicas_to_write"`
	IOThreads   *Number `json:"io_threads"`

	// Invalid are directives that the server refuses to start with.
	Invalid []InvalidDirective `json:"invalid"`
	// NotLoaded are directives written where the server never reads them.
	NotLoaded []NotLoadedDirective `json:"not_loaded"`
	// Deprecated are directives under names that Redis has replaced.
	Deprecated []DeprecatedDirective `json:"deprecated"`
}

// Size is a directive that holds bytes.
type Size struct {
	Origin Origin `json:"-"`

	Set   bool         `json:"set"`
	Bytes Field[int64] `json:"bytes"`
	Text  string       `json:"text"` // as written
}

// Number is a directive that holds a whole number.
type Number struct {
	Origin Origin `json:"-"`

	Set   bool         `json:"set"`
	Value Field[int64] `json:"value"`
}

// Word is a directive that holds one of a few words, or a name.
type Word struct {
	Origin Origin `json:"-"`

	Set  bool          `json:"set"`
	Text Field[string] `json:"text"` // lower case
}

// Flag is a directive that holds yes or no.
type Flag struct {
	Origin Origin `json:"-"`

	Set bool        `json:"set"`
	On  Field[bool] `json:"on"`
}

// Save is the save points taken together.
type Save struct {
	Origin Origin `json:"-"`

	Set bool        `json:"set"`
	On  Field[bool] `json:"on"` // any save point
}

// Announce is the address that a cluster node tells clients and other nodes.
type Announce struct {
	Origin Origin `json:"-"`

	Set bool `json:"set"`
	// External is true when what is announced can lead from outside to this
	// very Pod. The Pod's own IP does not.
	External Field[bool] `json:"external"`
}

// InvalidDirective is one directive that stops the server.
type InvalidDirective struct {
	Origin Origin `json:"-"`

	Directive string `json:"directive"`             // name
	Text      string `json:"text" form:"directive"` // the whole line as written
	Reason    string `json:"reason"`                // why, as far as possible in the server's words
}

// NotLoadedDirective is one directive in a place that is never read.
type NotLoadedDirective struct {
	Origin Origin `json:"-"`

	Directive string `json:"directive"`
	Text      string `json:"text"`
	Place     string `json:"place"`  // where it stands: "master.conf"
	Reason    string `json:"reason"` // why nobody reads it
	Remedy    string `json:"remedy"` // where it belongs
}

// DeprecatedDirective is one directive under a name that Redis has replaced.
type DeprecatedDirective struct {
	Origin Origin `json:"-"`

	Directive   string `json:"directive" form:"name"` // as written
	Replacement string `json:"replacement"`           // "" for one that servers ignore
	Since       string `json:"since"`                 // version of Redis that has the replacement: "5.0"
	// Replaced is true when the server is of that version or later.
	Replaced Field[bool] `json:"replaced"`
}
