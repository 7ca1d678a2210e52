//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
)

// network is servers in network namespaces of their own. The command's own namespace is the router between them, and reaches all.
type network struct {
	l      *lab
	number int // the second byte of its addresses
}

var networks atomic.Int32

func (l *lab) network() (*network, error) {
	return &network{l: l, number: 77 + int(networks.Add(1))}, command("sysctl", "-qw", "net.ipv4.ip_forward=1")
}

// name is that of a place's namespace, and of the router's interface to it.
func (n *network) name(place int) string { return fmt.Sprintf("e%d-%d", n.number, place) }

// address is the last host's in a place's subnet: 1 is the router.
func (n *network) address(place, host int) string {
	return fmt.Sprintf("10.%d.%d.%d", n.number, place, host)
}

// all is every address of the network.
func (n *network) all() string { return fmt.Sprintf("10.%d.0.0/16", n.number) }

// join makes a place, with host 2 of its subnet.
func (n *network) join(place int) error {
	name := n.name(place)
	for _, line := range []string{
		"netns add " + name,
		"link add " + name + " type veth peer name eth0 netns " + name,
		"addr add " + n.address(place, 1) + "/24 dev " + name,
		"link set " + name + " up",
		"-n " + name + " link set lo up",
		"-n " + name + " link set eth0 up",
	} {
		if err := command("ip", strings.Fields(line)...); err != nil {
			return err
		}
	}
	return n.readdress(place, 2)
}

// readdress gives a place another address, the only one that it has then.
func (n *network) readdress(place, host int) error {
	name := n.name(place)
	for _, line := range []string{
		"-n " + name + " addr flush dev eth0",
		"-n " + name + " addr add " + n.address(place, host) + "/24 dev eth0",
		"-n " + name + " route add default via " + n.address(place, 1),
	} {
		if err := command("ip", strings.Fields(line)...); err != nil {
			return err
		}
	}
	return nil
}

// within is the command that runs another one at a place.
func (n *network) within(place int) []string { return []string{"ip", "netns", "exec", n.name(place)} }

// server returns a server at a new place, on the usual port, that is not started.
func (n *network) server(place int, args ...string) (*server, error) {
	if err := n.join(place); err != nil {
		return nil, err
	}
	s, err := n.l.server(args...)
	if err != nil {
		return nil, err
	}
	s.host, s.port, s.through = n.address(place, 2), 6379, n.within(place)
	return s, nil
}

// block has the router drop without a word what a selector of `ip rule` matches, as a NetworkPolicy does; open ends that.
func (n *network) block(selectors ...string) (open func() error, err error) {
	for _, selector := range selectors {
		if err := command("ip", append([]string{"rule", "add", "pref", "10"}, append(strings.Fields(selector), "blackhole")...)...); err != nil {
			return nil, err
		}
	}
	return func() error {
		for _, selector := range selectors {
			if err := command("ip", append([]string{"rule", "del", "pref", "10"}, append(strings.Fields(selector), "blackhole")...)...); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// bus selects the cluster bus between all places.
func (n *network) bus() []string {
	return []string{
		"from " + n.all() + " ipproto tcp dport 16379",
		"from " + n.all() + " ipproto tcp sport 16379",
	}
}

// busOf selects the cluster bus of one place, in both directions.
func (n *network) busOf(place int) []string {
	var selectors []string
	for _, end := range []string{"from ", "to "} {
		for _, port := range []string{"dport", "sport"} {
			selectors = append(selectors, end+n.address(place, 2)+" ipproto tcp "+port+" 16379")
		}
	}
	return selectors
}

// balance accepts connections and forwards each to the next of the targets in turn, as a Service with one address does, until ctx ends.
func balance(ctx context.Context, address string, targets ...string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { _ = listener.Close() })
	go func() {
		for i := 0; ; i++ {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go forward(ctx, client, targets[i%len(targets)])
		}
	}()
	return nil
}

func forward(ctx context.Context, client net.Conn, target string) {
	defer func() { _ = client.Close() }()
	var dialer net.Dialer
	node, err := dialer.DialContext(ctx, "tcp", target)
	if err != nil {
		return
	}
	defer func() { _ = node.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = client.Close(); _ = node.Close() })
	defer stop()
	var wait sync.WaitGroup
	for _, way := range [][2]net.Conn{{client, node}, {node, client}} {
		wait.Go(func() {
			_, _ = io.Copy(way[1], way[0]) // a broken connection is the end of it
			_ = way[1].Close()
		})
	}
	wait.Wait()
}
