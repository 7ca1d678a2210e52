package source

import (
	"strconv"

	"github.com/redislint/redislint/internal/redisconf"
	"github.com/redislint/redislint/internal/topology"
)

// deprecated lists the directives of a configuration that have a newer name.
// Every server that is still in use knows those of Redis 5; of later ones it
// takes the image to tell.
func deprecated(config *redisconf.Config, image string) []topology.DeprecatedDirective {
	found := []topology.DeprecatedDirective{}
	v, known := versionOf(image)
	for _, d := range config.Directives() {
		now, ok := redisconf.Deprecated(d)
		if !ok {
			continue
		}
		origin := stretch(d.Origin, d.Offset, d.End)
		if origin.IsZero() {
			continue
		}
		e := topology.DeprecatedDirective{
			Origin: origin, Directive: d.Written, Replacement: now.Name, Since: strconv.Itoa(now.Major) + ".0",
		}
		switch {
		case known:
			e.Replaced = topology.Known(v.atLeast(now.Major, 0), origin)
		case now.Major <= 5:
			e.Replaced = topology.Known(true, origin)
		}
		found = append(found, e)
	}
	return found
}
