package redisconf

import "strings"

// Deprecation is what became of a name that Redis has replaced.
type Deprecation struct {
	// Name is the one to use now; empty when servers ignore the directive altogether.
	Name string
	// Major is the version of Redis that has it.
	Major int
}

// Deprecated tells what became of the name under which a directive is written, and of the class slave of
// client-output-buffer-limit. Not ok: Redis 7.0 has no better one.
func Deprecated(d Directive) (now Deprecation, ok bool) {
	written := strings.ToLower(d.Written)
	switch name, aliased := aliases[written]; {
	case aliased && strings.Contains(written, "slave"):
		return Deprecation{name, 5}, true
	case aliased:
		return Deprecation{name, 7}, true
	case written == "lua-replicate-commands":
		return Deprecation{"", 7}, true
	case ignored[written]:
		return Deprecation{"list-max-listpack-size", 7}, true
	case d.Name == "client-output-buffer-limit":
		for i, arg := range d.Args {
			if i%4 == 0 && strings.EqualFold(arg.Value, "slave") {
				return Deprecation{"client-output-buffer-limit replica", 5}, true
			}
		}
	}
	return Deprecation{}, false
}
