package source

import (
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/redisconf"
	"github.com/redislint/redislint/internal/topology"
)

// configSet is a list of settings, each a string "name value", that an
// operator hands to running servers one by one with CONFIG SET. It stops at
// the first that a server refuses.
type configSet struct {
	list part
	name string // of the list, for messages: spec.redis.customConfig
	// elsewhere is where settings belong that only a starting server takes.
	elsewhere string
	// empties is true when the operator makes an empty value of `""`.
	empties bool
}

// read returns the settings that the servers take, and those that they refuse.
// CONFIG SET takes all behind the first space for the value, spaces and quotes
// included, and its save replaces all save points.
func (c configSet) read() (taken []redisconf.Directive, refused []topology.NotLoadedDirective) {
	for i, item := range c.list.root.Items() {
		text, ok := item.Str()
		if !ok || strings.TrimSpace(text) == "" {
			continue
		}
		origin := c.list.origin.At(strconv.Itoa(i))
		d := c.directive(text, written{Origin: origin})
		reason, remedy := c.refusal(d)
		switch {
		case reason != "":
		case d.Name == "port": // a server that listens nowhere is only refused at its start
			continue
		case d.Name == "save":
			taken = append(taken, directive("save", "", written{Origin: origin}), d)
			continue
		default:
			taken = append(taken, d)
			continue
		}
		refused = append(refused, topology.NotLoadedDirective{
			Origin: origin, Directive: d.Name, Text: text, Place: c.name, Remedy: remedy,
			Reason: "CONFIG SET refuses it: " + reason + "; the operator stops there",
		})
		// What holds instead is what an earlier place says, which is not what
		// its author means: left open.
		d.Dynamic = true
		taken = append(taken, d)
	}
	return taken, refused
}

// directive reads one item.
func (c configSet) directive(text string, tag written) redisconf.Directive {
	name, value, assigned := strings.Cut(text, " ")
	d := redisconf.Directive{Name: strings.ToLower(name), Written: name, Offset: 0, End: len(text), Origin: tag}
	if read := redisconf.Parse(text, tag).Directives; len(read) > 0 {
		d.Name, d.Dynamic = read[0].Name, read[0].Dynamic
	}
	if assigned {
		if c.empties && value == `""` {
			value = ""
		}
		d.Args = []redisconf.Arg{{Value: value, Offset: len(name) + 1, End: len(text), Origin: tag}}
	}
	return d
}

// refusal says why a server refuses to take the setting, and where it belongs.
func (c configSet) refusal(d redisconf.Directive) (reason, remedy string) {
	const form = "the form that CONFIG SET takes"
	switch {
	case d.Dynamic:
		return "", ""
	case startOnly[d.Name]:
		return "can't set immutable config", c.elsewhere
	case fileOnly[d.Name]:
		return "no setting of a running server", c.elsewhere
	case len(d.Args) == 0:
		return "no value", form
	case d.Name == "save" && strings.ContainsAny(d.Args[0].Value, `"'`):
		return "Invalid save parameters, quotes are part of the value", form
	}
	for _, p := range redisconf.Merge([]redisconf.Directive{d}).Problems() {
		if d.Name != "port" && d.Name != "bind" { // nothing else to listen on is no reason here
			return p.Reason, form
		}
	}
	return "", ""
}

// startOnly are the settings that CONFIG SET refuses as immutable, in Redis 6.2
// to 7.4 (config.c, IMMUTABLE_CONFIG).
var startOnly = wordSet("rdbchecksum daemonize io-threads-do-reads always-show-logo set-proc-title syslog-enabled cluster-enabled " +
	"disable-thp aclfile unixsocket pidfile cluster-config-file syslog-ident appendfilename appenddirname logfile supervised " +
	"syslog-facility enable-protected-configs enable-debug-command enable-module-command databases io-threads tcp-backlog " +
	"cluster-port unixsocketperm socket-mark-id replicaof")

// fileOnly are the directives of a configuration file that are no settings.
var fileOnly = wordSet("include rename-command user loadmodule sentinel")

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}
