package source

import (
	"regexp"
	"slices"
	"strings"

	"github.com/redislint/redislint/internal/redisconf"
	"github.com/redislint/redislint/internal/topology"
)

// secretDirectives hold a password as their only argument; sentinelSecrets as
// the last one of a sentinel statement.
var (
	secretDirectives = []string{"requirepass", "masterauth", "tls-key-file-pass", "tls-client-key-file-pass"}
	sentinelSecrets  = []string{"auth-pass", "sentinel-pass"}
)

// passwords finds those that a configuration holds in plain text.
func passwords(config *redisconf.Config) []topology.WrittenPassword {
	var found []topology.WrittenPassword
	add := func(setting string, d redisconf.Directive, arg redisconf.Arg) {
		origin := stretch(arg.Origin, arg.Offset, arg.End)
		if whole := stretch(d.Origin, d.Offset, d.End); origin.IsZero() {
			origin = whole
		}
		if isSecretText(arg.Value) && !d.Dynamic && !origin.IsZero() && origin.Object.Kind != "Secret" {
			found = append(found, topology.WrittenPassword{Origin: origin, Setting: setting, Kind: origin.Object.Kind})
		}
	}
	for _, d := range config.Directives() {
		last := len(d.Args) - 1
		switch {
		case last < 0:
		case slices.Contains(secretDirectives, d.Name) && last == 0:
			add(d.Name, d, d.Args[0])
		case d.Name == "sentinel" && slices.Contains(sentinelSecrets, strings.ToLower(d.Args[0].Value)):
			add("sentinel "+strings.ToLower(d.Args[0].Value), d, d.Args[last])
		case d.Name == "user":
			for _, arg := range d.Args[1:] {
				if strings.HasPrefix(arg.Value, ">") {
					add("user "+d.Args[0].Value, d, arg)
				}
			}
		}
	}
	return found
}

// passwordVariables are what the names of variables end in that hold a
// password.
var passwordVariables = []string{"PASSWORD", "_PASSWD", "_PASS", "REQUIREPASS", "MASTERAUTH", "REDISCLI_AUTH"}

// writtenVariables finds the variables of a container that hold a password of
// Redis in plain text.
func (c *container) writtenVariables() []topology.WrittenPassword {
	var found []topology.WrittenPassword
	for v := range c.variables() {
		name := strings.ToUpper(v.name)
		named := slices.ContainsFunc(passwordVariables, func(end string) bool { return strings.HasSuffix(name, end) })
		if named && !strings.Contains(name, "ALLOW_EMPTY") && isSecretText(v.value) && v.origin.Object.Kind != "Secret" {
			found = append(found, topology.WrittenPassword{
				Origin: v.origin, Setting: "variable " + v.name, Kind: v.origin.Object.Kind,
			})
		}
	}
	return found
}

// dummy matches what stands in a text until a script or a person puts the
// password there.
var dummy = regexp.MustCompile(`(?i)^(__.*__|%.*%|@.*@|\[.*\]|.*replace[-_]?.*|your[-_].*)$`)

// isSecretText reports whether a value is a password rather than nothing, a
// path, or what stands in for one.
func isSecretText(value string) bool {
	return value != "" && !strings.ContainsAny(value, "${}<") && !strings.HasPrefix(value, "/") && !dummy.MatchString(value)
}
