package source

import (
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/redisconf"
)

// role is what a container does for a Redis.
type role int

const (
	noRole role = iota
	dataRole
	sentinelRole
)

const (
	redisPort    = 6379
	sentinelPort = 26379
)

// classify tells what a container does, and the server starts that say so. No
// starts for a role means that the image, or something in it that cannot be
// seen, starts the server.
func (c *container) classify() (role, []redisconf.Server) {
	argv, fromImage := c.argv()
	commands := c.run()
	if len(argv) == 0 {
		return c.classifyImage(), nil
	}
	if fromImage {
		if r := c.classifyImage(); r != noRole && isOption(argv[0]) {
			commands = redisconf.CommandsOf(append([]redisconf.Word{{Value: program(c.image, r), Origin: argv[0].Origin}}, argv...))
		}
	}
	data, sentinels := c.servers(commands)
	if len(data)+len(sentinels) == 0 {
		data, sentinels = c.servers(c.wrapped(argv))
	}
	switch {
	case len(data) > 0 && len(sentinels) > 0:
		if c.usesPort(sentinelPort) && !c.usesPort(redisPort) || strings.Contains(c.name, "sentinel") {
			return sentinelRole, sentinels
		}
		return dataRole, data
	case len(data) > 0:
		return dataRole, data
	case len(sentinels) > 0:
		return sentinelRole, sentinels
	case fromImage && c.usesPort(redisPort) && isServerName(imageBase(c.image)) && isRoleName(argv[0].Value):
		return dataRole, nil
	case fromImage && c.usesPort(sentinelPort) && isServerName(imageBase(c.image)) && argv[0].Value == "sentinel":
		return sentinelRole, nil
	default:
		return c.classifyHidden(commands), nil
	}
}

// isRoleName reports whether an argument tells an image's own entrypoint to
// start a server: redis, slave.
func isRoleName(arg string) bool { return isServerWord(arg) || slices.Contains(roleWords, arg) }

// isOption reports whether a word is an option or a file of the server, which
// the entrypoints of server images put redis-server before.
func isOption(w redisconf.Word) bool {
	return strings.HasPrefix(w.Value, "-") || strings.HasSuffix(w.Value, ".conf")
}

func program(image string, r role) string {
	base := imageBase(image)
	switch {
	case r == sentinelRole:
		return "redis-sentinel"
	case strings.Contains(base, "valkey"):
		return "valkey-server"
	case strings.Contains(base, "keydb"):
		return "keydb-server"
	default:
		return "redis-server"
	}
}

// servers picks the server starts out of commands.
func (c *container) servers(commands []redisconf.Command) (data, sentinels []redisconf.Server) {
	for _, k := range commands {
		if c.isRunScript(k) {
			k.Name = program(c.image, noRole)
			k.Program.Value = k.Name
			if strings.Contains(imageBase(c.image), "sentinel") {
				k.Name, k.Program.Value = "redis-sentinel", "redis-sentinel"
			}
		}
		s, ok := redisconf.ServerOf(k)
		switch {
		case !ok:
		case s.Sentinel:
			sentinels = append(sentinels, s)
		default:
			data = append(data, s)
		}
	}
	return data, sentinels
}

// isRunScript reports whether a command is the script that starts the server
// in Bitnami's images: /run.sh, later /opt/bitnami/scripts/redis/run.sh.
func (c *container) isRunScript(k redisconf.Command) bool {
	file := k.Program.Value
	return file == "/run.sh" && isBitnami(c.image) ||
		strings.HasPrefix(file, "/opt/bitnami/scripts/") && strings.HasSuffix(file, "/run.sh")
}

// wrapped returns the command behind a program that cannot be seen and is
// given a server to start: /conf/update-node.sh redis-server /conf/redis.conf.
// Without what a server takes, the word may be a host: wait-for redis-server.
func (c *container) wrapped(argv []redisconf.Word) []redisconf.Command {
	for i, w := range argv {
		name := w.Value[strings.LastIndexByte(w.Value, '/')+1:]
		if i == 0 || !slices.Contains([]string{"redis-server", "valkey-server", "keydb-server", "redis-sentinel", "valkey-sentinel"}, name) {
			continue
		}
		if i+1 < len(argv) && isOption(argv[i+1]) || isServerName(imageBase(c.image)) {
			return redisconf.CommandsOf(argv[i:])
		}
	}
	return nil
}

// classifyImage decides by the image, which starts what it is made for.
func (c *container) classifyImage() role {
	base := imageBase(c.image)
	switch {
	case slices.Contains(sentinelImages, base), strings.Contains(c.name, "sentinel") && c.usesPort(sentinelPort):
		return sentinelRole
	case slices.Contains(serverImages, base) && !c.isToolbox():
		return dataRole
	case isServerName(base) && c.usesPort(redisPort):
		return dataRole
	case strings.ContainsAny(c.image, "${"), c.image != "" && base == "":
		return c.classifyName()
	default:
		return noRole
	}
}

// toolWords in a container's name mean that it is there for its redis-cli.
var toolWords = []string{"client", "cli", "console", "debug", "shell", "toolbox", "tools"}

// isToolbox reports whether a server's image is there for somebody to log in to:
// its name says so, and the server that it starts has no port, no probe and no
// volume.
func (c *container) isToolbox() bool {
	for _, field := range []string{"ports", "livenessProbe", "readinessProbe", "startupProbe", "volumeMounts"} {
		if c.root.Get(field).Len() > 0 {
			return false
		}
	}
	for word := range wordsOf(c.name) {
		if slices.Contains(toolWords, word) {
			return true
		}
	}
	return false
}

// classifyName decides by the names of the container and its ports, where a
// placeholder stands for the image: a blank, say, until OpenShift's image
// trigger replaces it.
func (c *container) classifyName() role {
	names := []string{c.name}
	for _, p := range c.root.Get("ports").Items() {
		names = append(names, p.Get("name").Text())
	}
	switch {
	case slices.ContainsFunc(names, isServerName):
		return dataRole
	case slices.Contains(names, "sentinel"), slices.Contains(names, "redis-sentinel"):
		return sentinelRole
	default:
		return noRole
	}
}

// classifyHidden decides for a container whose program cannot be seen: in a
// server's image, with a server's port, it is taken for a server.
func (c *container) classifyHidden(commands []redisconf.Command) role {
	for _, k := range commands {
		if !strings.Contains(k.Program.Value, "/") || strings.HasPrefix(k.Program.Value, "/bin/") || strings.HasPrefix(k.Program.Value, "/usr/bin/") {
			return noRole
		}
	}
	base := imageBase(c.image)
	if !slices.Contains(serverImages, base) && !slices.Contains(sentinelImages, base) && !isServerName(base) {
		return noRole
	}
	switch {
	case c.usesPort(sentinelPort) && !c.usesPort(redisPort):
		return sentinelRole
	case c.usesPort(redisPort):
		return dataRole
	default:
		return noRole
	}
}
