package main

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Tell the version and what it was built from",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			info, ok := debug.ReadBuildInfo()
			if !ok {
				return failure("the binary has no build information")
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), describeBuild(info))
			return written(err)
		},
	}
}

// version is redislint's, "v1.2.0", or "" when the build does not tell.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || !strings.HasPrefix(info.Main.Version, "v") {
		return ""
	}
	return info.Main.Version
}

// release is the version of a build that is a release, "v1.2.0", and else "".
func release() string {
	v := version()
	if strings.ContainsAny(v, "-+") { // of a commit, or of files that no commit has
		return ""
	}
	return v
}

// describeBuild names version, commit and compiler: "redislint v1.2.0 (3f2a91c4d5e6, go1.26.8)".
func describeBuild(info *debug.BuildInfo) string {
	version := info.Main.Version
	if version == "" {
		version = "(devel)"
	}
	var revision, modified string
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			revision = setting.Value[:min(len(setting.Value), 12)] + ", "
		case "vcs.modified":
			if setting.Value == "true" {
				modified = "modified, "
			}
		}
	}
	return fmt.Sprintf("redislint %s (%s%s%s)", version, revision, modified, info.GoVersion)
}
