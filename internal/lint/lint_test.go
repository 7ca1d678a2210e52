package lint

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/redislint/redislint/internal/rules"
	"github.com/redislint/redislint/internal/topology"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	list := make([]*topology.Redis, 50)
	for i := range list {
		list[i] = &topology.Redis{Name: fmt.Sprintf("redis-%02d", i)}
	}
	list[7].Namespace = "shop"

	verdicts, err := judge(t.Context(), list, func(_ context.Context, redis *topology.Redis) (rules.Verdict, error) {
		verdict := rules.Verdict{Findings: []rules.Finding{{Redis: redis.Name}}}
		switch redis.Name {
		case "redis-07":
			return verdict, errors.New("query: out of stack")
		case "redis-11":
			panic("index out of range")
		}
		return verdict, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, verdict := range verdicts {
		var want rules.Verdict
		if i != 11 {
			want.Findings = []rules.Finding{{Redis: list[i].Name}}
		}
		switch i {
		case 7:
			want.Undecided = []rules.Undecided{{Redis: "shop/redis-07", Reason: "query: out of stack"}}
		case 11:
			want.Undecided = []rules.Undecided{{Redis: "redis-11", Reason: "internal failure: index out of range"}}
		}
		if diff := cmp.Diff(want, verdict, cmpopts.IgnoreTypes(rules.Met{})); diff != "" {
			t.Errorf("verdict on %s (-want +got):\n%s", list[i].Name, diff)
		}
	}
}

func TestJudgeStopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	_, err := judge(ctx, make([]*topology.Redis, 10), func(ctx context.Context, _ *topology.Redis) (rules.Verdict, error) {
		cancel()
		return rules.Verdict{}, ctx.Err()
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want %v", err, context.Canceled)
	}
}
