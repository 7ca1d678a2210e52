package chart

import (
	"strconv"

	"github.com/redislint/redislint/internal/manifest"
)

// probe derives one probe of a container, "liveness" say, from what its values say of it. handler is what it does; its
// timeout is that of the values and margin seconds more.
func (r *release) probe(x value, name string, margin int64, handler manifest.FieldTree) manifest.FieldTree {
	key := name + "Probe"
	custom := x.at("custom" + string(name[0]-'a'+'A') + name[1:] + "Probe")
	own := x.at(key)
	enabled := own.at("enabled")
	switch {
	case r.v.at("diagnosticMode.enabled").on():
		return none
	case custom.on() && (r.customProbesFirst() || enabled.off()):
		return field(key, custom.tree())
	case custom.truth() == maybe || enabled.truth() == maybe:
		return field(key, from(own, literal(unseen)))
	case enabled.off():
		return none
	}
	t := manifest.Tree{Ref: own.ref(), Map: true, Open: true}
	for _, setting := range own.children(false) {
		if setting.name() == "enabled" {
			continue
		}
		tree := setting.tree()
		if n, ok := setting.int(); ok && setting.name() == "timeoutSeconds" {
			tree.Value = n + margin
		}
		t.Fields = append(t.Fields, field(setting.name(), tree))
	}
	t.Fields = append(t.Fields, handler)
	return field(key, t)
}

// runs is a probe that starts a script and gives it the timeout of the values.
func runs(script string, timeout value) manifest.FieldTree {
	seconds := timeout.text()
	if n, ok := timeout.int(); ok {
		seconds = strconv.FormatInt(n, 10)
	}
	return field("exec", fields(field("command", items(
		literal("/bin/bash"), literal("-ec"), from(timeout, literal(script+" "+seconds)),
	))))
}

func tcpSocket(port string) manifest.FieldTree {
	return field("tcpSocket", fields(set("port", port)))
}
