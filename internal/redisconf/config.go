package redisconf

import (
	"math"
	"slices"
	"strings"
)

// Config is the effective configuration of one server.
type Config struct {
	// Mode is what the program runs as; the zero value leaves it open and accepts the directives of both.
	Mode Mode

	directives []Directive
	byName     map[string][]int
	// lastHole is the index of the last place where anything may have been set unseen, or -1.
	lastHole int
}

// Mode says which of its two programs a server is.
type Mode int

// A server keeps data, or it is a Sentinel.
const (
	AnyMode Mode = iota
	DataMode
	SentinelMode
)

// Merge applies layers in order: the file with its includes in place, then the command line. The last directive of a name
// wins, save accumulates. An include left in a layer, a template line and a directive without a name are holes: what was
// set before them is not known any more.
func Merge(layers ...[]Directive) *Config {
	c := &Config{directives: slices.Concat(layers...), byName: map[string][]int{}, lastHole: -1}
	for i, d := range c.directives {
		if d.Name == "" || d.Name == "include" {
			c.lastHole = i
		}
		if d.Name != "" && d.Fault == "" {
			c.byName[d.Name] = append(c.byName[d.Name], i)
		}
	}
	return c
}

// Complete reports whether everything that configures the server was visible.
func (c *Config) Complete() bool { return c.lastHole < 0 }

// Directives returns every directive in the order the server reads them.
func (c *Config) Directives() []Directive { return c.directives }

// Last returns the directive that decides the name, nil when none sets it.
func (c *Config) Last(name string) *Directive {
	at := c.byName[canonical(name)]
	if len(at) == 0 {
		return nil
	}
	return &c.directives[at[len(at)-1]]
}

// All returns every directive of the name, in order.
func (c *Config) All(name string) []Directive {
	var all []Directive
	for _, i := range c.byName[canonical(name)] {
		all = append(all, c.directives[i])
	}
	return all
}

// value returns the arguments in effect for the name, or the default's. Not ok: unknown, because something dynamic,
// conditional or unseen decides it, or because the server refuses it.
func (c *Config) value(name string) (args []string, s spec, d *Directive, ok bool) {
	name = canonical(name)
	s, known := specs[name]
	d = c.Last(name)
	if d == nil {
		fallback := s.fallback
		if name == "port" && c.Mode == SentinelMode {
			fallback = "26379"
		}
		return []string{fallback}, s, nil, known && c.Complete()
	}
	at := c.byName[name]
	if at[len(at)-1] < c.lastHole || d.Dynamic || d.Conditional {
		return nil, s, d, false
	}
	if known && s.refuse(*d) != nil {
		return nil, s, d, false
	}
	return d.Values(), s, d, true
}

// Size returns a size in bytes, saturated at math.MaxInt64, and the directive that set it: nil when it is the default.
// Not ok: the size is unknown, or not a plain size (maxmemory-clients 5%).
func (c *Config) Size(name string) (bytes int64, ok bool, d *Directive) {
	args, s, d, ok := c.value(name)
	if !ok || s.kind != isMemory || len(args) != 1 {
		return 0, false, d
	}
	n, ok := ParseMemory(args[0])
	if s.isPercent && n > math.MaxInt64 {
		return 0, false, d // wraps around to a percentage
	}
	return int64(min(n, math.MaxInt64)), ok, d
}

// Int returns an integer and the directive that set it: nil when it is the default. Not ok: unknown.
func (c *Config) Int(name string) (n int64, ok bool, d *Directive) {
	args, s, d, ok := c.value(name)
	if !ok || s.kind != isInteger || len(args) != 1 {
		return 0, false, d
	}
	n, err := s.number(args[0])
	if canonical(name) == "hz" {
		n = min(max(n, 1), 500)
	}
	return n, err == nil, d
}

// Bool returns a yes or no and the directive that set it: nil when it is the default. Not ok: unknown.
func (c *Config) Bool(name string) (value, ok bool, d *Directive) {
	args, s, d, ok := c.value(name)
	if !ok || s.kind != isBool || len(args) != 1 {
		return false, false, d
	}
	value, ok = parseBool(args[0])
	return value, ok, d
}

// Enum returns a choice in its canonical spelling and the directive that set it: nil when it is the default. Not ok:
// unknown.
func (c *Config) Enum(name string) (value string, ok bool, d *Directive) {
	args, s, d, ok := c.value(name)
	if !ok || s.kind != isChoice {
		return "", false, d
	}
	value, err := s.choose(s.words(args))
	return value, err == nil, d
}

// Text returns the arguments, joined by spaces when there are several, and the directive that set them: nil when they are
// the default. Not ok: unknown.
func (c *Config) Text(name string) (value string, ok bool, d *Directive) {
	args, _, d, ok := c.value(name)
	return strings.Join(args, " "), ok, d
}

// SavePoint makes the server write an RDB file when at least Changes keys changed within Seconds.
type SavePoint struct {
	Seconds, Changes int64
	// Directive is the save line it comes from, nil for Redis's defaults.
	Directive *Directive
}

// Saves returns the save points in effect and the last save directive, nil when the points are the defaults. Save lines
// accumulate, over files and command line too; `save ""` clears. Not ok: unknown.
func (c *Config) Saves() (points []SavePoint, ok bool, last *Directive) {
	at := c.byName["save"]
	if len(at) == 0 {
		if !c.Complete() {
			return nil, false, nil
		}
		return []SavePoint{{Seconds: 3600, Changes: 1}, {Seconds: 300, Changes: 100}, {Seconds: 60, Changes: 10000}}, true, nil
	}
	s := specs["save"]
	known := c.Complete()
	for _, i := range at {
		d := &c.directives[i]
		last = d
		words := s.words(d.Values())
		switch {
		case d.Dynamic, s.refuse(*d) != nil:
			known = false
			continue
		case len(words) == 1:
			points = nil
			known = !d.Conditional && i > c.lastHole
			continue
		case d.Conditional:
			known = false
		}
		for pair := range slices.Chunk(words, 2) {
			seconds, _ := parseLoosely(pair[0], 10)
			changes, _ := parseLoosely(pair[1], 10)
			points = append(points, SavePoint{Seconds: seconds, Changes: int64(int32(changes)), Directive: d})
		}
	}
	if !known {
		return nil, false, last
	}
	return points, true, last
}
