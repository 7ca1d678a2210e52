package redisconf

// Verdict is an answer that a text may not give.
type Verdict int

// The answers.
const (
	Unknown Verdict = iota
	No
	Yes
)

// Probe is what a probe's command does with the answers a Redis can give.
type Probe struct {
	// UsesCLI: redis-cli or one of its forks is run. Ping: it sends PING.
	UsesCLI, Ping bool
	// TimeoutSeconds is the shortest limit a timeout gives to a redis-cli; not HasTimeout: there is none.
	TimeoutSeconds float64
	HasTimeout     bool
	// RequiresPong: every answer but PONG makes the probe fail.
	RequiresPong Verdict
	// AcceptsLoading, AcceptsMasterdown, AcceptsNoauth: the probe succeeds while the server gives that error.
	AcceptsLoading, AcceptsMasterdown, AcceptsNoauth Verdict
	// OtherHost: it asks a Redis that is not its own.
	OtherHost Verdict
	// RoleAware: it asks for the replication role.
	RoleAware bool
	// Unknown: it runs something that cannot be seen and that may decide.
	Unknown bool
}

// ProbeOf judges the argv of an exec probe.
func ProbeOf(argv []Word) Probe { return Shell{}.Probe(argv) }

// ProbeScript judges the text of a probe script started with args.
func ProbeScript(script string, args ...string) Probe { return Shell{}.ProbeScript(script, args...) }

// Probe judges the argv of an exec probe, in this shell: scripts are opened with Open.
func (s Shell) Probe(argv []Word) Probe { return Probe{Unknown: true} }

// ProbeScript judges the text of a probe script started with args, in this shell.
func (s Shell) ProbeScript(script string, args ...string) Probe { return Probe{Unknown: true} }
