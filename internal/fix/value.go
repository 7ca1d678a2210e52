package fix

import (
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/redisconf"
	"github.com/redislint/redislint/internal/topology"
)

// confirm returns an error unless the value that is written means what the model holds: then it is the value, and not
// something that it follows from, such as a percentage or the name of a preset.
func (c change) confirm(written string, n *manifest.Node) error {
	if c.means(written, n) {
		return nil
	}
	switch {
	case c.Values != nil:
		return refuse("it follows from %s, which holds something else", c.Values.Key)
	case c.From == nil:
		return refuse("what is written there cannot be understood")
	default:
		return refuse("it follows from another value")
	}
}

func (c change) means(written string, n *manifest.Node) bool {
	switch c.Form {
	case topology.Bytes, topology.Millicores:
		q, ok := quantityOf(written)
		if !ok {
			return false
		}
		amount := q.Value()
		if c.Form == topology.Millicores {
			amount = q.MilliValue()
		}
		return c.From == amount
	case topology.Memory:
		amount, ok := redisconf.ParseMemory(written)
		return ok && c.From == int64(amount)
	case topology.Whole:
		amount, err := strconv.ParseInt(written, 10, 64)
		return err == nil && c.From == amount
	case topology.Switch:
		on := strings.EqualFold(written, "yes")
		return (on || strings.EqualFold(written, "no")) && c.From == on
	case topology.Text, topology.Share:
		from, ok := c.From.(string)
		return ok && strings.EqualFold(from, written)
	case topology.Directive, topology.Name:
		from, ok := c.From.(string)
		name, _, _ := strings.Cut(from, " ")
		first, _, _ := strings.Cut(written, " ")
		return ok && strings.Contains(written, " ") && strings.EqualFold(name, first) && !strings.ContainsAny(written, "\n'\"\\$`")
	case topology.Headless:
		return n.Kind() == manifest.String && lastIs(c.Path, "clusterIP")
	case topology.Strategy:
		return strings.HasPrefix(written, "Rolling")
	default:
		return false
	}
}

func lastIs(path manifest.Path, name string) bool { return len(path) > 0 && path[len(path)-1] == name }

// quantityOf parses a Kubernetes quantity of a length that cannot hurt.
func quantityOf(text string) (resource.Quantity, bool) {
	const longest = 24
	if text == "" || len(text) > longest || strings.ContainsAny(text, "eE") && !strings.HasSuffix(text, "i") {
		return resource.Quantity{}, false
	}
	q, err := resource.ParseQuantity(text)
	return q, err == nil
}

// text is the new value as it reads, in the manner of the old one.
func (c change) text(old string) string {
	switch to := c.To.(type) {
	case bool:
		switch {
		case c.Form == topology.Headless:
			return "None"
		case c.Form == topology.Strategy:
			return "Recreate"
		case to:
			return "yes"
		default:
			return "no"
		}
	case int64:
		switch {
		case c.Spelling != "":
			return c.Spelling
		case c.Form == topology.Bytes:
			return amount(to, kubernetesUnits, unitOf(old))
		case c.Form == topology.Millicores && to%1000 == 0:
			return strconv.FormatInt(to/1000, 10)
		case c.Form == topology.Millicores:
			return strconv.FormatInt(to, 10) + "m"
		case c.Form == topology.Memory:
			return memory(to, old)
		default:
			return strconv.FormatInt(to, 10)
		}
	case string:
		return to
	default:
		return ""
	}
}

// unit is one in which amounts are written.
type unit struct {
	name string
	size int64
}

// The units, those that people prefer first.
var (
	kubernetesUnits = []unit{{"Ti", 1 << 40}, {"Gi", 1 << 30}, {"Mi", 1 << 20}, {"Ki", 1 << 10}, {"G", 1e9}, {"M", 1e6}, {"", 1}}
	redisUnits      = []unit{{"gb", 1 << 30}, {"mb", 1 << 20}, {"kb", 1 << 10}, {"", 1}}
	redisDecimals   = []unit{{"g", 1e9}, {"m", 1e6}, {"k", 1e3}, {"", 1}}
)

