package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
)

// inside is the environment variable by which the command knows that it has namespaces of its own, or why it has none.
const inside = "REDISLINT_EVIDENCE_NAMESPACES"

// shut is the exit code of a child that cannot use its namespaces.
const shut = 125

// isolate calls run in network, mount and process namespaces of its own, in which every port is free and with which all that is left
// behind ends. On a system that allows nobody to make them it calls run as it is, and unisolated tells why.
func isolate(run func() int) int {
	switch os.Getenv(inside) {
	case "":
	case "yes":
		if err := furnish(); err != nil {
			fmt.Fprintln(os.Stderr, "evidence:", err)
			return shut
		}
		return run()
	default:
		return run()
	}
	again := exec.Command("/proc/self/exe", os.Args[1:]...)
	again.Stdin, again.Stdout, again.Stderr = os.Stdin, os.Stdout, os.Stderr
	again.Env = append(os.Environ(), inside+"=yes")
	again.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID,
		Pdeathsig:  syscall.SIGKILL,
	}
	if os.Getuid() != 0 {
		again.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		again.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		again.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	err := supervise(again)
	exit, ended := errors.AsType[*exec.ExitError](err)
	switch {
	case err == nil:
		return 0
	case ended && exit.ExitCode() != shut:
		return max(exit.ExitCode(), 1)
	}
	if err := os.Setenv(inside, "no namespaces: "+err.Error()); err != nil {
		fmt.Fprintln(os.Stderr, "evidence:", err)
		return 1
	}
	return run()
}

// supervise runs a command to its end, passes on what asks this one to end, and has it killed should this one be.
func supervise(cmd *exec.Cmd) error {
	runtime.LockOSThread() // the kill comes when the thread ends that started the command
	defer runtime.UnlockOSThread()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		for {
			select {
			case asked := <-signals:
				_ = cmd.Process.Signal(asked) // it has ended: fine
			case <-ended:
				return
			}
		}
	}()
	return cmd.Wait()
}

// unisolated says why the command runs without namespaces of its own; it is empty when it has them.
func unisolated() string {
	if reason := os.Getenv(inside); reason != "yes" {
		return reason
	}
	return ""
}

// furnish makes new namespaces usable: a loopback interface, the processes in /proc, and a place for ip to name namespaces.
func furnish() error {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("keep mounts private: %w", err)
	}
	if err := syscall.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("mount /proc: %w", err)
	}
	if err := syscall.Mount("tmpfs", "/run", "tmpfs", 0, ""); err != nil {
		return fmt.Errorf("mount /run: %w", err)
	}
	return command("ip", "link", "set", "lo", "up")
}

// mountVolume mounts a file system of a size in bytes, which ends with the mount namespace or with unmount.
func mountVolume(dir string, size int64) error {
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		return fmt.Errorf("mount a volume of %d bytes: %w", size, err)
	}
	return nil
}

func unmount(dir string) error { return syscall.Unmount(dir, syscall.MNT_DETACH) }
