package redisconf

import (
	"math"
	"slices"
	"strings"
)

// OutputBufferLimit returns the hard limit, in bytes, on the output buffers of a class of clients (normal, replica or
// pubsub), and the directive that set it: nil when it is the default. 0 is unlimited. A directive sets only the classes
// that it names, so that all of them count. Not ok: unknown.
func (c *Config) OutputBufferLimit(class string) (bytes int64, ok bool, last *Directive) {
	const name = "client-output-buffer-limit"
	s := specs[name]
	bytes, ok = hardLimit(strings.Fields(s.fallback), class)
	known := ok && c.Complete()
	for _, i := range c.indices(name) {
		d := c.at(i)
		if d.Dynamic || s.refuse(*d) != nil {
			known, last = false, d
			continue
		}
		if limit, names := hardLimit(s.words(d.Values()), class); names {
			bytes, known, last = limit, !d.Conditional && i > c.lastHole, d
		}
	}
	return bytes, known, last
}

// hardLimit finds the limit of a class among groups of four words: class, hard limit, soft limit, seconds.
func hardLimit(words []string, class string) (bytes int64, ok bool) {
	for group := range slices.Chunk(words, 4) {
		name := strings.ToLower(group[0])
		if name == "slave" {
			name = "replica"
		}
		if name != class || len(group) < 4 {
			continue
		}
		n, valid := ParseMemory(group[1])
		bytes, ok = int64(min(n, math.MaxInt64)), valid
	}
	return bytes, ok
}
