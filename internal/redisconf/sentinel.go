package redisconf

import (
	"errors"
	"strings"
)

// Monitor is what `sentinel monitor` says. Port and Quorum are -1 when they are only known at run time.
type Monitor struct {
	Name, Host string
	Port       int
	Quorum     int
}

// ParseMonitor reads a `sentinel monitor <name> <host> <port> <quorum>` directive and reports false for any other.
func ParseMonitor(d Directive) (Monitor, bool) {
	if d.Name != "sentinel" || len(d.Args) != 5 || !strings.EqualFold(d.Args[0].Value, "monitor") {
		return Monitor{}, false
	}
	return Monitor{
		Name:   d.Args[1].Value,
		Host:   d.Args[2].Value,
		Port:   atoi(d.Args[3].Value),
		Quorum: atoi(d.Args[4].Value),
	}, true
}

// SentinelOption returns the value of a sentinel directive that concerns no single master, such as resolve-hostnames;
// the last one wins. Not ok: never set, or only known at run time.
func (c *Config) SentinelOption(name string) (value string, ok bool, d *Directive) {
	for _, i := range c.indices("sentinel") {
		if args := c.at(i).Args; len(args) == 2 && strings.EqualFold(args[0].Value, name) {
			d = c.at(i)
		}
	}
	if d == nil || d.Dynamic || d.Conditional {
		return "", false, d
	}
	return d.Args[1].Value, true, d
}

// atoi reads leading digits as C does, so that "2x" is 2 and "x" is 0; -1 is left to mean a value known at run time.
func atoi(text string) int {
	if isDynamic(text) {
		return -1
	}
	text = strings.TrimLeft(text, " \t\n\v\f\r")
	sign := 1
	if rest, ok := strings.CutPrefix(text, "-"); ok {
		text, sign = rest, -1
	} else {
		text = strings.TrimPrefix(text, "+")
	}
	n := 0
	for i := 0; i < len(text) && isDigit(text[i]) && n < 1<<31; i++ {
		n = n*10 + int(text[i]-'0')
	}
	return sign * n
}

// sentinelArity is the number of arguments of each statement, its own name not counted.
var sentinelArity = map[string]int{
	"monitor": 4, "down-after-milliseconds": 2, "failover-timeout": 2, "parallel-syncs": 2, "notification-script": 2,
	"client-reconfig-script": 2, "auth-pass": 2, "auth-user": 2, "current-epoch": 1, "myid": 1, "config-epoch": 2,
	"leader-epoch": 2, "known-slave": 3, "known-replica": 3, "known-sentinel": 4, "rename-command": 3, "announce-ip": 1,
	"announce-port": 1, "deny-scripts-reconfig": 1, "sentinel-user": 1, "sentinel-pass": 1, "resolve-hostnames": 1,
	"announce-hostnames": 1, "master-reboot-down-after-period": 2,
}

// refuseSentinel returns why a Sentinel does not start with the statement. Whether its master is monitored at all is not
// looked at: start scripts add the monitor line.
func refuseSentinel(d Directive) error {
	if len(d.Args) == 0 {
		return nil
	}
	args := d.Values()
	statement := strings.ToLower(args[0])
	want, ok := sentinelArity[statement]
	if !ok || len(args)-1 != want && (statement != "known-sentinel" || len(args)-1 != 3) {
		return errors.New("Unrecognized sentinel configuration statement.")
	}
	switch statement {
	case "monitor":
		if atoi(args[4]) <= 0 {
			return errors.New("Quorum must be 1 or greater.")
		}
		if port := atoi(args[3]); port < 0 || port > 65535 {
			return errors.New("Invalid port number")
		}
	case "down-after-milliseconds", "failover-timeout":
		if atoi(args[2]) <= 0 {
			return errors.New("negative or zero time parameter.")
		}
	case "master-reboot-down-after-period":
		if atoi(args[2]) < 0 {
			return errors.New("negative time parameter.")
		}
	case "myid":
		if len(args[1]) != 40 {
			return errors.New("Malformed Sentinel id in myid option.")
		}
	case "deny-scripts-reconfig", "resolve-hostnames", "announce-hostnames":
		noun := " option."
		if statement == "deny-scripts-reconfig" {
			noun = " options."
		}
		if _, ok := parseBool(args[1]); !ok {
			return errors.New("Please specify yes or no for the " + statement + noun)
		}
	}
	return nil
}
