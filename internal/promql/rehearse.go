package promql

import (
	"math"
	"slices"

	"github.com/prometheus/prometheus/promql/parser"
)

// An alert is rehearsed: its expression is evaluated for a single Redis whose
// metrics have chosen values, to learn when it fires, however it is written.

// maxRehearsed bounds the size of an expression that is rehearsed, which
// happens some hundred times.
const maxRehearsed = 200

// The metrics that are chosen.
const (
	memoryUsed = "redis_memory_used_bytes"
	memoryMax  = "redis_memory_max_bytes"
	configMax  = "redis_config_maxmemory"
)

// subject is a quantity whose threshold an alert may set.
type subject struct {
	name string
	// metrics decide it; all are in the alert's expression.
	metrics []string
	// at returns the metrics of a Redis in which the quantity is v.
	at func(v float64) map[string]float64
	// healthy is a value at which no alert fires, sick one at which all do.
	healthy, sick float64
}

var subjects = []subject{
	{
		name: "memory", metrics: []string{memoryUsed}, sick: 1,
		at: func(v float64) map[string]float64 {
			return map[string]float64{memoryUsed: v, memoryMax: 1, configMax: 1}
		},
	},
	{
		name: "hits", metrics: []string{"redis_keyspace_hits_total", "redis_keyspace_misses_total"}, healthy: 1,
		at: func(v float64) map[string]float64 {
			return map[string]float64{"redis_keyspace_hits_total": v, "redis_keyspace_misses_total": 1 - v}
		},
	},
	{
		name: "evictions", metrics: []string{"redis_evicted_keys_total"}, sick: 1e9,
		at: func(v float64) map[string]float64 { return map[string]float64{"redis_evicted_keys_total": v} },
	},
	{
		name: "clients", metrics: []string{"redis_connected_clients"}, sick: 1,
		at: func(v float64) map[string]float64 {
			return map[string]float64{"redis_connected_clients": v, "redis_config_maxclients": 1, "redis_max_clients": 1}
		},
	},
	{
		name: "lag", metrics: []string{"redis_connected_slave_lag_seconds"}, sick: 1e9,
		at: func(v float64) map[string]float64 { return map[string]float64{"redis_connected_slave_lag_seconds": v} },
	},
}

// rehearse fills in what becomes of the alert without maxmemory, and its
// threshold.
func (e *Expression) rehearse(root parser.Expr) {
	if e.selects(memoryUsed) && e.selects(memoryMax, configMax) {
		e.Unlimited = unlimited(root)
	}
	for _, s := range subjects {
		if slices.ContainsFunc(s.metrics, func(name string) bool { return !e.selects(name) }) {
			continue
		}
		if v, ok := s.threshold(root); ok {
			e.Threshold = &Threshold{s.name, int64(math.Round(v * 1000))}
			return
		}
	}
}

// unlimited tells what a comparison with maxmemory gives while that is 0.
func unlimited(root parser.Expr) Result {
	state := func(used, limit float64) state {
		return redis{memoryUsed: used, memoryMax: limit, configMax: limit}.evaluate(root).state
	}
	if state(1<<20, 1<<40) != empty {
		return "" // fires in a Redis that has hardly begun to fill
	}
	switch little, much := state(1<<20, 0), state(1<<36, 0); {
	case little == series && much == series:
		return Fires
	case little == empty && much == empty:
		return Silent
	default:
		return ""
	}
}

// threshold returns the value nearest to the healthy one at which the alert
// fires.
func (s subject) threshold(root parser.Expr) (float64, bool) {
	state := func(v float64) state { return redis(s.at(v)).evaluate(root).state }
	silent, fires := s.healthy, s.sick
	if state(silent) != empty || state(fires) != series {
		return 0, false
	}
	for range 60 {
		middle := silent + (fires-silent)/2
		switch state(middle) {
		case series:
			fires = middle
		case empty:
			silent = middle
		case unknown:
			return 0, false
		}
	}
	return fires, true
}

