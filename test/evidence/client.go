//go:build unix

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// noAnswer begins a reply that never came: the connection was refused, broke, or kept silent.
const noAnswer = "no answer: "

// conn is a connection that speaks RESP 2.
type conn struct {
	net.Conn
	in       *bufio.Reader
	patience time.Duration // for one reply
}

func dial(host string, port int, patience time.Duration) (*conn, error) {
	c, err := net.DialTimeout("tcp", net.JoinHostPort(host, strconv.Itoa(port)), patience)
	if err != nil {
		return nil, errors.Unwrap(err) // not the ports, which differ from run to run
	}
	return &conn{Conn: c, in: bufio.NewReader(c), patience: patience}, nil
}

// close ends the connection; the server notices.
func (c *conn) close() { _ = c.Close() }

// ask sends a command and returns the reply as redis-cli prints it where nobody looks: strings bare, an error as its text, such as
// "MISCONF Redis is …", an array as a line for each item, nothing as "".
func (c *conn) ask(words ...string) string {
	if err := c.SetDeadline(time.Now().Add(c.patience)); err != nil {
		return noAnswer + err.Error()
	}
	if _, err := c.Write(encode(words...)); err != nil {
		return noAnswer + cause(err)
	}
	reply, err := c.reply()
	if err != nil {
		return noAnswer + cause(err)
	}
	return reply
}

// cause leaves out of an error of the network who spoke with whom.
func cause(err error) string {
	if failed, ok := errors.AsType[*net.OpError](err); ok {
		return failed.Err.Error()
	}
	return err.Error()
}

func encode(words ...string) []byte {
	text := fmt.Appendf(nil, "*%d\r\n", len(words))
	for _, word := range words {
		text = fmt.Appendf(text, "$%d\r\n%s\r\n", len(word), word)
	}
	return text
}

func (c *conn) reply() (string, error) {
	line, err := c.in.ReadString('\n')
	if err != nil {
		return "", err
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", errors.New("an empty reply")
	}
	kind, text := line[0], line[1:]
	switch kind {
	case '+', '-', ':':
		return text, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || kind != '$' && kind != '*' {
		return "", fmt.Errorf("the reply %q", line)
	}
	if n < 0 {
		return "", nil
	}
	if kind == '$' {
		bulk := make([]byte, n+2)
		_, err := io.ReadFull(c.in, bulk)
		return string(bulk[:n]), err
	}
	items := make([]string, n)
	for i := range items {
		if items[i], err = c.reply(); err != nil {
			return "", err
		}
	}
	return strings.Join(items, "\n"), nil
}
