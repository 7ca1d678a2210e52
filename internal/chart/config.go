package chart

import (
	"fmt"
	"strings"

	"github.com/redislint/redislint/internal/manifest"
)

// text is a string that is put together from what the chart writes and what its values say.
type text struct{ parts []manifest.Part }

func (t *text) write(format string, args ...any) {
	t.parts = append(t.parts, manifest.Part{Text: fmt.Sprintf(format, args...)})
}

// value adds the text at a key, each character of which knows where it is written.
func (t *text) value(x value) {
	if s := x.text(); s != "" {
		t.parts = append(t.parts, manifest.Part{Text: s, Ref: x.ref()})
	}
}

// altered adds a text that says in other words what stands at a place.
func (t *text) altered(s string, ref manifest.Ref) {
	t.parts = append(t.parts, manifest.Part{Text: s, Ref: ref, Offset: altered})
}

// altered is an offset behind the end of every text: the place is then that of the whole.
const altered = 1 << 30

func (t text) tree() manifest.Tree {
	if len(t.parts) == 0 {
		return literal("")
	}
	return manifest.Tree{Parts: t.parts}
}

// configName is the ConfigMap with the configuration, in the values or made by the chart.
func (r *release) configName() manifest.Tree {
	if existing := r.v.at("existingConfigmap"); existing.fact != nil && !existing.off() {
		return existing.tree()
	}
	if r.old() {
		return literal(r.fullname)
	}
	return literal(r.fullname + "-configuration")
}

// configMaps derives the ConfigMaps: configuration, probe scripts and start scripts.
func (x *replication) configMaps() {
	if x.v.at("existingConfigmap").off() {
		data := fields(
			field(x.words.server+".conf", x.commonConfig()),
			field(x.words.master+".conf", x.roleConfig(x.master)),
			field("replica.conf", x.roleConfig(x.replica)),
		)
		if x.sentinel {
			data.Fields = append(data.Fields, field("sentinel.conf", x.sentinelConfig()))
		}
		if x.v.at("auth.acl.enabled").on() {
			data.Fields = append(data.Fields, field("users.acl", x.users()))
		}
		x.add(x.configMap(x.configName().Value.(string), data))
	}
	x.add(x.configMap(x.fullname+"-health", x.healthScripts()))
	x.add(x.configMap(x.fullname+"-scripts", x.startScripts()))
}

func (r *release) configMap(name string, data manifest.Tree) *manifest.Object {
	return r.object(header{apiVersion: "v1", kind: "ConfigMap", name: name}, field("data", data))
}

func (x *replication) commonConfig() manifest.Tree {
	var t text
	common := x.v.named("commonConfiguration", "configmap")
	t.value(common)
	if x.v.at("auth.acl.enabled").on() {
		t.write("\naclfile %s/mounted-etc/users.acl", x.words.folder())
	}
	return from(common, t.tree())
}

// users are the users of an ACL, with a hash for each password that there is.
func (x *replication) users() manifest.Tree {
	var t text
	secret := func(given bool) string {
		if given {
			return "#" + strings.Repeat("0", 64)
		}
		return "nopass"
	}
	t.write("user default on %s ~* &* +@all\n", secret(x.authEnabled()))
	users := x.v.at("auth.acl.users")
	hidden := !x.v.at("auth.acl.userSecret").off()
	for _, user := range users.node().Items() {
		line := fmt.Sprintf("user %s on %s ~* &* +@all\n", user.Get("username").Text(), secret(hidden || user.Get("password").Text() != ""))
		t.altered(line, users.ref())
	}
	return from(users, t.tree())
}

// roleConfig is the configuration of the master or the replicas.
func (x *replication) roleConfig(role value) manifest.Tree {
	var t text
	own := role.named("configuration", "configmap")
	t.write("dir %s\n", role.at("persistence.path").text())
	if x.writesOldNames() && role.name() != "master" {
		t.write("slave-read-only yes\n")
	}
	t.value(own)
	disabled := role.at("disableCommands")
	for _, command := range disabled.items() {
		t.altered(fmt.Sprintf("\nrename-command %v \"\"", command.Value), disabled.ref())
	}
	return from(own, t.tree())
}

func (x *replication) sentinelConfig() manifest.Tree {
	s := x.v.at("sentinel")
	set := s.named("masterSet", "primarySet")
	host := x.firstMaster() + "." + x.fullname + "-headless" + x.domain()
	if external := s.at("externalAccess"); external.at("enabled").on() {
		if ips := scalars(external.at("service.loadBalancerIP")); len(ips) > 0 {
			host = ips[0]
		}
	}
	var t text
	t.write("port %s\nsentinel monitor ", x.sentinelPort().text())
	t.value(set)
	t.write(" %s %s ", host, s.named("service.ports."+x.words.server, "service.port", "service.redisPort").text())
	t.value(s.at("quorum"))
	for _, setting := range []struct{ directive, key string }{
		{"down-after-milliseconds", "downAfterMilliseconds"}, {"failover-timeout", "failoverTimeout"}, {"parallel-syncs", "parallelSyncs"},
	} {
		t.write("\nsentinel %s %s ", setting.directive, set.text())
		t.value(s.at(setting.key))
	}
	t.write("\n")
	t.value(s.named("configuration", "configmap"))
	return from(s, t.tree())
}

// quoted is a word in double quotes, as the charts write it in a script.
func quoted(word string) string { return fmt.Sprintf("%q", word) }

// lines joins the lines of a script.
func lines(list ...string) string { return strings.Join(list, "\n") + "\n" }