// state is what is known of the result of an expression.
type state int

const (
	unknown state = iota
	empty         // no time series: an alert does not fire
	series        // one time series, with a value
)

// outcome is the result of an expression, for one Redis.
type outcome struct {
	state state
	value float64
}

// redis are the values of the metrics of one Redis: for a counter, how fast or
// how far it grows.
type redis map[string]float64

func (r redis) evaluate(e parser.Expr) outcome {
	switch e := e.(type) {
	case *parser.NumberLiteral:
		return outcome{series, e.Val}
	case *parser.ParenExpr:
		return r.evaluate(e.Expr)
	case *parser.StepInvariantExpr:
		return r.evaluate(e.Expr)
	case *parser.VectorSelector:
		if value, chosen := r[e.Name]; chosen {
			return outcome{series, value}
		}
	case *parser.MatrixSelector:
		return r.evaluate(e.VectorSelector)
	case *parser.UnaryExpr:
		o := r.evaluate(e.Expr)
		if e.Op == parser.SUB {
			o.value = -o.value
		}
		return o
	case *parser.AggregateExpr:
		switch e.Op {
		case parser.SUM, parser.AVG, parser.MIN, parser.MAX:
			return r.evaluate(e.Expr)
		}
	case *parser.Call:
		return r.call(e)
	case *parser.BinaryExpr:
		return r.binary(e)
	}
	return outcome{}
}

// call evaluates the functions that leave a constant value, or a steady growth,
// as it is.
func (r redis) call(c *parser.Call) outcome {
	switch c.Func.Name {
	case "rate", "irate", "increase", "delta", "idelta", "avg_over_time", "max_over_time", "min_over_time", "last_over_time",
		"label_replace", "label_join", "scalar", "vector":
		return r.evaluate(c.Args[0])
	default:
		return outcome{}
	}
}

func (r redis) binary(b *parser.BinaryExpr) outcome {
	left, right := r.evaluate(b.LHS), r.evaluate(b.RHS)
	switch b.Op {
	case parser.LAND:
		if left.state == empty || right.state == empty {
			return outcome{state: empty}
		}
		return known(left, right, left)
	case parser.LUNLESS:
		if left.state == empty || right.state == series {
			return outcome{state: empty}
		}
		return known(left, right, left)
	case parser.LOR:
		if left.state == empty {
			return right
		}
		return known(left, right, left)
	}
	switch {
	case left.state == unknown || right.state == unknown:
		return outcome{}
	case left.state == empty || right.state == empty:
		return outcome{state: empty}
	case b.Op.IsComparisonOperator():
		return compared(b, left, right)
	default:
		return calculated(b.Op, left.value, right.value)
	}
}

// known returns the result unless one of its operands is unknown.
func known(left, right, result outcome) outcome {
	if left.state == unknown || right.state == unknown {
		return outcome{}
	}
	return result
}

// compared keeps the side that is a time series where the comparison holds.
func compared(b *parser.BinaryExpr, left, right outcome) outcome {
	holds := map[parser.ItemType]bool{
		parser.EQLC: left.value == right.value,
		parser.NEQ:  left.value != right.value,
		parser.GTR:  left.value > right.value,
		parser.LSS:  left.value < right.value,
		parser.GTE:  left.value >= right.value,
		parser.LTE:  left.value <= right.value,
	}[b.Op]
	switch {
	case b.ReturnBool && holds:
		return outcome{series, 1}
	case b.ReturnBool:
		return outcome{series, 0}
	case !holds:
		return outcome{state: empty}
	case b.LHS.Type() == parser.ValueTypeScalar:
		return right
	default:
		return left
	}
}

func calculated(op parser.ItemType, left, right float64) outcome {
	switch op {
	case parser.ADD:
		return outcome{series, left + right}
	case parser.SUB:
		return outcome{series, left - right}
	case parser.MUL:
		return outcome{series, left * right}
	case parser.DIV:
		return outcome{series, left / right}
	default:
		return outcome{}
	}
}
