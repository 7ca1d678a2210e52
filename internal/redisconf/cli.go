package redisconf

import "strings"

// clients are the command line clients.
var clients = map[string]bool{"redis-cli": true, "valkey-cli": true, "keydb-cli": true}

// clientValued are the client's options that take the next word.
const clientValued = "-h -p -s -t -a -u -r -i -n -d -D --user --pass --sni --cacert --cacertdir --cert --key --tls-ciphers --tls-ciphersuites --askpass"

// whileLoading are the commands that a loading server, or a replica without its master, still answers.
var whileLoading = map[string]bool{"info": true, "role": true, "config": true, "auth": true, "hello": true, "client": true, "sentinel": true, "cluster": true}

// writes are commands that probes change something with. A server that cannot save refuses these, and PING.
var writes = map[string]bool{"set": true, "setex": true, "psetex": true, "del": true, "incr": true, "expire": true, "hset": true, "lpush": true}

// client plays redis-cli against the server of the rehearsal and returns its exit code: 0 even for an error, except with -e.
func (sc *scope) client(args []Word) int {
	sc.probe.UsesCLI = true
	if sc.timeout > 0 && (!sc.probe.HasTimeout || sc.timeout < sc.probe.TimeoutSeconds) {
		sc.probe.TimeoutSeconds, sc.probe.HasTimeout = sc.timeout, true
	}
	host := Word{Value: "127.0.0.1"}
	failing, warned := false, false
	for len(args) > 0 && (strings.HasPrefix(args[0].Value, "-") || args[0].many) {
		option := args[0].Value
		args = args[1:]
		switch option {
		case "-e":
			failing = true
		case "-a", "--pass":
			warned = true
		case "--no-auth-warning":
			warned = false
		}
		if takesValue(clientValued, option) && len(args) > 0 {
			if option == "-h" {
				host = args[0]
			}
			if option == "-u" {
				host = hostOf(args[0])
			}
			args = args[1:]
		}
	}
	if warned {
		add(sc.errors, "Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe.\n", false)
	}
	if len(args) == 0 && !sc.input.Dynamic {
		failing = false
		for field := range strings.FieldsSeq(firstLine(sc.input.Value)) {
			args = append(args, Word{Value: field})
		}
	}
	own := sc.owns(host)
	return sc.answerTo(args, own, failing)
}

// answerTo prints the reply to a command and returns the exit code.
func (sc *scope) answerTo(args []Word, own, failing bool) int {
	command := ""
	if len(args) > 0 {
		command = strings.ToLower(args[0].Value)
	}
	section := ""
	if len(args) > 1 {
		section = strings.ToLower(args[1].Value)
	}
	switch command {
	case "ping":
		sc.probe.Ping = true
	case "role", "hello":
		sc.probe.RoleAware = true
	case "info":
		sc.probe.RoleAware = sc.probe.RoleAware || section == "" || section == "replication" || section == "all" || section == "everything"
	}
	answer := sc.answer
	if !own {
		answer = pong
	}
	refused := answer != pong && (answer == noauth || !whileLoading[command])
	if answer == misconf {
		refused = command == "ping" || writes[command]
	}
	switch {
	case refused:
		sc.print(string(answer)+"\n", false)
		if failing {
			return 1
		}
	case command == "ping" && section != "":
		sc.print(args[1].Value+"\n", args[1].Dynamic)
	case command == "ping":
		sc.print("PONG\n", false)
	case command == "info":
		isLoading := "0"
		if answer == loading {
			isLoading = "1"
		}
		sc.print(infoMark+"loading:"+isLoading+"\r\nasync_loading:0\r\n", true)
	default:
		sc.print("the reply to "+command+" "+section+"\n", true)
	}
	return 0
}

// infoMark begins the reply to INFO, of which only the lines about loading are known.
const infoMark = "# Persistence\r\n"

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// owns decides whether a host is the pod itself, and notes when it is not.
func (sc *scope) owns(host Word) bool {
	name := strings.ToLower(strings.Trim(host.Value, `"`))
	switch {
	case !host.Dynamic:
		if name == "" || name == "localhost" || strings.HasPrefix(name, "127.") || name == "::1" || name == "0.0.0.0" {
			return true
		}
		sc.probe.OtherHost = Yes
		return false
	case isOwnHost(name):
		return true
	case strings.Contains(name, "master") || strings.Contains(name, "primary") || strings.Contains(name, "leader"):
		sc.probe.OtherHost = Yes
		return false
	}
	// A variable that may hold any host: most often it is the pod's own.
	sc.probe.Unknown = true
	return true
}

// isOwnHost recognises what scripts call their own pod: $(hostname), $HOSTNAME, $POD_IP.
func isOwnHost(name string) bool {
	for _, own := range []string{"hostname", "pod_ip", "podip", "pod_name", "podname", "my_ip", "host_ip", "node_ip", "status.podip"} {
		if strings.Contains(name, own) {
			return true
		}
	}
	return false
}

// hostOf returns the host of redis://user:password@host:port/db.
func hostOf(uri Word) Word {
	_, host, ok := strings.Cut(uri.Value, "://")
	if !ok {
		return uri
	}
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		host = host[i+1:]
	}
	host, _, _ = strings.Cut(host, "/")
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	uri.Value = strings.Trim(host, "[]")
	return uri
}
