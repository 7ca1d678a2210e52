package source

import (
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/redislint/redislint/internal/topology"
)

// mention is a host that a variable or an argument of a container names.
type mention struct {
	variable string // "" for an argument without a name
	host     string
	port     int64 // 0 when it is not said there
	scheme   string
	secret   bool // a password stands before the host
	several  bool // other hosts stand beside it
	origin   topology.Origin
}

const (
	maxMentions = 16   // hosts in one value
	maxMention  = 2048 // bytes of a value that is looked at
)

// schemes are those of addresses of Redis.
var schemes = []string{"redis", "rediss", "valkey", "valkeys", "redis-sentinel", "redis+sentinel", "redis-cluster", "redis+cluster", "tcp", "tls"}

// namesHost are words in the names of variables that hold a host, without which
// a bare word is not taken for one: QUEUE_DRIVER=redis is none.
var namesHost = regexp.MustCompile(`(?i)HOST|ADDR|URL|URI|ENDPOINT|SERVER|NODES?\b|MASTER|PRIMARY|LEADER|SLAVE|REPLICA|DSN|SERVICE_NAME`)

// mentions yields the hosts in a value.
func mentions(variable, value string, origin topology.Origin) iter.Seq[mention] {
	return func(yield func(mention) bool) {
		if value == "" || len(value) > maxMention || strings.Contains(value, "\n") {
			return
		}
		items := strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ';' || r == ' ' })
		for _, item := range items[:min(len(items), maxMentions)] {
			m := mention{variable: variable, several: len(items) > 1, origin: origin}
			if m.read(strings.Trim(item, `"'[]`)) && !yield(m) {
				return
			}
		}
	}
}

// read splits scheme://user:password@host:port/path.
func (m *mention) read(item string) bool {
	scheme, rest, ok := strings.Cut(item, "://")
	if ok {
		if m.scheme = strings.ToLower(scheme); !slices.Contains(schemes, m.scheme) {
			return false
		}
		item = rest
	}
	if i := strings.LastIndexByte(item, '@'); i >= 0 {
		_, password, _ := strings.Cut(item[:i], ":")
		m.secret = isSecretText(password)
		item = item[i+1:]
	}
	if i := strings.IndexAny(item, "/?#"); i >= 0 {
		if m.scheme == "" {
			return false
		}
		item = item[:i]
	}
	host, port, numbered := strings.Cut(item, ":")
	if numbered {
		n, err := strconv.ParseInt(port, 10, 32)
		if err != nil && !strings.ContainsAny(port, "$(") {
			return false
		}
		m.port = n
	}
	m.host = host
	if !isHostName(host) {
		return false
	}
	return numbered || m.scheme != "" || strings.Contains(host, ".") || namesHost.MatchString(m.variable)
}

// arguments yields the hosts in a container's command line: in --name=value,
// --name value, and in words that are an address.
func (c *container) arguments() iter.Seq[mention] {
	return func(yield func(mention) bool) {
		before := ""
		argv, _ := c.argv()
		for _, w := range argv {
			tag, _ := w.Origin.(written)
			name, value, named := strings.Cut(w.Value, "=")
			switch {
			case named && strings.HasPrefix(name, "-"):
				before = ""
			case strings.HasPrefix(w.Value, "-"):
				before = w.Value
				continue
			default:
				name, value = before, w.Value
				before = ""
			}
			if strings.Contains(value, " ") {
				continue
			}
			for m := range mentions(strings.TrimLeft(name, "-"), value, tag.Origin) {
				m.variable = ""
				if !yield(m) {
					return
				}
			}
		}
	}
}
