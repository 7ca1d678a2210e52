package redisconf

import "mvdan.cc/sh/v3/syntax"

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
	// TimeoutSeconds is the shortest limit that a timeout gives to a redis-cli, 0 when none does: then HasTimeout is false.
	TimeoutSeconds float64
	HasTimeout     bool
	// RequiresPong: every error instead of PONG makes the probe fail.
	RequiresPong Verdict
	// AcceptsLoading and its like: the probe succeeds while its own server answers so.
	AcceptsLoading, AcceptsMasterdown, AcceptsNoauth, AcceptsMisconf Verdict
	// OtherHost: it asks a Redis that is not its own, so that one pod's trouble fails another's probe.
	OtherHost Verdict
	// RoleAware: it asks for the replication role.
	RoleAware bool
	// Unknown: something decides that cannot be seen, such as a script in the image.
	Unknown bool
}

// ProbeOf judges the argv of an exec probe.
func ProbeOf(argv []Word) Probe { return Shell{}.Probe(argv) }

// ProbeScript judges the text of a probe script started with args.
func ProbeScript(script string, args ...string) Probe { return Shell{}.ProbeScript(script, args...) }

// Probe judges the argv of an exec probe in this shell: it rehearses the command against each answer a server can give.
// Scripts are opened with Open. Args and Name of the shell are not used.
func (s Shell) Probe(argv []Word) Probe {
	for i := range argv {
		if holdsReference(argv[i].Value) {
			argv = append([]Word(nil), argv...)
			argv[i].Dynamic = true
		}
	}
	return s.rehearse(func(sc *scope) int { return sc.start(argv) })
}

// ProbeScript judges the text of a probe script started with args, in this shell.
func (s Shell) ProbeScript(script string, args ...string) Probe {
	words := make([]Word, len(args))
	for i, arg := range args {
		words[i] = Word{Value: arg}
	}
	return s.rehearse(func(sc *scope) int {
		sc.args = words
		return sc.script(script)
	})
}

// reply is what the server answers to PING in a rehearsal.
type reply string

const (
	pong       reply = "PONG"
	loading    reply = "LOADING Redis is loading the dataset in memory"
	masterdown reply = "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."
	noauth     reply = "NOAUTH Authentication required."
	misconf    reply = "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk."
)

// rehearse runs the probe once for each way that its unknown conditions may turn out, first against a healthy server. Only
// the turns with which the healthy server passes count against the others: what fails a probe anyway is not their doing.
func (s Shell) rehearse(run func(*scope) int) Probe {
	var p Probe
	parsed, steps := map[string]*syntax.File{}, maxTotalSteps
	healthy, complete := s.turns(&p, parsed, &steps, pong, nil, run)
	p.AcceptsLoading, p.AcceptsMasterdown, p.AcceptsNoauth, p.AcceptsMisconf = Unknown, Unknown, Unknown, Unknown
	if complete && len(healthy) > 0 {
		p.AcceptsLoading = s.verdict(&p, parsed, &steps, loading, healthy, run)
		p.AcceptsMasterdown = s.verdict(&p, parsed, &steps, masterdown, healthy, run)
		p.AcceptsNoauth = s.verdict(&p, parsed, &steps, noauth, healthy, run)
		p.AcceptsMisconf = s.verdict(&p, parsed, &steps, misconf, healthy, run)
	}
	switch {
	case p.AcceptsLoading == Yes || p.AcceptsMasterdown == Yes || p.AcceptsNoauth == Yes:
		p.RequiresPong = No
	case p.AcceptsLoading == No && p.AcceptsMasterdown == No && p.AcceptsNoauth == No:
		p.RequiresPong = Yes
	}
	if p.OtherHost == Unknown && p.UsesCLI && !p.Unknown {
		p.OtherHost = No
	}
	p.Unknown = p.Unknown && (p.AcceptsLoading == Unknown || !p.UsesCLI)
	return p
}

// turn is one run of the probe: how its unknown conditions turned out, and the exit code.
type turn struct {
	decisions map[string]bool
	exit      int
}

const (
	maxTurns      = 256
	maxTotalSteps = 100 * maxSteps
)

// turns runs the probe for every way its unknown conditions may turn out and returns the runs that exit with 0, or with
// like, those that some run of it agrees with. Not complete: there are more ways than are tried.
func (s Shell) turns(p *Probe, parsed map[string]*syntax.File, steps *int, answer reply, like []turn, run func(*scope) int) (turns []turn, complete bool) {
	var choices []bool
	for range maxTurns {
		r := &rehearsal{shell: s, answer: answer, probe: p, parsed: parsed, choices: choices, decisions: map[string]bool{}, steps: maxSteps}
		exit := r.run(run)
		if *steps -= maxSteps - r.steps; r.steps <= 0 || *steps <= 0 {
			p.Unknown = true
			return turns, false
		}
		t := turn{decisions: r.decisions, exit: exit}
		if like == nil && exit == 0 || like != nil && agrees(t, like) {
			turns = append(turns, t)
		}
		choices = r.taken
		for len(choices) > 0 && choices[len(choices)-1] {
			choices = choices[:len(choices)-1]
		}
		if len(choices) == 0 {
			return turns, true
		}
		choices[len(choices)-1] = true
	}
	return turns, false
}

// agrees reports whether a run is possible in one of the situations that the others stand for.
func agrees(t turn, others []turn) bool {
	for _, other := range others {
		agree := true
		for condition, value := range t.decisions {
			if was, ok := other.decisions[condition]; ok && was != value {
				agree = false
				break
			}
		}
		if agree {
			return true
		}
	}
	return false
}

func (s Shell) verdict(p *Probe, parsed map[string]*syntax.File, steps *int, answer reply, healthy []turn, run func(*scope) int) Verdict {
	turns, complete := s.turns(p, parsed, steps, answer, healthy, run)
	if !complete || len(turns) == 0 || !p.UsesCLI {
		return Unknown
	}
	passes, fails := 0, 0
	for _, t := range turns {
		if t.exit == 0 {
			passes++
		} else {
			fails++
		}
	}
	switch {
	case fails == 0:
		return Yes
	case passes == 0:
		return No
	}
	return Unknown
}
