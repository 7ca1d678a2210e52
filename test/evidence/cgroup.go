//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// cgroup is a control group with a limit, as the kubelet makes one for a container.
type cgroup struct {
	dir     string
	unified bool // version 2
}

// cgroupRoot returns where cgroups with a controller can be made, or why they cannot. Its names are those of versions 1 and 2.
func cgroupRoot(old, unified string) (root cgroup, err error) {
	controllers, err := os.ReadFile("/sys/fs/cgroup/cgroup.controllers")
	root = cgroup{dir: filepath.Join("/sys/fs/cgroup", old)}
	if err == nil {
		root = cgroup{dir: "/sys/fs/cgroup", unified: true}
		if !slices.Contains(strings.Fields(string(controllers)), unified) {
			return root, fmt.Errorf("no cgroups for %s here", unified)
		}
		if err := root.write("cgroup.subtree_control", "+"+unified); err != nil {
			return root, fmt.Errorf("no right to make a cgroup for %s: %w", unified, err)
		}
	}
	probe, err := os.MkdirTemp(root.dir, "redislint-evidence-")
	if err != nil {
		return root, fmt.Errorf("no right to make a cgroup for %s: %w", unified, err)
	}
	return root, os.Remove(probe)
}

// memoryRoot returns where cgroups with a limit for memory can be made, or why they cannot.
func memoryRoot() (cgroup, error) { return cgroupRoot("memory", "memory") }

// cgroup makes a group whose processes are killed when they need more than limit bytes together.
func (l *lab) cgroup(limit int64) (cgroup, error) {
	group, err := memoryRoot()
	if err != nil {
		return cgroup{}, err
	}
	if group.dir, err = os.MkdirTemp(group.dir, "redislint-evidence-"); err != nil {
		return cgroup{}, err
	}
	bytes := strconv.FormatInt(limit, 10)
	if !group.unified {
		return group, group.write("memory.limit_in_bytes", bytes)
	}
	if err := group.write("memory.max", bytes); err != nil {
		return group, err
	}
	_ = group.write("memory.swap.max", "0") // missing where there is no swap
	return group, group.write("memory.oom.group", "1")
}

func (c cgroup) write(file, text string) error {
	return os.WriteFile(filepath.Join(c.dir, file), []byte(text), 0o644)
}

// enter is the command that starts another one inside the group.
func (c cgroup) enter() []string {
	return []string{"sh", "-c", `echo 0 >"$0" && exec "$@"`, filepath.Join(c.dir, "cgroup.procs")}
}

// remove ends the group, whose processes have to be gone.
func (c cgroup) remove() error {
	var err error
	for range 100 {
		if err = os.Remove(c.dir); err == nil {
			return nil
		}
		time.Sleep(20 * time.Millisecond) // the kernel still counts the last one
	}
	return err
}
