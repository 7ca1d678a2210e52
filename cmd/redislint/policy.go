package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/redislint/redislint/internal/config"
	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/policies"
)

// policyFlags are the flags that say which rules there are.
type policyFlags struct {
	folders []string
	file    string
	noFile  bool
}

func (f *policyFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.folders, "policy", nil, "`folder` of your own rules, beside those of the configuration; may be repeated")
	flags.StringVarP(&f.file, "config", "c", "", "configuration `file`, instead of the "+config.Names[0]+" in this folder or above")
	flags.BoolVar(&f.noFile, "no-config", false, "read no configuration")
	if err := cmd.MarkFlagDirname("policy"); err != nil {
		panic(err)
	}
}

// load compiles the rules built in and a team's own, and returns the configuration that names those, unread otherwise.
func (f *policyFlags) load() (library *rules.Library, file string, text []byte, err error) {
	folders, file, text, err := f.named()
	if err != nil {
		return nil, "", nil, err
	}
	library, err = loadRules(folders)
	return library, file, text, err
}

// named returns the folders of a team's own rules, those of the configuration first.
func (f *policyFlags) named() (folders []string, file string, text []byte, err error) {
	file, text, err = f.read()
	if err != nil {
		return nil, "", nil, err
	}
	for _, folder := range config.Policies(text) {
		if !filepath.IsAbs(folder) {
			folder = filepath.Join(filepath.Dir(file), folder)
		}
		folders = append(folders, folder)
	}
	return slices.Concat(folders, f.folders), file, text, nil
}

// read finds the configuration and returns its text; without one, "" and nothing.
func (f *policyFlags) read() (file string, text []byte, err error) {
	switch {
	case f.noFile && f.file != "":
		return "", nil, errors.New("--config and --no-config: one of them has to go")
	case f.noFile:
		return "", nil, nil
	case f.file != "":
		file = filepath.Clean(f.file)
	default:
		if file, err = config.Find("."); file == "" || err != nil {
			return "", nil, err
		}
	}
	text, err = config.Read(file)
	return file, text, err
}

// loadRules compiles the rules built in and those of folders. What is wrong in a folder is the library's to tell.
func loadRules(folders []string) (*rules.Library, error) {
	own, done, err := openFolders(folders)
	if err != nil {
		return nil, err
	}
	defer done()
	library, err := rules.LoadOwn(policies.FS, own...)
	if err != nil {
		return nil, failure("%w", err)
	}
	return library, nil
}

// openFolders opens folders of rules, each once, out of which no symbolic link leads. The function that it returns closes them.
func openFolders(folders []string) (own []rules.Folder, done func(), err error) {
	var roots []*os.Root
	done = func() {
		for _, root := range roots {
			_ = root.Close() // it was only read
		}
	}
	known := map[string]bool{}
	for _, folder := range folders {
		absolute, err := filepath.Abs(folder)
		if err == nil && known[absolute] {
			continue
		}
		known[absolute] = true
		var root *os.Root
		if err == nil {
			root, err = os.OpenRoot(folder)
		}
		if err != nil {
			done()
			return nil, nil, fmt.Errorf("read rules: %w", err)
		}
		roots = append(roots, root)
		own = append(own, rules.Folder{Name: filepath.ToSlash(filepath.Clean(folder)), FS: root.FS()})
	}
	return own, done, nil
}

// sound is the error of a command that told of rules, where some of a team's own cannot be evaluated.
func sound(library *rules.Library) error {
	if err := library.Err(); err != nil {
		return &exit{exitFailure, err}
	}
	return nil
}
