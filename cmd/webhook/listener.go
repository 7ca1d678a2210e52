package main

import (
	"net"
	"net/netip"
	"sync"
)

// connections bounds how many there are, of all and from one address.
type connections struct {
	maxAll, maxEach int

	mu    sync.Mutex
	all   int
	each  map[netip.Addr]int
	quiet chan struct{} // closed with the last connection; nil while nobody waits for that
}

func newConnections(maxAll, maxEach int) *connections {
	return &connections{maxAll: maxAll, maxEach: maxEach, each: map[netip.Addr]int{}}
}

func (c *connections) admit(from netip.Addr) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all >= c.maxAll || c.each[from] >= c.maxEach {
		return false
	}
	c.all++
	c.each[from]++
	return true
}

func (c *connections) forget(from netip.Addr) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all--
	if c.each[from]--; c.each[from] == 0 {
		delete(c.each, from)
	}
	if c.all == 0 && c.quiet != nil {
		close(c.quiet)
		c.quiet = nil
	}
}

// open returns the number of connections.
func (c *connections) open() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all
}

// gone returns a channel that is closed when no connection is open, for one caller, once no more can come.
func (c *connections) gone() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	quiet := make(chan struct{})
	if c.all == 0 {
		close(quiet)
	} else {
		c.quiet = quiet
	}
	return quiet
}

// listener accepts what connections admits, and closes what is above at once: a client had better know than wait.
type listener struct {
	net.Listener
	connections *connections
	refused     func()
}

// Accept returns the next connection that is within the bounds.
func (l *listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from := address(c)
		if l.connections.admit(from) {
			return &connection{Conn: c, forget: sync.OnceFunc(func() { l.connections.forget(from) })}, nil
		}
		l.refused()
		_ = c.Close()
	}
}

func address(c net.Conn) netip.Addr {
	if tcp, ok := c.RemoteAddr().(*net.TCPAddr); ok {
		return tcp.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}

type connection struct {
	net.Conn
	forget func()
}

// Close closes the connection and makes room for another.
func (c *connection) Close() error {
	defer c.forget()
	return c.Conn.Close()
}
