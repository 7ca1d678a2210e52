package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

// What a new rule and its test are made of: one that works as it is, for a person to turn into another.
var (
	//go:embed new_rule.rego.txt
	newRuleText string
	//go:embed new_rule_test.rego.txt
	newRuleTestText string
)

const newRuleHelp = `Rule writes a rule that works as it is: METADATA with a bad and a good example, a body,
and tests in a _test.rego file. Turn them into yours one by one; redislint test tells what
no longer holds.`

func newNew() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "new",
		Short: "Begin a rule of your own",
		Args:  unknownCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newNewRule())
	return cmd
}

func newNewRule() *cobra.Command {
	var dir, category string
	cmd := &cobra.Command{
		Use:   "rule NAME",
		Short: "Write a rule of your own, with examples and tests, that works as it is",
		Long:  newRuleHelp,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("new rule takes one name, of what is wrong: memory-limit-low")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := ruleName(args[0], category)
			if err != nil {
				return err
			}
			return writeRule(cmd, dir, category, id)
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "rules", "`folder` of your rules")
	cmd.Flags().StringVar(&category, "category", "own", "`name` of the category, a folder in it")
	if err := cmd.MarkFlagDirname("dir"); err != nil {
		panic(err)
	}
	return cmd
}

var (
	idForm       = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	categoryForm = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
)

// ruleName checks the name of a new rule, written with dashes or as its file is.
func ruleName(name, category string) (id string, err error) {
	const longest = 50 // an annotation that waives it has a name of at most 63 characters
	id = strings.ReplaceAll(name, "_", "-")
	switch {
	case !idForm.MatchString(id) || len(id) > longest:
		return "", fmt.Errorf("%q is no name of a rule: lower case and dashes, at most %d characters, such as memory-limit-low", name, longest)
	case strings.HasSuffix(id, "-test"):
		return "", fmt.Errorf("%q is the name of a test: no rule's ends in -test", name)
	case category == "lib":
		return "", errors.New("--category lib: what rules share lies there")
	case !categoryForm.MatchString(category):
		return "", fmt.Errorf("--category %q: want lower case and underscores", category)
	}
	library, err := loadRules(nil)
	if err != nil {
		return "", err
	}
	if rule, taken := library.Rule(id); taken {
		return "", fmt.Errorf("the rule id %s is taken by a rule built in, %s", id, rule.File)
	}
	return id, nil
}

// writeRule writes both files, or neither.
func writeRule(cmd *cobra.Command, dir, category, id string) error {
	name := strings.ReplaceAll(id, "-", "_")
	replace := strings.NewReplacer("RULE_ID", id, "RULE_NAME", name, "CATEGORY", category)
	folder := filepath.Join(dir, category)
	rule, test := filepath.Join(folder, name+".rego"), filepath.Join(folder, name+"_test.rego")
	for _, path := range []string{rule, test} {
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			if err == nil {
				err = fmt.Errorf("%s exists already", path)
			}
			return err
		}
	}
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // others read rules too
		return failure("%w", err)
	}
	if err := writeNew(rule, replace.Replace(newRuleText)); err != nil {
		return failure("%w", err)
	}
	if err := writeNew(test, replace.Replace(newRuleTestText)); err != nil {
		_ = os.Remove(rule) // the first failure says enough
		return failure("%w", err)
	}
	shown := filepath.ToSlash(dir)
	var b strings.Builder
	fmt.Fprintf(&b, "%s written, with tests in %s\n\nNext:\n", rule, test)
	steps := [][2]string{
		{"redislint test " + shown, "the examples and tests hold; keep it so"},
		{"redislint model FILE --origins", "what a rule sees of your manifests, and what it can point at"},
		{"redislint lint --policy " + shown + " PATH", "judge with it; policies: [" + shown + "] in .redislint.yaml does so always"},
		{"redislint explain " + id + " --policy " + shown, "read it as others will"},
	}
	width := 0
	for _, step := range steps {
		width = max(width, len(step[0]))
	}
	for _, step := range steps {
		fmt.Fprintf(&b, "  %-*s  %s\n", width, step[0], step[1])
	}
	_, err := cmd.OutOrStdout().Write([]byte(b.String()))
	return written(err)
}

// writeNew writes a file that must not exist.
func writeNew(path, text string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // others read rules too
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Close())
}
