package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/redislint/redislint/internal/config"
	"github.com/redislint/redislint/internal/manifest"
	"github.com/redislint/redislint/internal/rules"
)

// ruleFlags are the flags that say which rules are evaluated and how. They stand above the configuration.
type ruleFlags struct {
	policyFlags

	failOn                choice
	only, disable, enable []string
	params                []string
}

func (f *ruleFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.failOn = choice{value: "error", allowed: []string{"error", "warning", "info", "never"}}
	flags.Var(&f.failOn, "fail-on", "lowest severity that ends with exit code 1: "+f.failOn.list())
	flags.StringSliceVar(&f.only, "only", nil, "evaluate these `rules` alone")
	flags.StringSliceVar(&f.disable, "disable", nil, "leave these `rules` out")
	flags.StringSliceVar(&f.enable, "enable", nil, "take these `rules` in again")
	flags.StringArrayVar(&f.params, "param", nil, "set a parameter: `rule.name=value`; redislint explain lists them")
	f.policyFlags.register(cmd)
	register(cmd, map[string]cobra.CompletionFunc{
		"fail-on": f.failOn.completion, "only": completeRules, "disable": completeRules, "enable": completeRules,
	})
}

// chosen is what flags, their variables and a configuration come to.
type chosen struct {
	library *rules.Library
	// config is that of the file; an empty one without a file.
	config    *config.Config
	folder    string // of the file
	selection rules.Selection
	failOn    string
}

// choose reads the configuration and lays the flags over it.
func (f *ruleFlags) choose(flags *pflag.FlagSet) (*chosen, error) {
	c := &chosen{config: &config.Config{}, failOn: f.failOn.value}
	library, file, text, err := f.load()
	if err != nil {
		return nil, err
	}
	c.library = library
	if file != "" {
		c.folder = filepath.Dir(file)
		if c.config, err = config.Parse(filepath.ToSlash(file), text, c.library); err != nil {
			return nil, err
		}
	}
	if set := c.config.FailOn; set.Written() && !flags.Changed("fail-on") {
		c.failOn = set.Value
	}
	return c, f.selectRules(c, text)
}

// selectRules makes the selection.
func (f *ruleFlags) selectRules(c *chosen, text []byte) error {
	s := c.config.Selection()
	s.Disable = slices.DeleteFunc(s.Disable, func(id string) bool { return slices.ContainsFunc(f.only, c.names(id)) })
	s.Only, s.Enable = f.only, f.enable
	s.Disable = append(s.Disable, f.disable...)
	for _, text := range f.params {
		id, param, value, err := f.param(text)
		if err != nil {
			return err
		}
		if rule, known := c.library.Rule(id); known {
			id = rule.ID
		}
		if s.Params[id] == nil {
			s.Params[id] = map[string]any{}
		}
		s.Params[id][param] = value
	}
	s.Inline.Comments = true
	object := manifest.Plain(c.config.File, string(text))
	for i, w := range c.config.Waivers {
		s.Waivers[i].Place = rules.Place{In: object, Position: manifest.Position{
			Line: w.Line, Column: w.Column, EndLine: w.Line, EndColumn: w.Column + 1,
		}}
	}
	c.selection = s
	return nil
}

// param takes --param apart.
func (f *ruleFlags) param(text string) (rule, param, value string, err error) {
	name, value, isSet := strings.Cut(text, "=")
	rule, param, isParam := strings.Cut(name, ".")
	if !isSet || !isParam {
		return "", "", "", fmt.Errorf("--param %s: want rule.name=value", text)
	}
	return rule, param, value, nil
}

// names returns whether a name is that of the rule, present or former.
func (c *chosen) names(id string) func(name string) bool {
	return func(name string) bool {
		rule, known := c.library.Rule(name)
		return known && rule.ID == id
	}
}

// covers reports whether paths hold all that the configuration is about: its folder.
func (c *chosen) covers(paths []string) bool {
	if c.config.File == "" {
		return false
	}
	folder, err := filepath.Abs(c.folder)
	return err == nil && slices.ContainsFunc(paths, func(path string) bool {
		above, err := filepath.Abs(path)
		if err != nil || path == "-" {
			return false
		}
		below, err := filepath.Rel(above, folder)
		return err == nil && filepath.IsLocal(below)
	})
}

// skips reports whether a path that is met while a folder is walked is left out.
func (c *chosen) skips(path string) bool {
	if len(c.config.Exclude)+len(c.config.Files) == 0 {
		return false
	}
	folder, err := filepath.Abs(c.folder)
	if err != nil {
		return false
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return false
	}
	below, err := filepath.Rel(folder, absolute)
	if err != nil {
		return false
	}
	isFolder := true // which makes a difference only where files are listed
	if len(c.config.Files) > 0 {
		info, err := os.Stat(path)
		isFolder = err == nil && info.IsDir()
	}
	return c.config.Skips(below, isFolder)
}
