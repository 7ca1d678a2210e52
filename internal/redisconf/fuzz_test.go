package redisconf

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func FuzzRedisConf(f *testing.F) {
	for _, start := range configurations {
		f.Add(start.conf + strings.Join(start.args, "\n"))
	}
	f.Add("sentinel monitor mymaster 10.0.0.1 6379 2\nsentinel resolve-hostnames yes\n{{ template }}\nrequirepass ${X}")
	f.Fuzz(func(t *testing.T, text string) {
		file := Parse(text, "origin")
		for _, d := range file.Directives {
			if d.Offset < 0 || d.Offset > d.End || d.End > len(text) {
				t.Fatalf("%q: directive outside the text: %+v", text, d)
			}
			line := Quote(d.Written)
			for _, arg := range d.Args {
				if arg.Offset < d.Offset || arg.Offset >= arg.End || arg.End > d.End {
					t.Fatalf("%q: argument outside its directive: %+v", text, d)
				}
				line += " " + Quote(arg.Value)
			}
			if d.Fault != "" || strings.HasPrefix(d.Written, "{{") {
				continue
			}
			again := Parse(line, nil).Directives
			if len(again) != 1 || again[0].Written != d.Written || !cmp.Equal(again[0].Values(), d.Values()) {
				t.Fatalf("%q quoted is %q and reads %+v", text, line, again)
			}
		}
		c := Merge(file.Directives)
		for _, mode := range []Mode{AnyMode, DataMode, SentinelMode} {
			c.Mode = mode
			for _, p := range c.Problems() {
				if p.Reason == "" {
					t.Fatalf("%q: a problem without a reason: %+v", text, p)
				}
			}
		}
		c.Unknown()
		c.Saves()
		for name := range specs {
			if size, ok, _ := c.Size(name); ok && size < 0 {
				t.Fatalf("%q: %s is %d bytes", text, name, size)
			}
			c.Int(name)
			c.Bool(name)
			c.Enum(name)
			c.Text(name)
		}
	})
}

func FuzzCommands(f *testing.F) {
	for _, script := range append([]string{bitnamiLike, masterToo, localAndMaster, startScript}, probes...) {
		f.Add(script)
	}
	f.Add(`bash -c 'sh -c "eval \"redis-server $X\""'`)
	f.Add("X=\"$X$X\"; for i in 1 2 3; do A+=(\"$X\" ${A[@]}); done; redis-server \"${A[@]}\"")
	f.Add("if then fi\nredis-server /x.conf --save\ncase x in")
	f.Fuzz(func(t *testing.T, script string) {
		for _, c := range Commands(script, "origin") {
			words := append([]Word{c.Program}, c.Args...)
			for _, redirect := range c.Redirects {
				words = append(words, redirect.Target)
				if redirect.HeredocOffset < 0 || redirect.HeredocOffset > len(script) {
					t.Fatalf("%q: here-document outside the text: %+v", script, redirect)
				}
			}
			for _, w := range words {
				if w.Offset < 0 || w.Offset > w.End || w.End > len(script) {
					t.Fatalf("%q: word outside the text: %+v", script, w)
				}
			}
			s, ok := ServerOf(c)
			if !ok {
				continue
			}
			for _, d := range s.Directives {
				if d.Offset < 0 || d.Offset > d.End || d.End > len(script) {
					t.Fatalf("%q: directive outside the text: %+v", script, d)
				}
			}
			Merge(s.Directives).Problems()
		}
		ProbeScript(script, "5")
		ProbeOf([]Word{{Value: "sh"}, {Value: "-c"}, {Value: script}})
	})
}

func FuzzServerOf(f *testing.F) {
	for _, start := range configurations {
		f.Add(strings.Join(start.args, "\x1f"))
	}
	f.Fuzz(func(t *testing.T, joined string) {
		words := []Word{{Value: "redis-server", End: 12}}
		for value := range strings.SplitSeq(joined, "\x1f") {
			words = append(words, Word{Value: value, End: len(value), Origin: []string{value}})
		}
		for _, c := range CommandsOf(words) {
			if s, ok := ServerOf(c); ok {
				for _, d := range s.Directives {
					if d.Offset < 0 || d.Offset > d.End || d.End > len(joined) {
						t.Fatalf("%q: directive outside its word: %+v", joined, d)
					}
				}
			}
		}
	})
}
