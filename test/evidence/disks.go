//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"
)

var disks = experiment{
	name:     "disks",
	question: "What does a slow disk do to a server with an append-only file?",
	setup: "An ext4 file system in a file, written to at most at so many bytes a second (a blkio cgroup), and 1,000 writes/s of 4 kB offered over two connections " +
		"for 20 s; PING comes due 200 times a second, and each counts from when it was due.",
	needs: []need{diskLimit},
	claims: []claim{
		{
			key: "always", rules: []string{"storage-not-ssd", "liveness-timeout-short"},
			text: "With `appendfsync always` every write waits for the disk, and PING behind it: few of the writes are done, and a probe of 1 s fails.",
		},
		{
			key: "everysec", rules: []string{"storage-not-ssd"},
			text: "With `everysec` a disk that is slow only now and then is not noticed: fsync has 2 s before writes wait for it.",
		},
	},
	measure: measureDisks,
}

func measureDisks(ctx context.Context, l *lab, r *result) error {
	const offered = 1000
	t := r.table("", "disk", "appendfsync", "writes/s done", "PING, median, ms", "longest, ms", "`aof_delayed_fsync`")
	lasts := pick(l, 2*time.Second, 20*time.Second)
	everysec := 0.0 // writes done on the same disk
	for _, speed := range pick(l, []int64{512 << 10}, []int64{0, 2 << 20, 512 << 10}) {
		for _, fsync := range []string{"everysec", "always"} {
			var done, middle, longest []float64
			delayed := int64(0)
			for range pick(l, 1, 3) {
				seen, err := l.slow(ctx, speed, fsync, offered, lasts)
				if err != nil {
					return err
				}
				done = append(done, float64(seen.done)/lasts.Seconds())
				middle, longest = append(middle, milliseconds(seen.middle)), append(longest, milliseconds(seen.longest))
				delayed += seen.delayed
			}
			name := "unlimited"
			if speed > 0 {
				name = fmt.Sprintf("%d KiB/s", speed>>10)
			}
			t.row(name, fsync, spread("%.0f", done), spread("%.1f", middle), spread("%.0f", longest), delayed)
			switch {
			case fsync == "everysec":
				everysec = median(done)
				if speed > 0 && !l.quick {
					r.judge("everysec", everysec > offered*9/10)
				}
			case speed == 512<<10:
				r.judge("always", median(done) < everysec/2)
				if !l.quick {
					r.judge("always", median(longest) > 200)
				}
			}
		}
	}
	return ctx.Err()
}

// slowness is what was seen of a server on a slow disk.
type slowness struct {
	done            int
	middle, longest time.Duration
	delayed         int64
}

func (l *lab) slow(ctx context.Context, speed int64, fsync string, offered int, lasts time.Duration) (seen slowness, err error) {
	dir, device, remove, err := l.disk(1 << 30)
	if err != nil {
		return seen, err
	}
	defer func() { err = errors.Join(err, remove()) }()
	group, err := limitDisk(device, speed)
	if err != nil {
		return seen, err
	}
	defer func() { err = errors.Join(err, group.remove()) }()
	s, err := l.server("--dir", dir, "--appendonly", "yes", "--appendfsync", fsync, "--auto-aof-rewrite-percentage", "0",
		"--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru")
	if err != nil {
		return seen, err
	}
	s.through = group.enter()
	if err := s.start(ctx); err != nil {
		return seen, err
	}
	defer func() {
		// What is still to be written would hold the dying process for as long as the disk is slow.
		err = errors.Join(err, group.limit(device, 0))
		s.kill()
	}()
	var probing sync.WaitGroup
	stop := make(chan struct{})
	var waits []time.Duration
	probing.Go(func() { waits, _ = s.pings(stop) })
	writes := s.write(ctx, values{smallest: 4000, largest: 4000}, 10000, offered)
	pause(ctx, lasts)
	seen.done = writes.count()
	close(stop)
	probing.Wait()
	writes.stop()
	seen.middle, seen.longest = extremes(waits)
	seen.delayed = s.number("aof_delayed_fsync")
	return seen, ctx.Err()
}

// disk returns a folder on a block device of its own, and the device's number.
func (l *lab) disk(size int64) (dir, device string, remove func() error, err error) {
	image, err := os.CreateTemp(l.dir, "disk-")
	if err != nil {
		return "", "", nil, err
	}
	if err := errors.Join(image.Truncate(size), image.Close()); err != nil {
		return "", "", nil, err
	}
	if dir, err = l.folder(); err != nil {
		return "", "", nil, err
	}
	if err := errors.Join(command("mkfs.ext4", "-qF", image.Name()), command("mount", "-o", "loop", image.Name(), dir)); err != nil {
		return "", "", nil, err
	}
	var status syscall.Stat_t
	if err := syscall.Stat(dir, &status); err != nil {
		return "", "", nil, err
	}
	number := uint64(status.Dev)
	device = fmt.Sprintf("%d:%d", number>>8&0xfff, number&0xff|number>>12&0xfff00)
	return dir, device, func() error {
		// Not lazily: the loop device is free only when nothing uses it any more.
		return errors.Join(command("umount", dir), os.Remove(image.Name()))
	}, nil
}

// diskRoot returns where cgroups with a limit for disks can be made, or why they cannot.
func diskRoot() (cgroup, error) {
	root, err := cgroupRoot("blkio", "io")
	if err != nil {
		return root, err
	}
	if _, err := os.Stat("/dev/loop-control"); err != nil || os.Getuid() != 0 || unisolated() != "" {
		return root, errors.New("no right to mount a file")
	}
	return root, nil
}

// limitDisk makes a group whose processes write so many bytes a second to the device.
func limitDisk(device string, speed int64) (cgroup, error) {
	group, err := diskRoot()
	if err != nil {
		return group, err
	}
	if group.dir, err = os.MkdirTemp(group.dir, "redislint-evidence-"); err != nil {
		return group, err
	}
	return group, group.limit(device, speed)
}

// limit sets how many bytes a second may be written to a device, 0 for any number.
func (c cgroup) limit(device string, speed int64) error {
	if !c.unified {
		return c.write("blkio.throttle.write_bps_device", device+" "+strconv.FormatInt(speed, 10))
	}
	most := "max"
	if speed > 0 {
		most = strconv.FormatInt(speed, 10)
	}
	return c.write("io.max", device+" wbps="+most)
}
