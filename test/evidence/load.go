//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"
)

// values are what a load writes: random bytes, or text that compresses, of a random size.
type values struct {
	smallest, largest int // bytes
	text              bool
}

// ordinary are values that do not compress, of about 4 kB.
var ordinary = values{smallest: 100, largest: 8000}

// pipeline is how many commands are sent before their replies are read, unless a rate asks for fewer.
const pipeline = 50

// writer writes values over one connection.
type writer struct {
	*conn
	values
	random *rand.Rand
	stock  []byte // that values are cut from
	text   []byte // of a pipeline
}

func (s *server) writer(v values) (*writer, error) {
	c, err := dial(s.host, s.port, 30*time.Second)
	if err != nil {
		return nil, err
	}
	w := &writer{conn: c, values: v, random: rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))}
	w.stock = make([]byte, 4*v.largest+4096)
	for i := range w.stock {
		if v.text {
			w.stock[i] = "the quick brown fox jumps over the lazy dog "[i%44]
		} else {
			w.stock[i] = byte(w.random.Uint32())
		}
	}
	return w, nil
}

// set adds a SET to the pipeline.
func (w *writer) set(key string) {
	size := w.smallest
	if w.largest > w.smallest {
		size += w.random.IntN(w.largest - w.smallest)
	}
	from := w.random.IntN(len(w.stock) - size)
	w.text = fmt.Appendf(w.text, "*3\r\n$3\r\nSET\r\n$%d\r\n%s\r\n$%d\r\n", len(key), key, size)
	w.text = append(append(w.text, w.stock[from:from+size]...), "\r\n"...)
}

// flush sends the pipeline of n commands and hands each reply to read.
func (w *writer) flush(n int, read func(reply string)) error {
	if err := w.SetDeadline(time.Now().Add(w.patience)); err != nil {
		return err
	}
	sent := make(chan error, 1)
	go func() {
		_, err := w.Write(w.text)
		sent <- err
	}()
	for range n {
		reply, err := w.reply()
		if err != nil {
			return errors.Join(err, <-sent)
		}
		read(reply)
	}
	w.text = w.text[:0]
	return <-sent
}

// fill writes key:0, key:1 … until the server uses so many bytes, has begun to evict, or refuses, and returns how many keys.
func (s *server) fill(ctx context.Context, v values, bytes int64) (keys int, err error) {
	w, err := s.writer(v)
	if err != nil {
		return 0, err
	}
	defer w.close()
	for ctx.Err() == nil {
		refusal := ""
		for range 20 {
			for range pipeline {
				w.set("key:" + strconv.Itoa(keys))
				keys++
			}
			if err := w.flush(pipeline, func(reply string) {
				if reply != "OK" {
					refusal = reply
				}
			}); err != nil {
				return keys, err
			}
		}
		if refusal != "" {
			return keys, fmt.Errorf("fill: %s", refusal)
		}
		if s.number("used_memory") >= bytes || s.number("evicted_keys") > 0 {
			return keys, nil
		}
	}
	return keys, ctx.Err()
}

// load overwrites random keys until it is stopped.
type load struct {
	cancel context.CancelFunc
	wait   sync.WaitGroup

	mu                sync.Mutex
	accepted, refused int
	refusal           string        // the first
	after             time.Duration // from the load's begin to the first refusal
	began             time.Time
}

// write starts a load on key:0 … key:<keys-1>: so many writes a second, or for 0 as many as two connections manage.
func (s *server) write(ctx context.Context, v values, keys, rate int) *load {
	ctx, cancel := context.WithCancel(ctx)
	l := &load{cancel: cancel, began: time.Now()}
	const connections = 2
	for range connections {
		l.wait.Go(func() {
			if err := l.run(ctx, s, v, keys, rate/connections); err != nil {
				l.note(noAnswer + cause(err))
			}
		})
	}
	return l
}

func (l *load) run(ctx context.Context, s *server, v values, keys, rate int) error {
	w, err := s.writer(v)
	if err != nil {
		return err
	}
	defer w.close()
	batch, interval := pipeline, time.Duration(0)
	if rate > 0 {
		batch = min(max(rate/100, 1), pipeline)
		interval = time.Duration(batch) * time.Second / time.Duration(rate)
	}
	for due := time.Now(); ctx.Err() == nil; due = due.Add(interval) {
		if rate > 0 && !pause(ctx, time.Until(due)) {
			return nil
		}
		for range batch {
			w.set("key:" + strconv.Itoa(w.random.IntN(keys)))
		}
		if err := w.flush(batch, l.note); err != nil {
			return err
		}
	}
	return nil
}

func (l *load) note(reply string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if reply == "OK" {
		l.accepted++
		return
	}
	if l.refused == 0 {
		l.refusal, l.after = reply, time.Since(l.began)
	}
	l.refused++
}

// count returns how many writes were accepted so far.
func (l *load) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.accepted
}

// stop ends the load; its figures stand still then.
func (l *load) stop() {
	l.cancel()
	l.wait.Wait()
}

// brief shortens a reply to its first words.
func brief(reply string) string {
	reply = strings.Join(strings.Fields(reply), " ")
	if len(reply) <= 60 {
		return reply
	}
	return reply[:strings.LastIndexByte(reply[:60], ' ')] + " …"
}
