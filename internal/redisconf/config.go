package redisconf

import (
	"math"
	"slices"
	"strings"
	"sync"
)

// Config is the effective configuration of one server.
type Config struct {
	// Mode is what the program runs as; the zero value leaves it open and accepts the directives of both.
	Mode Mode

	// base is what directives come on top of, nil for nothing. It is never changed, and indices go on behind its own.
	base       *Config
	directives []Directive
	byName     map[string][]int
	// lastHole is the index of the last place where anything may have been set unseen, or -1.
	lastHole int

	once     sync.Once // guards examined
	examined examined
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
	return (*Config)(nil).With(layers...)
}

// With returns the configuration that c is with layers on top of it. It shares c, which may be shared by any number: a
// file that many servers load is read once.
func (c *Config) With(layers ...[]Directive) *Config {
	if c != nil && c.base != nil {
		layers = append([][]Directive{c.directives}, layers...)
		c = c.base
	}
	on := &Config{base: c, directives: slices.Concat(layers...), byName: map[string][]int{}, lastHole: -1}
	if c != nil {
		on.lastHole = c.lastHole
	}
	for i, d := range on.directives {
		i += on.below()
		if d.Name == "" || d.Name == "include" {
			on.lastHole = i
		}
		if d.Name != "" && d.Fault == "" {
			on.byName[d.Name] = append(on.byName[d.Name], i)
		}
	}
	return on
}

// below is how many directives the base has.
func (c *Config) below() int {
	if c.base == nil {
		return 0
	}
	return len(c.base.directives)
}

// at returns the directive of an index.
func (c *Config) at(i int) *Directive {
	if n := c.below(); i >= n {
		return &c.directives[i-n]
	}
	return &c.base.directives[i]
}

// indices are those of the directives of a canonical name, in order.
func (c *Config) indices(name string) []int {
	if c.base == nil || len(c.base.byName[name]) == 0 {
		return c.byName[name]
	}
	if len(c.byName[name]) == 0 {
		return c.base.byName[name]
	}
	return slices.Concat(c.base.byName[name], c.byName[name])
}

// Complete reports whether everything that configures the server was visible.
func (c *Config) Complete() bool { return c.lastHole < 0 }

// Directives returns every directive in the order the server reads them. They are not to be changed.
func (c *Config) Directives() []Directive {
	if c.base == nil {
		return c.directives
	}
	if len(c.directives) == 0 {
		return c.base.directives
	}
	return slices.Concat(c.base.directives, c.directives)
}

// Last returns the directive that decides the name, nil when none sets it.
func (c *Config) Last(name string) *Directive {
	at := c.indices(canonical(name))
	if len(at) == 0 {
		return nil
	}
	return c.at(at[len(at)-1])
}

// All returns every directive of the name, in order.
func (c *Config) All(name string) []Directive {
	var all []Directive
	for _, i := range c.indices(canonical(name)) {
		all = append(all, *c.at(i))
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
	at := c.indices(name)
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
	at := c.indices("save")
	if len(at) == 0 {
		if !c.Complete() {
			return nil, false, nil
		}
		return []SavePoint{{Seconds: 3600, Changes: 1}, {Seconds: 300, Changes: 100}, {Seconds: 60, Changes: 10000}}, true, nil
	}
	s := specs["save"]
	known := c.Complete()
	for _, i := range at {
		d := c.at(i)
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
