// Package e2e tests the webhook against a real API server. It knows what users see; the webhook is a process to it.
//
// The servers are those of KUBEBUILDER_ASSETS, or built from their Go modules into .cache. Everything runs in a network namespace
// of its own that ends with the test, so that API servers can call the webhook by its Service, as in production.
package e2e

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// address is what everything listens on. EndpointSlices take no loopback address, so the namespace's lo has one more.
const address = "10.77.0.1"

// inside is the environment variable by which the test knows itself to be in its namespace. It holds the folder of programs.
const inside = "REDISLINT_E2E_PROGRAMS"

func TestMain(m *testing.M) {
	flag.Parse()
	code, err := enter(m)
	if err != nil {
		fmt.Fprintf(os.Stderr, "e2e: %v\n", err)
		code = 1
	}
	os.Exit(code)
}

// enter runs the tests in a new network namespace.
func enter(m *testing.M) (code int, err error) {
	if flag.Lookup("test.list").Value.String() != "" {
		return m.Run(), nil
	}
	if programs = os.Getenv(inside); programs != "" {
		if err := raise(); err != nil {
			return 1, err
		}
		defer shared.end()
		return m.Run(), nil
	}
	programs, err := build()
	if err != nil {
		return 1, err
	}
	again := exec.Command("/proc/self/exe", os.Args[1:]...)
	again.Stdin, again.Stdout, again.Stderr = os.Stdin, os.Stdout, os.Stderr
	again.Env = append(os.Environ(), inside+"="+programs)
	again.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		again.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		again.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		again.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	err = again.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return max(exit.ExitCode(), 1), nil
	}
	if errors.Is(err, syscall.EPERM) && os.Getenv("CI") == "" {
		fmt.Println("SKIP: this system lets nobody make a network namespace, which these tests need; root can")
		return 0, nil
	}
	return 0, err
}

// raise brings the namespace's only interface up.
func raise() error {
	for _, args := range [][]string{{"link", "set", "lo", "up"}, {"addr", "add", address + "/24", "dev", "lo"}, {"addr", "add", stranger + "/24", "dev", "lo"}} {
		if output, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
			return fmt.Errorf("ip %v: %w: %s", args, err, output)
		}
	}
	return nil
}

// programs is the folder of etcd, kube-apiserver, kube-controller-manager, kubectl, helm, webhook and redislint.
var programs string

// build returns a folder with all programs. The servers take seven minutes the first time.
func build() (folder string, err error) {
	folder, err = filepath.Abs(".cache/bin")
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	if assets := os.Getenv("KUBEBUILDER_ASSETS"); assets != "" {
		// The webhook lies beside the servers, but not in a folder that is not ours.
		folder, err = filepath.Abs(".cache/assets")
		if err != nil {
			return "", err
		}
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return "", err
		}
		for _, name := range []string{"etcd", "kube-apiserver", "kube-controller-manager", "kubectl"} {
			link := filepath.Join(folder, name)
			if err := os.Remove(link); err != nil && !errors.Is(err, os.ErrNotExist) {
				return "", err
			}
			if err := os.Symlink(filepath.Join(assets, name), link); err != nil {
				return "", err
			}
		}
	} else if err := goBuild("servers", folder, "tool"); err != nil {
		return "", err
	} else if err := replaceLink("server", filepath.Join(folder, "etcd")); err != nil {
		return "", err
	}
	if err := goBuild("../deploy", folder, "helm.sh/helm/v3/cmd/helm"); err != nil {
		return "", err
	}
	return folder, goBuild("../..", folder, "./cmd/webhook", "./cmd/redislint")
}

// replaceLink names a program anew: etcd's main package is called server.
func replaceLink(target, link string) error {
	if err := os.Remove(link); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.Symlink(target, link)
}

// goBuild builds packages of a module, or finds them built.
func goBuild(module, folder string, packages ...string) error {
	args := append([]string{"build", "-C", module, "-trimpath", "-o", folder + "/"}, packages...)
	command := exec.Command("go", args...)
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	command.Stderr = os.Stderr
	if err := command.Run(); err != nil {
		return fmt.Errorf("go %v: %w", args, err)
	}
	return nil
}
