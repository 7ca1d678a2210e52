package chart

import (
	"fmt"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
)

// healthScripts are the scripts of the probes. Those of the charts do the same in more words: a server that is loading is
// alive, and so is a replica without its master since redis 16, but none of them is ready.
func (x *replication) healthScripts() manifest.Tree {
	alive := x.alive()
	local := func(answers ...string) manifest.Tree {
		return literal(x.ping("localhost", x.portVariable(), "", answers...))
	}
	if x.sentinel {
		return fields(
			field("ping_liveness_local.sh", local(alive...)),
			field("ping_readiness_local.sh", local("PONG")),
			set("ping_sentinel.sh", x.ping("localhost", x.words.prefix+"SENTINEL_PORT", "", "PONG")),
		)
	}
	master := x.words.prefix + x.masterWord() + "_"
	both := func(kind string) string {
		return lines("#!/bin/bash", fmt.Sprintf(`/health/ping_%s_local.sh "$1" && /health/ping_%s_%s.sh "$1"`, kind, kind, x.words.master))
	}
	return fields(
		field("ping_liveness_local.sh", local(alive...)),
		field("ping_readiness_local.sh", local("PONG")),
		set("ping_liveness_"+x.words.master+".sh", x.ping("$"+master+"HOST", master+"PORT_NUMBER", x.masterWord()+"_", "PONG", "LOADING*")),
		set("ping_readiness_"+x.words.master+".sh", x.ping("$"+master+"HOST", master+"PORT_NUMBER", x.masterWord()+"_", "PONG")),
		set("ping_liveness_local_and_"+x.words.master+".sh", both("liveness")),
		set("ping_readiness_local_and_"+x.words.master+".sh", both("readiness")),
	)
}

// alive are the answers of a server that need not be killed.
func (r *release) alive() []string {
	if r.killsWithoutMaster() {
		return []string{"PONG", "LOADING*"}
	}
	return []string{"PONG", "LOADING*", "MASTERDOWN*"}
}

func (r *release) portVariable() string {
	if r.v.at("tls.enabled").on() {
		return r.words.prefix + "TLS_PORT"
	}
	return r.words.prefix + "PORT"
}

// ping is a script that passes on some answers to PING, given within as many seconds as its argument says.
func (r *release) ping(host, port, owner string, answers ...string) string {
	return lines(
		"#!/bin/bash",
		fmt.Sprintf(`export REDISCLI_AUTH="$%s%sPASSWORD"`, r.words.prefix, owner),
		fmt.Sprintf(`answer=$(timeout -s 15 "$1" %s-cli -h "%s" -p "$%s" ping)`, r.words.server, host, port),
		`case "$answer" in`,
		strings.Join(answers, " | ")+") exit 0 ;;",
		"*) exit 1 ;;",
		"esac",
	)
}

// startScripts are the scripts that start the servers: from the same files as the charts', which copy them first.
func (x *replication) startScripts() manifest.Tree {
	master, replica := x.masterComponent(), x.replicaComponent()
	server, role := x.words.server+".conf", x.words.master+".conf"
	if x.sentinel && !x.splitsSentinels() {
		node := x.nodeComponent()
		start := x.start(node, x.replicaOf(true), "replica.conf", server)
		if x.loadsByRole() {
			start = x.start(node, x.replicaOf(true)+x.includeByRole("master.conf", "replica.conf"), server)
		}
		return fields(field(node.script, start), field("start-sentinel.sh", x.startSentinel()))
	}
	return fields(
		field(master.script, x.start(master, "", server, role)),
		field(replica.script, x.start(replica, x.replicaOf(false), server, "replica.conf")),
		when(x.sentinel, field("start-sentinel.sh", x.startSentinel())),
	)
}

// replicaOf tells the server whom to follow. A node beside a Sentinel may be the master itself.
func (x *replication) replicaOf(maybe bool) string {
	variable := x.words.prefix + x.masterWord()
	option := "--replicaof"
	if x.writesOldNames() {
		option = "--slaveof"
	}
	line := fmt.Sprintf(`ARGS+=("%s" "$%s_HOST" "$%s_PORT_NUMBER")`, option, variable, variable)
	if maybe {
		line = fmt.Sprintf(`if [[ "$%sREPLICATION_MODE" = "replica" ]]; then %s; fi`, x.words.prefix, line)
	}
	return line + "\n"
}

