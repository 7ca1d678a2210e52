package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// result is what one program took on one case.
type result struct {
	in       testCase
	program  string
	findings int             // 0 for the floor
	walls    []time.Duration // of the counted runs, sorted
	cpus     []time.Duration // of all cores, sorted
	peaks    []int64         // resident bytes, sorted
	timeout  time.Duration   // not 0 when a run was ended for taking longer
	failure  error           // why there is nothing to compare
	unseen   int64           // peaks up to this many bytes cannot be told apart
}

// wall is the median; for a program that was ended, the time it had.
func (r result) wall() time.Duration {
	if r.timeout > 0 {
		return r.timeout
	}
	return r.walls[len(r.walls)/2]
}

func (r result) cpu() time.Duration { return r.cpus[len(r.cpus)/2] }

func (r result) peak() int64 { return r.peaks[len(r.peaks)/2] }

// cost is what one run took.
type cost struct {
	wall, cpu time.Duration
	peak      int64 // resident bytes
}

// measure runs the programs in turn: one round that does not count and whose output is kept, then the counted ones.
// A program that fails or takes too long is not run again.
func measure(ctx context.Context, c testCase, programs []program, runs int, timeout time.Duration, stderr io.Writer) ([]result, error) {
	results := make([]result, len(programs))
	for round := range runs + 1 {
		for i, p := range programs {
			r := &results[i]
			r.in, r.program = c, p.name
			if r.timeout > 0 || r.failure != nil {
				continue
			}
			printed := os.DevNull
			if round == 0 {
				printed = filepath.Join(cache, "out", strings.ReplaceAll(c.name, " ", "-")+"-"+p.name+".txt")
			}
			took, err := once(ctx, p.commands(c), printed, timeout)
			switch {
			case ctx.Err() != nil:
				return nil, ctx.Err()
			case errors.Is(err, context.DeadlineExceeded):
				r.timeout = timeout
			case err != nil:
				r.failure = err
			case round == 0:
				r.findings, r.failure = found(p, printed)
			default:
				r.walls, r.cpus, r.peaks = append(r.walls, took.wall), append(r.cpus, took.cpu), append(r.peaks, took.peak)
			}
			if r.failure != nil {
				fmt.Fprintf(stderr, "  %s: %v\n", p.name, r.failure)
			}
			if round == 0 && err == nil {
				fmt.Fprintf(stderr, "  %-17s %8.3f s %6d MB\n", p.name, took.wall.Seconds(), took.peak/1e6)
			}
		}
	}
	unseen := ownPeak()
	for i := range results {
		results[i].unseen = unseen
		slices.Sort(results[i].walls)
		slices.Sort(results[i].cpus)
		slices.Sort(results[i].peaks)
	}
	return results, nil
}

func found(p program, path string) (int, error) {
	printed, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	count, err := p.count(printed)
	if err == nil && count == 0 {
		err = fmt.Errorf("%s found nothing; see %s", p.name, path)
	}
	if p.name == floor {
		count = 0
	}
	return count, err
}

// once runs the commands one after the other and returns the times of all and the largest peak.
// Exit code 1, which every program here uses for "found something", is a success.
func once(ctx context.Context, commands [][]string, printed string, timeout time.Duration) (cost, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var took cost
	output, err := os.OpenFile(printed, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return took, err
	}
	defer output.Close()
	for _, line := range commands {
		var complaint strings.Builder
		command := exec.CommandContext(ctx, line[0], line[1:]...)
		// Nothing of the caller's settings for Go's runtime or for colours reaches one program and not another.
		command.Env = []string{"HOME=" + os.Getenv("HOME"), "PATH=" + os.Getenv("PATH")}
		command.Stdout, command.Stderr = output, &complaint
		runtime.GC()
		started := time.Now()
		err := command.Run()
		took.wall += time.Since(started)
		if ctx.Err() != nil {
			return took, ctx.Err()
		}
		if err != nil && command.ProcessState.ExitCode() != 1 {
			return took, fmt.Errorf("%s: %w: %.300s", filepath.Base(line[0]), err, complaint.String())
		}
		took.cpu += command.ProcessState.UserTime() + command.ProcessState.SystemTime()
		if usage, ok := command.ProcessState.SysUsage().(*syscall.Rusage); ok {
			took.peak = max(took.peak, residentPeak(usage))
		}
	}
	return took, nil
}

// residentPeak returns bytes.
func residentPeak(usage *syscall.Rusage) int64 {
	if runtime.GOOS == "darwin" {
		return usage.Maxrss
	}
	return usage.Maxrss * 1024
}

// ownPeak is the resident peak of this program in bytes. Linux lets a child start with the peak of the process that
// started it, so a smaller one cannot be seen.
func ownPeak() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return residentPeak(&usage)
}
