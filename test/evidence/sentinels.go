//go:build unix

package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

var sentinels = experiment{
	name:     "sentinels",
	question: "How many Sentinels, and which quorum, promote a replica when the master is lost alone, and when its node takes Sentinels along?",
	setup: "1 master, 2 replicas and 1 to 5 Sentinels, each with a port of its own on loopback; `down-after-milliseconds 5000`, " +
		"`failover-timeout 10000`. All know each other before the master, and the Sentinels that share its node, get SIGKILL at the same " +
		"moment. Nothing comes back; each trial is watched for 60 s. The clock runs from the kill to the first SET that a former replica accepts.",
	claims: []claim{
		{
			key: "three", rules: []string{"sentinel-too-few"},
			text: "3 Sentinels with quorum 2 are the fewest that survive the loss of a node that holds the master and one of them. With 1 or 2 nobody is promoted then, whatever the quorum.",
		},
		{
			key: "process", rules: []string{"sentinel-too-few"},
			text: "1 and 2 Sentinels do fail over when only the master's process dies: such a set passes a quick test and fails in the outage it was bought for.",
		},
		{
			key: "even", rules: []string{"sentinel-even"},
			text: "4 Sentinels survive the loss of one, as 3 do, and not of two; 5 survive two.",
		},
		{
			key: "minority", rules: []string{"sentinel-quorum-minority", "sentinel-too-few"},
			text: "A quorum below the majority does not make up for lost Sentinels: the survivors declare the master down, try, and are not elected.",
		},
		{
			key: "all", rules: []string{"sentinel-quorum-all"},
			text: "A quorum equal to the number of Sentinels stops the failover as soon as one of them is lost.",
		},
		{
			key: "unreachable", rules: []string{"sentinel-quorum-unreachable"},
			text: "A quorum above the number of Sentinels never fails over; `SENTINEL CKQUORUM` answers NOQUORUM before anything has failed.",
		},
	},
	measure: measureSentinels,
}

// loss is what a node takes along, and what must follow.
type loss struct {
	sentinels, quorum int
	lost              int // Sentinels, with the master
	promotes          bool
	claims            []string
}

var losses = []loss{
	{1, 1, 0, true, []string{"process"}},
	{1, 1, 1, false, []string{"three"}},
	{2, 1, 0, true, []string{"process"}},
	{2, 1, 1, false, []string{"three", "minority"}},
	{2, 2, 0, true, []string{"process"}},
	{2, 2, 1, false, []string{"three"}},
	{3, 2, 0, true, []string{"three"}},
	{3, 2, 1, true, []string{"three", "even"}},
	{3, 2, 2, false, nil},
	{3, 1, 1, true, nil},
	{3, 1, 2, false, []string{"minority"}},
	{3, 3, 0, true, nil},
	{3, 3, 1, false, []string{"all"}},
	{3, 4, 0, false, []string{"unreachable"}},
	{4, 2, 1, true, []string{"even"}},
	{4, 2, 2, false, []string{"even", "minority"}},
	{4, 3, 2, false, []string{"even"}},
	{5, 3, 2, true, []string{"even"}},
}

// failover is what was seen of one trial.
type failover struct {
	quorum           string        // what CKQUORUM answered before
	after            time.Duration // to the first write
	promoted         bool
	declared, aborts int // +odown and -failover-abort-not-elected in all logs
}

func measureSentinels(ctx context.Context, l *lab, r *result) error {
	cases := losses
	if l.quick {
		cases = []loss{losses[5], losses[7], losses[10], losses[13]}
	}
	trials := pick(l, 1, 5)
	seen := make([][]failover, len(cases))
	for range trials {
		failovers, err := concurrently(len(cases), func(i int) (failover, error) { return l.lose(ctx, cases[i]) })
		if err != nil {
			return err
		}
		for i, f := range failovers {
			seen[i] = append(seen[i], f)
		}
	}
	t := r.table("", "Sentinels", "quorum", "lost with the master", "failovers", "first write after, s", "CKQUORUM before", "declared down", "attempts not elected")
	for i, c := range cases {
		var after []time.Duration
		var quorum []string
		declared, aborts := 0, 0
		for _, f := range seen[i] {
			if f.promoted {
				after = append(after, f.after)
			}
			quorum = append(quorum, f.quorum)
			declared += f.declared
			aborts += f.aborts
		}
		lost := []string{"none", "1 Sentinel", "2 Sentinels"}[c.lost]
		t.row(c.sentinels, c.quorum, lost, fmt.Sprintf("%d of %d", len(after), trials), seconds("%.2f", after), tally(quorum), declared, aborts)
		for _, key := range c.claims {
			holds := len(after) == 0
			if c.promotes {
				holds = len(after) == trials
			}
			r.judge(key, holds)
		}
		switch {
		case c.quorum > c.sentinels:
			r.judge("unreachable", tally(quorum) == "NOQUORUM")
		case c.sentinels == 3 && c.quorum == 1 && c.lost == 2:
			r.judge("minority", declared >= trials && (aborts >= trials || l.quick)) // an attempt takes its time
		}
	}
	return nil
}

// lose starts a group and kills its master, with as many Sentinels.
func (l *lab) lose(ctx context.Context, c loss) (failover, error) {
	w := watch{sentinels: c.sentinels, quorum: c.quorum, down: pick(l, time.Second, 5*time.Second), failover: 10 * time.Second}
	g, err := l.group(ctx, w)
	if err != nil {
		return failover{}, err
	}
	defer g.end()
	f := failover{}
	f.quorum, _, _ = strings.Cut(g.sentinels[0].ask("SENTINEL", "CKQUORUM", "m"), " ")
	g.servers[0].crash()
	for _, sentinel := range g.sentinels[:c.lost] {
		sentinel.crash()
	}
	// What never happens is waited for in full, what does happen only until it has.
	window := pick(l, 3*time.Second, time.Minute)
	if c.promotes {
		window = 30 * time.Second
	}
	f.after, f.promoted = until(ctx, window, func() bool {
		return g.servers[1].ask("SET", "k", "v") == "OK" || g.servers[2].ask("SET", "k", "v") == "OK"
	})
	f.declared = g.events("+odown master")
	f.aborts = g.events("-failover-abort-not-elected")
	return f, ctx.Err()
}

// end kills all of the group.
func (g *group) end() {
	for _, s := range append(g.servers, g.sentinels...) {
		s.kill()
	}
}
