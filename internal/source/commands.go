package source

import (
	"path"
	"strings"

	"github.com/redislint/redislint/internal/redisconf"
)

// run returns the commands that the container executes, those of scripts in
// ConfigMaps included.
func (c *container) run() []redisconf.Command {
	if c.read {
		return c.commands
	}
	c.read = true
	argv, _ := c.argv()
	c.commands = c.follow(c.shell(nil).CommandsOf(argv), 0)
	return c.commands
}

// shell is the shell that the container's commands run in.
func (c *container) shell(args []redisconf.Word) redisconf.Shell {
	return redisconf.Shell{Env: c.env, Args: args}
}

const maxScripts = 4

// follow adds the commands of every script that one of the commands starts.
func (c *container) follow(commands []redisconf.Command, depth int) []redisconf.Command {
	var all []redisconf.Command
	for _, k := range commands {
		all = append(all, k)
		c.noteFiles(k)
		file := k.Program.Value
		// An image's own entrypoint takes a configuration for its first argument; nobody runs one.
		if depth >= maxScripts || !strings.Contains(file, "/") || strings.HasSuffix(file, ".conf") {
			continue
		}
		parts, ok := c.open(file, "start script")
		if !ok {
			continue
		}
		args := k.Args
		if args == nil {
			args = []redisconf.Word{}
		}
		for _, part := range parts {
			inner := c.shell(args).Commands(part.value, part.tag)
			for i := range inner {
				inner[i].Conditional = inner[i].Conditional || k.Conditional
			}
			all = append(all, c.follow(inner, depth+1)...)
		}
	}
	return all
}

// noteFiles remembers what a command copies or writes.
func (c *container) noteFiles(k redisconf.Command) {
	if len(c.pod.copies) > maxNoted {
		return
	}
	switch k.Name {
	case "cp", "mv", "install", "ln":
		operands := operandsOf(k)
		if len(operands) < 2 {
			return
		}
		to := operands[len(operands)-1]
		for _, from := range operands[:len(operands)-1] {
			c.noteCopy(from, to, len(operands) > 2)
		}
	case "cat", "envsubst", "sed", "echo", "printf", "tee":
		c.noteWrite(k)
	}
}

// operandsOf are a command's arguments that are no options.
func operandsOf(k redisconf.Command) []string {
	var operands []string
	for _, w := range k.Args {
		if !strings.HasPrefix(w.Value, "-") {
			operands = append(operands, w.Value)
		}
	}
	return operands
}

const maxNoted = 256

func (c *container) noteCopy(from, to string, many bool) {
	if from == to {
		return
	}
	at, mount := c.locate(to)
	folder := many || strings.HasSuffix(to, "/") || strings.HasSuffix(to, "/.") || strings.ContainsAny(from, "*") ||
		strings.HasSuffix(from, "/") || strings.HasSuffix(from, "/.") || mount != nil && at.path == ""
	if !folder && path.Ext(to) == "" && path.Ext(from) != "" && path.Base(to) != path.Base(from) {
		folder = true
	}
	c.pod.copies = append(c.pod.copies, copied{to: at, folder: folder, from: from, container: c})
}

// noteWrite remembers text or a filtered copy that is written to a file.
func (c *container) noteWrite(k redisconf.Command) {
	source, heredoc := "", (*redisconf.Redirect)(nil)
	for i, r := range k.Redirects {
		switch {
		case strings.HasPrefix(r.Op, "<<"):
			heredoc = &k.Redirects[i]
		case r.Op == "<":
			source = r.Target.Value
		}
	}
	if source == "" && (k.Name == "cat" || k.Name == "sed") {
		if operands := operandsOf(k); len(operands) > 0 {
			source = operands[len(operands)-1]
		}
	}
	for _, r := range k.Redirects {
		writes, appends := r.Writes()
		if !writes || r.Target.Dynamic {
			continue
		}
		to, _ := c.locate(r.Target.Value)
		note := copied{to: to, container: c, appends: appends}
		switch {
		case heredoc != nil:
			tag, _ := heredoc.Target.Origin.(written)
			note.content = text{value: heredoc.Heredoc, tag: tag.shift(heredoc.HeredocOffset)}
		case k.Name == "echo" || k.Name == "printf":
			note.content = said(k)
		case source != "" && !appends:
			note.from = source
		default:
			continue
		}
		c.pod.copies = append(c.pod.copies, note)
	}
}

var escapes = strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\"`, `"`)

// said is the text that echo or printf prints.
func said(k redisconf.Command) text {
	var words []string
	for _, w := range k.Args {
		if !strings.HasPrefix(w.Value, "-") || len(words) > 0 {
			words = append(words, w.Value)
		}
	}
	value := escapes.Replace(strings.Join(words, " "))
	tag := written{Origin: stretch(k.Program.Origin, k.Program.Offset, k.Program.End), altered: true}
	return text{value: value + "\n", tag: tag}
}
