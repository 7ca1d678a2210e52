package source

import (
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/redisconf"
	"github.com/redislint/redislint/internal/topology"
)

// gracePeriod reads terminationGracePeriodSeconds of a Pod's spec: 30 when
// absent, and 0 is no time at all.
func gracePeriod(spec *manifest.Node, origin topology.Origin) topology.Field[int64] {
	return count(spec.Get("terminationGracePeriodSeconds"), origin.At("terminationGracePeriodSeconds"), 30)
}

// shutdown reads a preStop hook that does nothing but sleep. What any other
// hook does with the server, and how long it takes, is left open.
func (c *container) shutdown() *topology.Shutdown {
	list := c.root.Get("lifecycle", "preStop", "exec", "command")
	at := c.origin.At("lifecycle", "preStop", "exec", "command")
	var argv []redisconf.Word
	for i, word := range list.Items() {
		value := c.expand(word.Text())
		if strings.Contains(value, "&") { // which may send a sleep to the background
			return nil
		}
		argv = append(argv, redisconf.Word{Value: value, End: len(value), Origin: written{Origin: at.At(strconv.Itoa(i)), altered: true}})
	}
	commands := c.shell(nil).CommandsOf(argv)
	var delay int64
	for _, k := range commands {
		if k.Name != "sleep" || k.Conditional || k.Substituted || k.Opaque || k.Function != "" || k.Timeout > 0 || len(k.Args) != 1 {
			return nil
		}
		n, err := strconv.ParseUint(k.Args[0].Value, 10, 31)
		if err != nil || k.Args[0].Dynamic || k.Args[0].Conditional {
			return nil
		}
		delay += int64(n)
	}
	if delay == 0 {
		return nil
	}
	return &topology.Shutdown{Origin: at, Delay: topology.Known(delay, at), Hook: "the preStop hook"}
}