// amount writes a number of bytes in the preferred unit where it is a whole number of those, below a thousand or with no
// shorter form, and else in the first that it is.
func amount(bytes int64, units []unit, preferred string) string {
	for _, u := range units {
		if u.name == preferred && preferred != "" && bytes >= u.size && bytes%u.size == 0 && bytes/u.size%1024 != 0 {
			return strconv.FormatInt(bytes/u.size, 10) + u.name
		}
	}
	for _, u := range units {
		if bytes >= u.size && bytes%u.size == 0 {
			return strconv.FormatInt(bytes/u.size, 10) + u.name
		}
	}
	return strconv.FormatInt(bytes, 10)
}

// memory writes a number of bytes as redis.conf takes it.
func memory(bytes int64, old string) string {
	name := unitOf(old)
	lower := strings.ToLower(name)
	units := redisUnits
	switch {
	case old != "" && (name == "" || lower == "b"):
		return strconv.FormatInt(bytes, 10) + name
	case lower == "k" && bytes%1e3 == 0, (lower == "m" || lower == "g") && bytes%1e6 == 0:
		units = redisDecimals
	}
	text := amount(bytes, units, lower)
	if name != lower {
		text = strings.ToUpper(text)
	}
	return text
}

// unitOf is what follows the number of an amount.
func unitOf(text string) string { return strings.TrimLeft(text, "0123456789.+-") }

// token is a scalar to be written in YAML or JSON.
type token struct {
	text   string
	bare   bool // it is a number, or an amount: quotes are not needed, whatever it looks like
	number bool // or a list: quotes are wrong
}

func (c change) token(old string) token {
	text := c.text(old)
	_, err := strconv.ParseInt(text, 10, 64)
	isNumber := err == nil
	switch c.Form {
	case topology.Whole:
		return token{text: text, bare: true}
	case topology.Bytes, topology.Millicores:
		return token{text: text, bare: true}
	case topology.Share:
		return token{text: text, bare: isNumber, number: isNumber}
	default:
		return token{text: text}
	}
}

// write returns the token in a style; in JSON only numbers do without quotes.
func (t token) write(style manifest.Style, json bool) string {
	_, err := strconv.ParseInt(t.text, 10, 64)
	isNumber := err == nil
	switch {
	case t.number:
		return t.text
	case style == manifest.SingleQuoted && !json:
		return "'" + strings.ReplaceAll(t.text, "'", "''") + "'"
	case style == manifest.DoubleQuoted, json && (!t.bare || !isNumber):
		return quoted(t.text)
	case t.bare || isPlainText(t.text):
		return t.text
	default:
		return quoted(t.text)
	}
}

// quoted writes a text in double quotes, as JSON and YAML both read it.
func quoted(text string) string { return `"` + escaped(text) + `"` }

var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`, "\r", `\r`)

func escaped(text string) string { return escapes.Replace(text) }

// isPlainText reports whether a text is the same String without quotes, wherever it stands and whoever reads it.
func isPlainText(text string) bool {
	if text == "" || strings.Trim(text, plainCharacters+" ") != "" || strings.TrimSpace(text) != text {
		return false
	}
	switch first := text[0]; {
	case first >= '0' && first <= '9' && !strings.ContainsAny(text, "gkmGKM"), first == '.', first == '+', strings.HasPrefix(text, "- "), text == "-":
		return false
	case strings.HasPrefix(text, "-") && len(text) > 1 && text[1] <= '9' && text[1] != '-':
		return false
	case strings.HasPrefix(text, "---"):
		return false
	}
	switch strings.ToLower(text) {
	case "yes", "no", "on", "off", "y", "n", "true", "false", "null":
		return false
	}
	return true
}
