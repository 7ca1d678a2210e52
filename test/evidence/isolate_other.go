//go:build unix && !linux

package main

import "errors"

func isolate(run func() int) int { return run() }

func unisolated() string { return "no namespaces: this is not Linux" }

func mountVolume(string, int64) error { return errors.New(unisolated()) }

func unmount(string) error { return errors.New(unisolated()) }