// includeByRole loads one file or the other, as the node is the master or a replica.
func (x *replication) includeByRole(master, replica string) string {
	include := func(file string) string {
		return fmt.Sprintf(`ARGS+=("--include" "%s/mounted-etc/%s")`, x.words.folder(), file)
	}
	return fmt.Sprintf("if [[ \"$%sREPLICATION_MODE\" = \"master\" ]]; then %s; else %s; fi\n",
		x.words.prefix, include(master), include(replica))
}

// start is the script that starts the server of a component with files of the mounted configuration, the last of which
// has the last word.
func (x *replication) start(c component, follow string, files ...string) manifest.Tree {
	var t text
	t.write("#!/bin/bash\n")
	for _, owner := range []string{"", x.masterWord() + "_"} {
		variable := x.words.prefix + owner + "PASSWORD"
		t.write("[[ -f \"$%s_FILE\" ]] && %s=$(< \"$%s_FILE\")\n", variable, variable, variable)
	}
	if x.v.at("tls.enabled").on() {
		t.write("ARGS=(\"--port\" \"0\" \"--tls-port\" \"$%s\")\n", x.portVariable())
	} else {
		t.write("ARGS=(\"--port\" \"$%s\")\n", x.portVariable())
	}
	t.write("%s", follow)
	if x.authEnabled() {
		t.write("ARGS+=(\"--requirepass\" \"$%sPASSWORD\")\n", x.words.prefix)
	} else {
		t.write("ARGS+=(\"--protected-mode\" \"no\")\n")
	}
	for _, file := range files {
		t.write("ARGS+=(\"--include\" \"%s/mounted-etc/%s\")\n", x.words.folder(), file)
	}
	x.flags(&t, c.v.at("extraFlags"))
	x.commands(&t, c.v.at("preExecCmds"))
	program := c.v.at("command").known(x.words.server + "-server")
	t.write("exec %s \"${ARGS[@]}\"\n", program)
	return from(c.v, t.tree())
}

// flags adds a list of options of the server.
func (r *release) flags(t *text, x value) {
	if x.truth() == maybe {
		t.write("ARGS+=(%s)\n", unseen)
	}
	for i, flag := range x.node().Items() {
		s, ref := flag.Text(), x.ref().At(fmt.Sprint(i))
		t.write("ARGS+=(")
		if q := quoted(s); q == `"`+s+`"` {
			t.write(`"`)
			t.parts = append(t.parts, manifest.Part{Text: s, Ref: ref})
			t.write(`"`)
		} else {
			t.altered(q, ref)
		}
		t.write(")\n")
	}
}

// commands adds lines of shell.
func (r *release) commands(t *text, x value) {
	if n := x.node(); n.Kind() == manifest.Seq {
		for i, line := range n.Items() {
			t.parts = append(t.parts, manifest.Part{Text: line.Text(), Ref: x.ref().At(fmt.Sprint(i))})
			t.write("\n")
		}
		return
	}
	if x.text() != "" {
		t.value(x)
		t.write("\n")
	}
}

func (x *replication) startSentinel() manifest.Tree {
	var t text
	folder, own := x.words.folder()+"-sentinel/", x.v.at("sentinel.configuration").text()
	t.write("#!/bin/bash\ncp %smounted-etc/sentinel.conf %setc/sentinel.conf\n", folder, folder)
	for _, setting := range []string{"sentinel announce-hostnames", "sentinel resolve-hostnames"} {
		if x.resolvesNames() && !strings.Contains(own, setting) {
			t.write("echo \"%s yes\" >> %setc/sentinel.conf\n", setting, folder)
		}
	}
	x.commands(&t, x.v.at("sentinel.preExecCmds"))
	t.write("exec %s-sentinel %setc/sentinel.conf\n", x.words.server, folder)
	return from(x.v.at("sentinel"), t.tree())
}
